"""How many parameters, and why that many?

A recurrent layer has, for each of its maps, the weights of the cell's equations:
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
from core.nodes import Dense, Embedding, Layer, Plain, Recurrent, Stage

TITLES = {
    **{name: cell.title["en"] for name, cell in cells.CELLS.items()},
    "layer_normalization": "LayerNormalization",
    "batch_normalization": "BatchNormalization",
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
            case "dense":
                return f"Dense({self.units}) on {self.features} features"
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
    return ParameterCount(tuple(_stage(stage) for stage in model.stages if stage.parameters()))


def count_layer(layer: Layer) -> LayerCount:
    """One recurrent layer's parameters, explained."""
    maps = tuple(
        MapCount(name, tuple(_terms(layer.weights[name].items())))
        for name in cells.get(layer.cell).maps
    )
    return LayerCount(layer.name, layer.cell, layer.features, layer.units, maps)


def _stage(stage: Stage) -> StageCount:
    match stage:
        case Recurrent():
            layers = tuple(count_layer(layer) for layer in stage.layers)
        case Dense():
            named = [("kernel", stage.kernel), ("bias", stage.bias)]
            terms = _terms((name, array) for name, array in named if array is not None)
            part = MapCount(stage.name, tuple(terms))
            layers = (LayerCount(stage.name, "dense", stage.features, stage.outputs, (part,)),)
        case Embedding():
            rows, features = stage.weights.shape
            part = MapCount(stage.name, tuple(_terms([("weights", stage.weights)])))
            layers = (LayerCount(stage.name, "embedding", rows, features, (part,)),)
        case Plain():  # a normalisation: some numbers for each feature
            arrays = list(stage.parameters().values())
            factors = (arrays[0].size,) if len(arrays) == 1 else (len(arrays), arrays[0].size)
            part = MapCount(stage.name, (Term("scale", factors),))
            size = arrays[0].size
            layers = (LayerCount(stage.name, stage.kind, size, size, (part,)),)
    return StageCount(stage.name, layers)


def _terms(weights: Iterable[tuple[str, Array]]) -> Iterable[Term]:
    """A term an array; several vectors, such as two biases, are one term, 2·8."""
    named = list(weights)
    vectors = [array.size for _, array in named if array.ndim == 1]
    yield from (Term(what, array.shape) for what, array in named if array.ndim > 1)
    if vectors:
        only = next(what for what, array in named if array.ndim == 1)
        what = "bias" if len(vectors) > 1 else only
        yield Term(what, (vectors[0],) if len(vectors) == 1 else (len(vectors), vectors[0]))


def _equals(formula: str, count: int) -> str:
    """Formula = count, or the count alone where the formula is already that."""
    return formula if formula == str(count) else f"{formula} = {count}"
