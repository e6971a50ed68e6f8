"""Questions that an experiment answers, each one press: several runs, their curves with intervals.

A comparison is a base and what is varied of it, crossed with seeds (`core.training.experiment`), on
tasks that are drawn, so that nothing is downloaded and a run takes seconds to a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Comparison:
    """A question: `base` with every combination of the values in `vary`, and of `seeds`."""

    name: str
    base: RunConfig
    vary: Mapping[str, Sequence[Any]] = field(repr=False)
    seeds: Sequence[int] = SEEDS

    @property
    def count(self) -> int:
        """How many runs it takes."""
        return len(self.seeds) * prod(len(values) for values in self.vary.values())

    def configs(self) -> list[RunConfig]:
        """The runs, of one experiment. Raises what `grid` raises."""
        from core.training.experiment import grid  # it needs pandas and SciPy

        return grid(self.base, seeds=self.seeds, vary=self.vary)


COMPARISONS: dict[str, Comparison] = {
    each.name: each
    for each in (
        Comparison(
            "normalisation",
            RunConfig(
                data=DataSettings(
                    source="latch",
                    options={
                        "symbols": 4, "shortest": 10, "longest": 10, "test_shortest": 10,
                        "train_examples": 240, "test_examples": 200,
                    },
                    validation=0.25,
                ),
                network=NetworkSettings(cell="lstm", units=(16, 16), embedding=8),
                optimizer=OptimizerSettings(learning_rate=3e-3),
                fit=FitSettings(epochs=6, restore_best=False),
            ),
            {"network.normalise": ("none", "layer", "batch"), "fit.batch": (1, 8, 64)},
        ),
        Comparison(
            "dropout",
            RunConfig(
                data=DataSettings(
                    source="sentiment",
                    options={"train_examples": 600, "test_examples": 500},
                    validation=0.25,
                ),
                network=NetworkSettings(cell="lstm", units=(24,), embedding=16),
                optimizer=OptimizerSettings(learning_rate=3e-3),
                fit=FitSettings(epochs=12, batch=32, restore_best=False),
            ),
            {"network.dropout": (0.0, 0.4), "network.recurrent_dropout": (0.0, 0.4)},
        ),
    )
}  # fmt: skip
"""By name: batch against layer normalisation at several sizes of batches (Ioffe & Szegedy 2015; Ba
et al. 2016), and dropout of what a layer reads against that of its state (Gal & Ghahramani 2016).
"""
