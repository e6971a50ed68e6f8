"""How many parameters, and why that many?

A recurrent layer has, for each of its maps, a kernel, a recurrent kernel and its biases:
LSTM(8) on 16 features has four maps, 4·(16·8 + 8·8 + 8) = 800. Every count here is read off the
weights that are there, and comes with the formula that gives it. The formulas need no language;
`text` puts English words around them. Not chosen: formulas by cell name, which a layer without
bias, or one imported from elsewhere, would belie.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from core import cells
from core.activations import Array
from core.model import Model
from core.nodes import NODES, Embedding, Layer, Node, Part, Recurrent

TITLES = {
    **{name: cell.title["en"] for name, cell in cells.CELLS.items()},
    **{kind: node.title for kind, node in NODES.items()},
}
"""What layers are called where one is written as LSTM(8)."""


@dataclass(frozen=True)
class Term:
    """One product in a formula: what it counts, and its factors, such as (16, 8) or (2, 8)."""

    what: str
    factors: tuple[int, ...]

    @property
    def count(self) -> int:
        """The product."""
        return math.prod(self.factors)

    @property
    def formula(self) -> str:
        """The product as it is written: 16·8."""
        return "·".join(str(factor) for factor in self.factors)


@dataclass(frozen=True)
class MapCount:
    """The parameters of one map of a layer (a gate; all of a plain stage): the sum of `terms`."""

    name: str
    terms: tuple[Term, ...]

    @property
    def count(self) -> int:
        """The number of parameters."""
        return sum(term.count for term in self.terms)

    @property
    def formula(self) -> str:
        """The sum as it is written: 16·8 + 8·8 + 8."""
        return " + ".join(term.formula for term in self.terms)


@dataclass(frozen=True)
class LayerCount:
    """The parameters of one layer, in one direction if it is recurrent.

    `kind` is the cell's name, or that of the stage, such as "dense"; `features` what it reads at
    each step (the number of rows for an embedding), `units` what it gives; `maps` its gates by
    name.
    """

    name: str
    kind: str
    features: int
    units: int
    maps: tuple[MapCount, ...]

    @property
    def count(self) -> int:
        """The number of parameters."""
        return sum(part.count for part in self.maps)

    @property
    def formula(self) -> str:
        """The count as it is written: 4·(16·8 + 8·8 + 8)."""
        formulas = [part.formula for part in self.maps]
        if len(formulas) > 1 and len(set(formulas)) == 1:
            return f"{len(formulas)}·({formulas[0]})"
        return " + ".join(formulas)

    @property
    def title(self) -> str:
        """The layer in words: LSTM(8) on 16 features."""
        match self.kind:
            case "embedding":
                return f"Embedding of {self.features} tokens in {self.units} features"
            case "layer_normalization" | "batch_normalization":
                return f"{TITLES[self.kind]} of {self.features} features"
        return f"{TITLES.get(self.kind, self.kind)}({self.units}) on {self.features} features"

    @property
    def text(self) -> str:
        """The whole sentence: LSTM(8) on 16 features: 4·(16·8 + 8·8 + 8) = 800."""
        return f"{self.title}: {_equals(self.formula, self.count)}"


@dataclass(frozen=True)
class StageCount:
    """The parameters of one stage: one layer, or the two of a bidirectional one."""

    name: str
    layers: tuple[LayerCount, ...]

    @property
    def count(self) -> int:
        """The number of parameters."""
        return sum(layer.count for layer in self.layers)

    @property
    def formula(self) -> str:
        """The count as it is written: 2·4·(16·8 + 8·8 + 8) for a bidirectional layer."""
        formulas = [layer.formula for layer in self.layers]
        if len(formulas) == 1:
            return formulas[0]
        if formulas[0] == formulas[1]:
            one = formulas[0]
            return f"2·{one}" if one.endswith(")") else f"2·({one})"
        return " + ".join(formulas)

    @property
    def text(self) -> str:
        """The whole sentence, as of its layer; a pair says so."""
        if len(self.layers) == 1:
            return self.layers[0].text
        titles = dict.fromkeys(layer.title for layer in self.layers)
        named = " and ".join(titles)
        return f"{named}, in both directions: {_equals(self.formula, self.count)}"


@dataclass(frozen=True)
class ParameterCount:
    """The parameters of a whole model, stage by stage; `count` is model.parameter_count.

    Stages without parameters, such as a pooling, are left out.
    """

    stages: tuple[StageCount, ...]

    @property
    def count(self) -> int:
        """The number of parameters."""
        return sum(stage.count for stage in self.stages)

    @property
    def formula(self) -> str:
        """The sum over the stages: 640 + 800 + 9."""
        return " + ".join(str(stage.count) for stage in self.stages)

    @property
    def text(self) -> str:
        """A line for each stage, and the sum."""
        lines = [stage.text for stage in self.stages]
        return "\n".join([*lines, _equals(self.formula, self.count)])


def count_parameters(model: Model) -> ParameterCount:
    """The model's parameters, explained: by stage, layer and gate, with the formula of each."""
    return ParameterCount(tuple(_part(model, part) for part in model.parts if part.parameters()))


def _part(model: Model, part: Part) -> StageCount:
    if isinstance(part, Recurrent):
        return StageCount(part.name, tuple(count_layer(layer) for layer in part.layers))
    return StageCount(part.name, (_count_node(model, part),))


def count_layer(layer: Layer) -> LayerCount:
    """One recurrent layer's parameters, explained."""
    maps = tuple(
        MapCount(name, tuple(_terms(layer.weights[name].items())))
        for name in cells.get(layer.cell).maps
    )
    return LayerCount(layer.name, layer.cell, layer.features, layer.units, maps)


def _count_node(model: Model, node: Node) -> LayerCount:
    """A node without a loop, such as an embedding, a dense layer or a normalisation."""
    prefix = f"{node.name}/"
    named = [(name.removeprefix(prefix), array) for name, array in node.parameters().items()]
    wiring = model.wiring
    features = wiring.specs[wiring.reads[node.name][0]].features
    if isinstance(node, Embedding):
        features = len(node.weights)
    units = wiring.specs[node.hands_on].features
    maps = (MapCount(node.name, tuple(_terms(named))),)
    return LayerCount(node.name, node.kind, features or 0, units or 0, maps)


def _terms(weights: Iterable[tuple[str, Array]]) -> Iterable[Term]:
    """A term an array; vectors of one size, such as two biases, are one term, 2·8."""
    named = list(weights)
    yield from (Term(name, array.shape) for name, array in named if array.ndim > 1)
    vectors = [(name, array.size) for name, array in named if array.ndim < 2]
    for size in dict.fromkeys(size for _, size in vectors):
        names = [name for name, other in vectors if other == size]
        yield Term(names[0], (size,) if len(names) == 1 else (len(names), size))


def _equals(formula: str, count: int) -> str:
    """Formula = count, or the count alone where the formula is already that."""
    return formula if formula == str(count) else f"{formula} = {count}"
