"""What an architecture is: a name, its own settings, and the network it makes of a dataset.

The trainer knows none of them. What it needs of a network that learns are `Steps`
(`core.training.step`); those of a Keras twin, made from the untrained `Model` by `to_keras`, serve
every architecture that learns answers. One that learns otherwise (two players, noise drawn at every
step) brings its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.analysis.typed import encode
from core.engines import record
from core.model import Model
from core.trace import Trace
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import Settings
from core.training.step import Steps

Build = Callable[[RunConfig, Dataset, Any], Model]
"""From a run's settings, its data and the architecture's own options, the untrained network."""


class NetworkOptions(Settings):
    """Base of all options: a class of them is declared as every class of settings."""

    at = "network.options."


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a test says besides loss and metric: further `scores` by name, the worst `mistakes`."""

    scores: Mapping[str, Any]
    mistakes: Sequence[Mapping[str, Any]] = ()


def read_text(model: Model, text: str) -> Trace:
    """What a network does with a text that it reads as it stands."""
    return record(model, encode(model, text).inputs)


@dataclass(frozen=True)
class Architecture:
    """How a network is put together.

    Attributes:
        name: in code and in configurations.
        description: one English sentence.
        options: the type of its own settings.
        build: the untrained network, its weights drawn from the run's seed.
        fits: why it cannot learn from a dataset; None where it can.
        steps: how it learns, where that is not a loss of its outputs; from what `build` takes, and
            the untrained network.
        judge: what else is to be told of the trained network, on the dataset's test part.
        read: the trace of a probe text.
    """

    name: str
    description: str
    options: type[NetworkOptions]
    build: Build = field(repr=False)
    fits: Callable[[RunConfig, Dataset], WrongSetting | None] = lambda config, dataset: None
    steps: Callable[[RunConfig, Dataset, Any, Model], Steps] | None = None
    judge: Callable[[Model, Dataset], Judgement] | None = None
    read: Callable[[Model, str], Trace] = read_text
