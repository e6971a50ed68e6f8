"""Recurrent layers: a cell, its weights by gate name, and the pair that reads both ways.

Data and the checks that the weights fit each other. The loops that run them stand in
`core/engines/` and `core/bptt.py`, the equations of a step in `core/cells/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core import activations, cells
from core.activations import Array
from core.errors import ShapeMismatch, UnknownName, UnsupportedModel
from core.nodes.checks import check_name, check_shape

Direction = Literal["forward", "backward"]
Readout = Literal["last", "every"]
MERGES = ("concat", "sum", "mul", "ave")


@dataclass(frozen=True, eq=False)
class GateWeights:
    """The weights of one gate (or map) of a layer.

    `kernel` (features, units), `recurrent_kernel` (units, units), `bias` (units,) or None;
    `recurrent_bias` (units,) only for a GRU with reset_after.
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array | None = None
    recurrent_bias: Array | None = None

    def items(self) -> Iterator[tuple[str, Array]]:
        """The arrays that are there, by name."""
        for name in ("kernel", "recurrent_kernel", "bias", "recurrent_bias"):
            array = getattr(self, name)
            if array is not None:
                yield name, array


@dataclass(frozen=True, eq=False)
class Layer:
    """One recurrent layer in one direction: a cell, and its weights by gate name.

    `direction` is the order in which it reads the *text*, whatever lies below it. `activation`
    and `recurrent_activation` are Keras names; `reset_after` matters to a GRU alone.
    """

    name: str
    cell: str
    weights: Mapping[str, GateWeights]
    direction: Direction = "forward"
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    reset_after: bool = True

    def __post_init__(self) -> None:
        cell = cells.get(self.cell)
        check_name("direction", self.direction, ("forward", "backward"))
        for name in (self.activation, self.recurrent_activation):
            if not activations.get(name).elementwise:
                why = "it mixes the units of a gate"
                raise UnsupportedModel(what=f"{name} as an activation of {self.name}", why=why)
        if set(self.weights) != set(cell.maps):
            found = ", ".join(self.weights) or "none"
            expected = ", ".join(cell.maps)
            raise UnknownName(kind=f"set of gates for {self.cell}", found=found, known=expected)
        for gate, weights in self.weights.items():
            expected_shapes = {
                "kernel": (self.features, self.units),
                "recurrent_kernel": (self.units, self.units),
                "bias": (self.units,),
                "recurrent_bias": (self.units,),
            }
            for what, array in weights.items():
                check_shape(f"{self.name}/{gate}/{what}", array, expected_shapes[what])
            if weights.recurrent_bias is not None and not (self.cell == "gru" and self.reset_after):
                what = f"{self.name}/{gate}/recurrent_bias"
                raise UnsupportedModel(what=what, why="only a GRU with reset_after has it")

    @property
    def features(self) -> int:
        """The number of inputs at each step."""
        return next(iter(self.weights.values())).kernel.shape[0]

    @property
    def units(self) -> int:
        """The number of units."""
        return next(iter(self.weights.values())).kernel.shape[1]

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name, such as `lstm/forget/kernel`."""
        return {
            f"{self.name}/{gate}/{what}": array
            for gate in cells.get(self.cell).maps
            for what, array in self.weights[gate].items()
        }

    def with_parameters(self, values: Mapping[str, Array]) -> Layer:
        """The same layer with other weights; names not in `values` stay."""
        weights = {
            gate: GateWeights(
                **{w: values.get(f"{self.name}/{gate}/{w}", a) for w, a in old.items()}
            )
            for gate, old in self.weights.items()
        }
        return replace(self, weights=weights)

    def kernels(self) -> cells.Kernels:
        """The weights side by side, as the cell's steps take them."""
        gates = [self.weights[name] for name in cells.get(self.cell).stacked]
        zero = np.zeros(self.units, gates[0].kernel.dtype)

        def stack(arrays: list[Array | None]) -> Array:
            return np.stack([zero if array is None else array for array in arrays])

        return cells.Kernels(
            kernel=np.concatenate([gate.kernel for gate in gates], axis=1),
            recurrent_kernel=np.concatenate([gate.recurrent_kernel for gate in gates], axis=1),
            bias=stack([gate.bias for gate in gates]),
            recurrent_bias=stack([gate.recurrent_bias for gate in gates]),
            activation=activations.get(self.activation),
            recurrent_activation=activations.get(self.recurrent_activation),
            reset_after=self.reset_after,
        )


@dataclass(frozen=True, eq=False)
class Recurrent:
    """One recurrent layer, or two that read in opposite directions and are merged.

    `returns` is "every" step's output or the "last" one: last in the order of reading, so that
    of a backward layer stands at the first token. `merge` is one of concat, sum, mul, ave for
    two layers, None for one.
    """

    name: str
    layers: tuple[Layer, ...]
    merge: str | None = None
    returns: Readout = "every"

    def __post_init__(self) -> None:
        check_name("readout", self.returns, ("last", "every"))
        if len(self.layers) == 1 and self.merge is None:
            return
        if len(self.layers) != 2 or self.merge is None:
            why = "a stage has one layer and no merge, or two layers and a merge"
            raise UnsupportedModel(what=self.name, why=why)
        check_name("merge", self.merge, MERGES)
        one, other = self.layers
        if one.direction == other.direction:
            what = f"{self.name}: two layers reading {one.direction}"
            raise UnsupportedModel(what=what, why="a pair reads in opposite directions")
        if one.features != other.features:
            what = f"{other.name}/kernel"
            expected = (one.features, other.units)
            raise ShapeMismatch(what=what, found=(other.features, other.units), expected=expected)
        if self.merge != "concat" and one.units != other.units:
            what = f"{self.name} merged by {self.merge}"
            raise ShapeMismatch(what=what, found=(other.units,), expected=(one.units,))

    @property
    def features(self) -> int:
        """The number of inputs at each step."""
        return self.layers[0].features

    @property
    def outputs(self) -> int:
        """The number of outputs at each step."""
        units = [layer.units for layer in self.layers]
        return sum(units) if self.merge == "concat" else units[0]

    @property
    def zeroes_masked(self) -> bool:
        """Whether its layers hand on zeros at masked steps, as Keras has it.

        A merged pair does where it returns every step; all others repeat their last output.
        """
        return self.merge is not None and self.returns == "every"

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name."""
        return {name: array for layer in self.layers for name, array in layer.parameters().items()}

    def with_parameters(self, values: Mapping[str, Array]) -> Recurrent:
        """The same stage with other weights; names not in `values` stay."""
        return replace(self, layers=tuple(layer.with_parameters(values) for layer in self.layers))
