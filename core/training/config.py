"""RunConfig: everything that decides what a run computes, and nothing else.

Plain frozen data that goes to JSON and back. Equal configurations give equal runs on one machine;
that is what `digest` names. Names, notes and times are no part of it: they stand beside it in the
run's folder. Not chosen: a configuration language; five small tables are read faster.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from core.training.errors import UnknownSetting, WrongSetting

Cell = Literal["simple_rnn", "lstm", "gru"]
Optimizer = Literal["sgd", "momentum", "rmsprop", "adam"]
Schedule = Literal["constant", "cosine", "exponential"]
MOST_PROBES = 8

Settings = TypeVar("Settings")


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """What is learned from.

    Attributes:
        source: a name in `core.training.sources.SOURCES`.
        options: that source's own settings.
        validation: the share of the training examples that is kept for validation.
    """

    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    validation: float = 0.2

    def __post_init__(self) -> None:
        _check("validation", self.validation, low=0.0, high=0.9)


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """The network: embedding, recurrent layers, and a dense readout that the data asks for.

    Attributes:
        cell: the cell of every recurrent layer.
        units: of each recurrent layer, first to last.
        embedding: features of a token; not used where the data are numbers.
        bidirectional: whether each layer reads in both directions.
        dropout: the share of each recurrent layer's inputs that is dropped in training.
        recurrent_dropout: the share of the recurrent state that is dropped in training.
        normalise: layer normalisation between recurrent layers (Ba et al. 2016).
        forget_bias: what the LSTM's forget bias begins with (Gers et al. 2000: 1).
        reset_after: GRU: the reset gate after the matrix product (Keras's default).
    """

    cell: Cell = "lstm"
    units: tuple[int, ...] = (32,)
    embedding: int = 32
    bidirectional: bool = False
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    normalise: bool = False
    forget_bias: float = 1.0
    reset_after: bool = True

    def __post_init__(self) -> None:
        _check_name("cell", self.cell, get_args(Cell))
        if not 1 <= len(self.units) <= 8:
            raise WrongSetting(setting="units", found=list(self.units), expected="1 to 8 layers")
        for units in self.units:
            _check("units", units, low=1, high=2048)
        _check("embedding", self.embedding, low=1, high=2048)
        _check("dropout", self.dropout, low=0.0, high=0.95)
        _check("recurrent_dropout", self.recurrent_dropout, low=0.0, high=0.95)
        _check("forget_bias", self.forget_bias, low=-20.0, high=20.0)


@dataclass(frozen=True, kw_only=True)
class OptimizerSettings:
    """How weights follow gradients.

    Attributes:
        name: sgd, momentum (SGD with momentum 0.9), rmsprop or adam, as Keras has them.
        learning_rate: the highest.
        schedule: how it falls from epoch to epoch: not, along a cosine to zero, or by a tenth per
            epoch (`exponential`, times 0.9).
        warm_up: the share of all batches over which it rises from zero.
        clip: the largest norm of the gradient of all weights together (Pascanu et al. 2013); None
            for no limit.
    """

    name: Optimizer = "adam"
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    warm_up: float = 0.0
    clip: float | None = None

    def __post_init__(self) -> None:
        _check_name("name", self.name, get_args(Optimizer))
        _check_name("schedule", self.schedule, get_args(Schedule))
        _check("learning_rate", self.learning_rate, low=1e-8, high=100.0)
        _check("warm_up", self.warm_up, low=0.0, high=0.5)
        if self.clip is not None:
            _check("clip", self.clip, low=1e-6, high=1e6)


@dataclass(frozen=True, kw_only=True)
class FitSettings:
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

    epochs: int = 10
    batch: int = 64
    patience: int | None = None
    restore_best: bool = True
    truncate: int | None = None
    stateful: bool = False
    jit: bool = True

    def __post_init__(self) -> None:
        _check("epochs", self.epochs, low=1, high=10_000)
        _check("batch", self.batch, low=1, high=4096)
        if self.patience is not None:
            _check("patience", self.patience, low=1, high=10_000)
        if self.truncate is not None:
            _check("truncate", self.truncate, low=1, high=100_000)


@dataclass(frozen=True, kw_only=True)
class RunConfig:
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
    seed: int = 0
    probes: tuple[str, ...] = ()
    preset: str | None = None
    experiment: str | None = None

    def __post_init__(self) -> None:
        _check("seed", self.seed, low=0, high=2**31 - 1)
        if len(self.probes) > MOST_PROBES:
            raise WrongSetting(
                setting="probes", found=len(self.probes), expected=f"at most {MOST_PROBES} texts"
            )

    @property
    def digest(self) -> str:
        """A name for what is computed: equal for equal settings, whatever the probes are."""
        text = json.dumps(self.to_json() | dict.fromkeys(("probes", "preset", "experiment")))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain data, keys in a fixed order."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_json(cls, written: object) -> RunConfig:
        """What `to_json` gave. Raises UnknownSetting and WrongSetting."""
        return _from_json(cls, written, at="")

    def with_setting(self, path: str, value: Any) -> RunConfig:
        """The same with one setting changed, named by its path: "network.units", "seed".

        A path into `data.options` may name an option that was left at its default.
        """
        written = self.to_json()
        place = written
        *way, last = path.split(".")
        for name in way:
            inner = place.get(name)
            if not isinstance(inner, dict):
                raise UnknownSetting(setting=path, known=", ".join(place))
            place = inner
        place[last] = list(value) if isinstance(value, tuple) else value
        return RunConfig.from_json(written)


def _from_json(kind: type[Settings], written: object, *, at: str) -> Settings:
    """An object of a dataclass from plain data, its parts likewise."""
    if not isinstance(written, Mapping):
        raise WrongSetting(
            setting=at.rstrip(".") or "config", found=written, expected="a table of settings"
        )
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, value in written.items():
        path = f"{at}{name}"
        if name not in hints:
            raise UnknownSetting(setting=path, known=", ".join(hints))
        hint = hints[name]
        if is_dataclass(hint):
            part: Any = hint
            values[name] = _from_json(part, value, at=f"{path}.")
        else:
            values[name] = _typed(value, hint, path)
    try:
        return kind(**values)
    except TypeError as error:
        missing = ", ".join(name for name in hints if name not in written)
        raise WrongSetting(setting=missing, found="missing", expected="given") from error


def _typed(value: Any, hint: Any, path: str) -> Any:
    """The value where it has the type of its setting; lists become tuples."""
    text = str(hint)
    if "tuple" in text and isinstance(value, list | tuple):
        wanted: type = int if "int" in text else str
        if all(isinstance(part, wanted) and not isinstance(part, bool) for part in value):
            return tuple(value)
    elif value is None and "None" in text:
        return None
    elif "Mapping" in text and isinstance(value, Mapping):
        return dict(value)
    elif "float" in text and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    elif "Literal" in text or "str" in text:
        if isinstance(value, str):
            return value
    elif "bool" in text:
        if isinstance(value, bool):
            return value
    elif "int" in text and isinstance(value, int) and not isinstance(value, bool):
        return value
    expected = text.replace("typing.", "").replace("<class '", "").replace("'>", "")
    raise WrongSetting(setting=path, found=repr(value), expected=expected)


def _check(setting: str, value: float, *, low: float, high: float) -> None:
    if not low <= value <= high:
        raise WrongSetting(setting=setting, found=value, expected=f"from {low:g} to {high:g}")


def _check_name(setting: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise WrongSetting(setting=setting, found=repr(value), expected=" or ".join(known))
