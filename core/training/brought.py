"""What is known of a run that was not trained here: a script's that is watched, or a log's.

It lies in `config.json` in place of a `RunConfig`, under "brought". Of such a run nobody knows what
decides its numbers, so none of it can be begun again from here; what is known is said as the script
says it. Not chosen: a RunConfig filled with guesses, which the pages would show as settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from core.cells import CELLS
from core.training.config import (
    MOST_PROBES,
    DataSettings,
    FitSettings,
    NetworkSettings,
    RunConfig,
)
from core.training.errors import BrokenRun, CurvesOnly
from core.training.settings import Settings, setting, settings

Program = Literal["keras", "torch", "tensorboard", "csv"]
KEY = "brought"
MOST_EPOCHS = 10_000
"""Epochs that a configuration may name; a script may train for more."""
ACCURACIES = frozenset(
    {"accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
)
SQUARES = frozenset({"mse", "mean_squared_error"})
RESERVED = frozenset(
    {"epoch", "batch", "loss", "metric", "validation_loss", "validation_metric", "learning_rate",
     "seconds", "memory", "norms"}
)  # fmt: skip
"""Columns of a run's tables, which a measure with a name of its own may not be called."""
OWN = "own"
"""The kind of a metric that only its script has a name for."""


@settings
class Brought(Settings):
    """Where a run came from, and what its source said of itself.

    Attributes:
        kind: "script": a training that writes here while it runs; "log": a file that it left.
        program: what trained it, or wrote the file.
        cell: that of its first recurrent layer; None where its network cannot be pictured.
        network: its layers, as they are usually written; "" where nobody said.
        epochs: how many it is going to train; None where nobody said.
        optimizer: its name, as the program has it.
        learning_rate: at the start.
        loss: what the program calls it.
        metric: what the program calls the one that is drawn.
        probes: texts that are recorded after every epoch.
        source: the name of the file or folder that a log was read from.
    """

    kind: Literal["script", "log"]
    program: Program
    cell: str | None = None
    network: str = ""
    epochs: int | None = setting(None, low=1)
    optimizer: str = ""
    learning_rate: float | None = None
    loss: str = ""
    metric: str = ""
    probes: tuple[str, ...] = setting((), most=MOST_PROBES)
    source: str = ""

    @property
    def config(self) -> RunConfig:
        """What pages that read with its model ask of a configuration: cell, probes, epochs.

        The rest of it is not known, and stands at its defaults. Raises CurvesOnly for a run that
        has no model, BrokenRun for a cell of another version.
        """
        if self.cell is None:
            raise CurvesOnly
        if self.cell not in CELLS:
            raise BrokenRun(file="config.json", why=f"there is no cell '{self.cell}'")
        return RunConfig(
            data=DataSettings(source=self.kind, validation=0.0),
            network=NetworkSettings(cell=self.cell),
            fit=FitSettings(epochs=min(self.epochs or 1, MOST_EPOCHS), restore_best=False),
            probes=self.probes,
        )


def read_brought(written: Mapping[str, Any]) -> Brought | None:
    """What stands in a run's `config.json`; None for a run that was trained here.

    Raises WrongSetting and UnknownSetting for what another version wrote.
    """
    return Brought.read(written[KEY]) if KEY in written else None


def metric_kind(name: str) -> str:
    """What a metric is that a program calls so: "accuracy", "mean_squared_error", …, or OWN."""
    plain = name.lower().replace(" ", "_")
    if plain in ACCURACIES:
        return "accuracy"
    if plain in SQUARES:
        return "mean_squared_error"
    return plain if plain == "perplexity" else OWN
