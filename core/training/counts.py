"""How many parameters a run's network will have, told before it starts, its data or Keras.

The formulas are those of the cells' own declarations (`core.cells`), so every cell is counted. What
a network reads and gives is asked of the source, with as few examples as it will draw: a task knows
its letters without any. Not chosen: building the network, which for 4,096 units takes a minute;
only one that is no chain is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from core import cells
from core.training.config import NetworkSettings, RunConfig
from core.training.dataset import Dataset
from core.training.network import untrained
from core.training.sources import SOURCES, prepare, source_named

FEWEST = {"train_examples": 10, "test_examples": 1}


@dataclass(frozen=True)
class Interface:
    """What a network reads and gives: `tokens` it has rows for, or `features` of each step."""

    tokens: int | None
    features: int | None
    outputs: int


@dataclass(frozen=True)
class Count:
    """Parameters: of the recurrent layers, and of the whole; None where only the texts tell."""

    recurrent: int | None
    total: int | None


def interface_of(config: RunConfig) -> Interface | None:
    """What the network of a run will read and give; None where its texts have to be read first.

    Raises UnknownName, UnknownSetting, WrongSetting.
    """
    source = source_named(config.data.source)
    if source.gathers:
        return None
    if source.downloads:
        assert source.outputs is not None
        return Interface(config_words(config), None, source.outputs)
    dataset = _few(config)
    tokens = None if dataset.vocabulary is None else dataset.vocabulary.size
    return Interface(tokens, dataset.features, dataset.outputs)


def _few(config: RunConfig) -> Dataset:
    """The data of a run, with as few examples as can be drawn."""
    known = source_named(config.data.source).options.read(config.data.options).to_json()
    few = {**config.data.options, **{k: v for k, v in FEWEST.items() if k in known}}
    return prepare(config.data.source, few, seed=config.seed, validation=0.0)


def _built(config: RunConfig) -> Count:
    """The parameters of a network that is no chain, which has to be built to be counted."""
    source = source_named(config.data.source)
    if source.gathers or source.downloads:
        return Count(None, None)
    model = untrained(config, _few(config))
    recurrent = sum(a.size for layer in model.layers for a in layer.parameters().values())
    return Count(recurrent, model.parameter_count)


def config_words(config: RunConfig) -> int:
    """The ids that the texts of a source of ranks are written in."""
    options = SOURCES[config.data.source].options.read(config.data.options)
    return int(options.to_json()["words"])


def count_of(config: RunConfig) -> Count:
    """The parameters of a run's network. Raises what `interface_of` raises."""
    network = config.network
    if network.architecture != "chain":
        return _built(config)
    seen = interface_of(config)
    features = network.embedding if seen is None else seen.features or network.embedding
    recurrent = sum(_recurrent(network, features))
    if seen is None:
        return Count(recurrent, None)
    embedded = (seen.tokens or 0) * network.embedding
    width = network.units[-1] * _directions(network)
    each = {"none": 0, "layer": 2, "batch": 4}[network.normalise]  # γ, β; and μ, v
    normalised = sum(each * units * _directions(network) for units in network.units[:-1])
    answer = (width + 1) * seen.outputs
    return Count(recurrent, embedded + recurrent + normalised + answer)


def _directions(network: NetworkSettings) -> int:
    return 2 if network.bidirectional else 1


def _recurrent(network: NetworkSettings, features: int) -> Iterator[int]:
    """The parameters of each recurrent layer, both directions together."""
    declared = cells.get(network.cell)
    given = cells.options_of(network.cell, {"reset_after": network.reset_after})
    options = declared.completed(given)
    weights = [w for name in declared.maps for w in declared.weights_of(name, options).values()]
    for units in network.units:
        axes = {"features": features, "units": units}
        one = sum(prod(axes[axis] for axis in weight.shape) for weight in weights)
        yield one * _directions(network)
        features = units * _directions(network)
