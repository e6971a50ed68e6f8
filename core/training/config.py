"""RunConfig: everything that decides what a run computes, and nothing else.

Plain frozen data that goes to JSON and back. Equal configurations give equal runs on one machine;
that is what `digest` names. Names, notes and times are no part of it: they stand beside it in the
run's folder. Not chosen: a configuration language; five small tables are read faster.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic

from core.cells import CELLS
from core.training.errors import UnknownSetting
from core.training.settings import Settings, setting, settings

if TYPE_CHECKING:
    Cell = str
else:
    Cell = Literal[tuple(CELLS)]
Optimizer = Literal["sgd", "momentum", "rmsprop", "adam", "nadam"]
Schedule = Literal["constant", "cosine", "exponential"]
Normaliser = Literal["none", "layer", "batch"]
Units = Annotated[int, setting(low=1, high=2048)]
MOST_PROBES = 8


@settings
class DataSettings(Settings):
    """What is learned from.

    Attributes:
        source: a name in `core.training.sources.SOURCES`.
        options: that source's own settings.
        validation: the share of the training examples that is kept for validation.
    """

    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    validation: float = setting(0.2, low=0.0, high=0.9)


@settings
class NetworkSettings(Settings):
    """The network: embedding, recurrent layers, and a dense readout that the data asks for.

    Attributes:
        architecture: how these are put together, a name in
            `core.training.architectures.ARCHITECTURES`.
        options: that architecture's own settings.
        cell: the cell of every recurrent layer.
        units: of each recurrent layer, first to last.
        embedding: features of a token; not used where the data are numbers.
        bidirectional: whether each layer reads in both directions.
        dropout: the share of each recurrent layer's inputs that is dropped in training.
        recurrent_dropout: the share of the recurrent state that is dropped in training.
        normalise: what stands between recurrent layers: nothing, a layer normalisation (Ba et al.
            2016) or a batch normalisation (Ioffe & Szegedy 2015), whose statistics are those of
            all steps of the batch together.
        tied: the readout multiplies by the embedding's table, turned round (Press & Wolf 2017):
            one array learns from both.
        forget_bias: what the LSTM's forget bias begins with (Gers et al. 2000: 1).
        reset_after: GRU: the reset gate after the matrix product (Keras's default).
    """

    architecture: str = "chain"
    options: Mapping[str, Any] = field(default_factory=dict)
    cell: Cell = "lstm"
    units: tuple[Units, ...] = setting((32,), least=1, most=8)
    embedding: int = setting(32, low=1, high=2048)
    bidirectional: bool = False
    dropout: float = setting(0.0, low=0.0, high=0.95)
    recurrent_dropout: float = setting(0.0, low=0.0, high=0.95)
    normalise: Normaliser = "none"
    tied: bool = False
    forget_bias: float = setting(1.0, low=-20.0, high=20.0)
    reset_after: bool = True

    @pydantic.field_validator("normalise", mode="before")
    @classmethod
    def _older(cls, value: object) -> object:
        """Files of a time when there was one kind say whether it is there."""
        return ("layer" if value else "none") if isinstance(value, bool) else value


@settings
class OptimizerSettings(Settings):
    """How weights follow gradients.

    Attributes:
        name: sgd, momentum (SGD with momentum 0.9), rmsprop, adam or nadam (Adam with Nesterov's
            momentum, Dozat 2016), as Keras has them.
        learning_rate: the highest.
        schedule: how it falls from epoch to epoch: not, along a cosine to zero, or by a tenth per
            epoch (`exponential`, times 0.9).
        warm_up: the share of all batches over which it rises from zero.
        clip: the largest norm of the gradient of all weights together (Pascanu et al. 2013); None
            for no limit.
    """

    name: Optimizer = "adam"
    learning_rate: float = setting(1e-3, low=1e-8, high=100.0)
    schedule: Schedule = "constant"
    warm_up: float = setting(0.0, low=0.0, high=0.5)
    clip: float | None = setting(1.0, low=1e-6, high=1e6)


@settings
class FitSettings(Settings):
    """How long, and in which portions.

    Attributes:
        epochs: at most so many.
        batch: examples at a time.
        patience: stop when the validation loss has not fallen for so many epochs; None: never.
        restore_best: the run's model is that of its best epoch, not of its last.
        truncate: backpropagate through at most so many steps, in blocks that hand their states on
            (truncated BPTT, Williams & Peng 1990); None for all steps. Only where an answer is
            wanted at every step.
        stateful: the states at the end of a batch are those at the beginning of the next one,
            which continues its texts. Only for data that can be so arranged (a long text).
        jit: compile the training step with XLA.
    """

    epochs: int = setting(10, low=1, high=10_000)
    batch: int = setting(64, low=1, high=4096)
    patience: int | None = setting(None, low=1, high=10_000)
    restore_best: bool = True
    truncate: int | None = setting(None, low=1, high=100_000)
    stateful: bool = False
    jit: bool = True


@settings
class RunConfig(Settings):
    """Everything that decides what a run computes.

    Attributes:
        data: what is learned from.
        network: what learns.
        optimizer: how.
        fit: how long.
        seed: of weights, data, order and dropout.
        probes: texts that are recorded after every epoch; no part of what is computed.
        preset: the preset that it was made from, if any.
        experiment: the experiment that it belongs to, if any.
    """

    data: DataSettings
    network: NetworkSettings = field(default_factory=NetworkSettings)
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    fit: FitSettings = field(default_factory=FitSettings)
    seed: int = setting(0, low=0, high=2**31 - 1)
    probes: tuple[str, ...] = setting((), most=MOST_PROBES)
    preset: str | None = None
    experiment: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data, keys in a fixed order; of a chain as before there was anything else."""
        written = super().to_json()
        for name, unsaid in (("architecture", "chain"), ("options", {}), ("tied", False)):
            if written["network"][name] == unsaid:
                del written["network"][name]
        return written

    @property
    def digest(self) -> str:
        """A name for what is computed: equal for equal settings, whatever the probes are."""
        written = self.to_json() | dict.fromkeys(("probes", "preset", "experiment"))
        before = {"none": False, "layer": True}  # as it was said when there was one kind
        normalise = written["network"]["normalise"]
        written["network"]["normalise"] = before.get(normalise, normalise)
        text = json.dumps(written)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def with_setting(self, path: str, value: Any) -> RunConfig:
        """The same with one setting changed, named by its path: "network.units", "seed"."""
        return self.with_settings({path: value})

    def with_settings(self, values: Mapping[str, Any]) -> RunConfig:
        """The same with some settings changed, named by their paths, their values as in a file.

        A path into `data.options` or `network.options` may name an option that was left at its
        default. Raises WrongSetting and UnknownSetting.
        """
        written = self.to_json()
        written["network"].setdefault("options", {})
        for path, value in values.items():
            place = written
            *tables, name = path.split(".")
            for table in tables:
                inside = place.get(table)
                if not isinstance(inside, dict):
                    raise UnknownSetting(setting=path, known=", ".join(place))
                place = inside
            place[name] = value
        return RunConfig.read(written)
