"""Recurrent layers: a cell, its weights by gate name, and the pair that reads both ways.

Data and the checks that the weights fit each other. The loops that run them stand in
`core/engines/` and `core/bptt.py`, the equations of a step in `core/cells/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
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
class Layer:
    """One recurrent layer in one direction: a cell, and its weights by gate name.

    `weights` has for each gate (or map) its arrays by name: what those are, and their shapes, the
    cell's equations say; biases may be missing. `direction` is the order in which it reads the
    *text*, whatever lies below it. `activation` and `recurrent_activation` are Keras names, ""
    for the cell's own; `options` are the cell's, such as the GRU's `reset_after`.
    """

    name: str
    cell: str
    weights: Mapping[str, Mapping[str, Array]]
    direction: Direction = "forward"
    activation: str = ""
    recurrent_activation: str = ""
    options: Mapping[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cell = cells.get(self.cell)
        check_name("direction", self.direction, ("forward", "backward"))
        usual = dict(zip(("activation", "recurrent_activation"), cell.default_activations))  # noqa: B905
        for role, default in usual.items():
            name = getattr(self, role) or default
            object.__setattr__(self, role, name)
            if not activations.get(name).elementwise:
                why = "it mixes the units of a gate"
                raise UnsupportedModel(what=f"{name} as an activation of {self.name}", why=why)
        object.__setattr__(self, "options", cell.completed(self.options))
        if set(self.weights) != set(cell.maps):
            found = ", ".join(self.weights) or "none"
            expected = ", ".join(cell.maps)
            raise UnknownName(kind=f"set of gates for {self.cell}", found=found, known=expected)
        for gate, given in self.weights.items():
            self._check_weights(cell.weights_of(gate, self.options), gate, given)

    def _check_weights(
        self, declared: Mapping[str, cells.Weight], gate: str, given: Mapping[str, Array]
    ) -> None:
        """Raises UnsupportedModel for a weight too many, ShapeMismatch for one that is wrong."""
        sizes = {"features": self.features, "units": self.units}
        for name, array in given.items():
            what = f"{self.name}/{gate}/{name}"
            if name not in declared:
                known = ", ".join(declared)
                raise UnsupportedModel(what=what, why=f"the weights of this gate are {known}")
            check_shape(what, array, tuple(sizes[axis] for axis in declared[name].shape))
        for name, weight in declared.items():
            if name not in given and not weight.optional:
                what = f"{self.name}/{gate}"
                raise UnsupportedModel(what=what, why=f"its {name} is missing")

    @property
    def features(self) -> int:
        """The number of inputs at each step."""
        return next(iter(self.weights.values()))["kernel"].shape[0]

    @property
    def units(self) -> int:
        """The number of units."""
        return next(iter(self.weights.values()))["kernel"].shape[1]

    @property
    def biased(self) -> bool:
        """Whether any gate has a bias of any kind."""
        return any(name.endswith("bias") for gate in self.weights.values() for name in gate)

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name, such as `lstm/forget/kernel`."""
        cell = cells.get(self.cell)
        return {
            f"{self.name}/{gate}/{name}": self.weights[gate][name]
            for gate in cell.maps
            for name in cell.weights_of(gate, self.options)
            if name in self.weights[gate]
        }

    def with_parameters(self, values: Mapping[str, Array]) -> Layer:
        """The same layer with other weights; names not in `values` stay."""
        weights = {
            gate: {name: values.get(f"{self.name}/{gate}/{name}", a) for name, a in old.items()}
            for gate, old in self.weights.items()
        }
        return replace(self, weights=weights)

    def kernels(self) -> cells.Kernels:
        """The weights side by side, as the cell's steps take them."""
        cell = cells.get(self.cell)
        sizes = {"features": self.features, "units": self.units}
        dtype = next(iter(self.weights.values()))["kernel"].dtype
        stacks = {}
        for weight in cell.weights(self.options):
            shape = tuple(sizes[axis] for axis in weight.shape)
            arrays = [
                self.weights[gate].get(weight.name, np.zeros(shape, dtype)) for gate in cell.stacked
            ]
            side_by_side = np.stack if len(shape) == 1 else partial(np.concatenate, axis=1)
            stacks[weight.name] = side_by_side(arrays)
        return cells.Kernels(
            weights=stacks,
            activation=activations.get(self.activation),
            recurrent_activation=activations.get(self.recurrent_activation),
            options=self.options,
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
