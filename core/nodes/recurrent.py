"""Recurrent layers: a cell, its weights by gate name, and the direction in which it reads.

The equations of a step stand in `core/cells/`, the loops over them in `core/cells/loops.py`. A
layer gives every step (its own name), the `last` one, and its states after that, `state.hidden`
and `state.cell`. Its initial states are things that it reads: a decoder that starts from an
encoder names the encoder's states, and needs nothing special.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, ClassVar, Literal, Self

import numpy as np

from core import activations, cells
from core.activations import Array
from core.cells import Backward, Record, loops
from core.errors import ShapeMismatch, UnknownName, UnsupportedModel
from core.memory import MEMORY
from core.nodes.base import Node, NodeTrace
from core.nodes.checks import check_name, check_shape
from core.nodes.flow import LAST, MAIN, Flow, Mask, Port, Spec, port
from core.nodes.layer_gradients import LayerBack, layer_gradients, weight_gradients
from core.nodes.layer_trace import (
    STATE,
    Direction,
    LayerTrace,
    in_reading_order,
    in_text_order,
    masked_outputs,
)

Readout = Literal["last", "every"]


@dataclass(frozen=True, eq=False)
class Layer(Node):
    """One recurrent layer in one direction: a cell, and its weights by gate name.

    `weights` has for each gate (or map) its arrays by name: what those are, and their shapes, the
    cell's equations say; biases may be missing. `direction` is the order in which it reads the
    *text*, whatever lies below it. `activation` and `recurrent_activation` are Keras names, ""
    for the cell's own; `options` are the cell's, such as the GRU's `reset_after`. `returns` is
    what a node after it reads when it names no port: "every" step's output or the "last" one,
    last in the order of reading, so that of a backward layer stands at the first token. With
    `zero_masked` it hands on zeros at masked steps, else the last output again; unless it is
    `masked`, it reads those steps like others (as in Keras 3, if called with initial states), and
    the mask is for those above it. It `reads` a sequence, and after it, if they are named, its
    initial states in the cell's order.
    """

    cell: str
    weights: Mapping[str, Mapping[str, Array]]
    direction: Direction = "forward"
    activation: str = ""
    recurrent_activation: str = ""
    options: Mapping[str, bool] = field(default_factory=dict)
    returns: Readout = field(default="every", kw_only=True)
    zero_masked: bool = field(default=False, kw_only=True)
    masked: bool = field(default=True, kw_only=True)

    kind: ClassVar[str] = "recurrent"
    title: ClassVar[str] = "RNN"
    settings: ClassVar[tuple[str, ...]] = (
        "cell", "direction", "activation", "recurrent_activation", "returns", "zero_masked",
        "masked",
    )  # fmt: skip

    def __post_init__(self) -> None:
        cell = cells.get(self.cell)
        check_name("direction", self.direction, ("forward", "backward"))
        check_name("readout", self.returns, ("last", "every"))
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

    @property
    def hands_on(self) -> Port:
        """Every step, or the last one."""
        return self.name if self.returns == "every" else port(self.name, LAST)

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """Its units: at every step, at the last, and in each state."""
        names = cells.get(self.cell).states
        sequence, *states = read
        self.check_steps(sequence)
        self.check_features(sequence)
        if states and len(states) != len(names):
            expected = f"({len(names)},): {', '.join(names)}"
            raise ShapeMismatch(
                what=f"initial states that {self.name} reads", found=(len(states),),
                expected=expected,
            )  # fmt: skip
        for name, state in zip(names, states, strict=False):
            if state.steps or state.features != self.units:
                what = f"initial state {name} of {self.name}"
                raise ShapeMismatch(what=what, found=state.features, expected=(self.units,))
        one = Spec(self.units, steps=False)
        ports = {port(STATE, name): one for name in names}
        return {MAIN: replace(sequence, features=self.units), LAST: one, **ports}

    def run(self, *read: Flow, loop: loops.Forward = loops.forward) -> LayerTrace:
        """Steps through the sequence. `loop` is how an engine does that."""
        handed, states = read[0], read[1:]
        flow = handed if self.masked else replace(handed, mask=None)
        cell, kernels = cells.get(self.cell), self.kernels()
        x = np.ascontiguousarray(in_reading_order(flow.values, self.direction))
        valid = None if flow.mask is None else in_reading_order(flow.mask, self.direction)
        time, batch = x.shape[:2]
        record = Record.empty(cell, time=time, batch=batch, units=self.units, dtype=x.dtype)
        for name, state in zip(cell.states, states, strict=False):
            record.states[name][0] = state.values
        loop(cell, kernels=kernels, read=x, valid=valid, record=record)
        for array in (record.preactivations, record.gates, *record.states.values()):
            array.flags.writeable = False
        hidden = in_text_order(record.after(cell.states[0]), self.direction)
        outputs = masked_outputs(hidden, flow.mask, self.direction, zeroes=self.zero_masked)
        return LayerTrace(
            self.name,
            (flow, *states),
            LayerTrace.given(record, outputs, of=handed, direction=self.direction),
            cell=self.cell,
            direction=self.direction,
            record=record,
            kernels=kernels,
        )

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None,
        loop: loops.Back = loops.backward,
    ) -> LayerBack:  # fmt: skip
        """Back through time: Werbos 1990; truncation in blocks as in Williams & Peng 1990."""
        assert isinstance(run, LayerTrace)
        record, kernels = run.record, run.kernels
        valid = None if run.mask is None else in_reading_order(run.mask, self.direction)
        if MAIN in gradients:
            upstream = np.array(in_reading_order(gradients[MAIN], self.direction), order="C")
        else:
            after = record.after(cells.get(self.cell).states[0])
            upstream = MEMORY.empty(after.shape, after.dtype)
            upstream.fill(0)
        if LAST in gradients:
            upstream[-1] += gradients[LAST]
        if valid is not None:
            upstream = _past_masked(upstream, valid, zeroes=self.zero_masked)
        back = Backward.empty(record)
        carried = {name: np.zeros_like(state[0]) for name, state in record.states.items()}
        for name, d in carried.items():
            if (there := gradients.get(port(STATE, name))) is not None:
                d += there
        loop(
            run.way_back, record, into=back, kernels=kernels, upstream=upstream, carried=carried,
            valid=valid, truncate=truncate,
        )  # fmt: skip
        through = layer_gradients(run, back, initial_states=carried)
        states = tuple(carried[name] for name in record.states)[: len(run.read) - 1]
        return LayerBack(
            (through.inputs, *states),
            dict(weight_gradients(run, back, there=self.parameters())),
            through.arrays,
            layer=through,
        )

    def with_parameters(self, values: Mapping[str, Array]) -> Self:
        """The same layer with other weights; names not in `values` stay."""
        weights = {
            gate: {name: values.get(f"{self.name}/{gate}/{name}", a) for name, a in old.items()}
            for gate, old in self.weights.items()
        }
        return replace(self, weights=weights)

    def kernels(self) -> cells.Kernels:
        """The weights side by side, as the cell's steps take them.

        Made once for weights that nobody can change, as those of a model are.
        """
        if "_kernels" in self.__dict__:
            return self._kernels
        every = (array for gate in self.weights.values() for array in gate.values())
        if any(array.flags.writeable for array in every):
            return self._side_by_side()
        return self._kernels

    @cached_property
    def _kernels(self) -> cells.Kernels:
        made = self._side_by_side()
        for array in made.weights.values():
            array.flags.writeable = False
        return made

    def _side_by_side(self) -> cells.Kernels:
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

    def described(self) -> dict[str, Any]:
        """Everything about the layer but its weights, as plain data for JSON."""
        return super().described() | dict(self.options)

    @classmethod
    def restore(cls, described: Mapping[str, Any], weights: Mapping[str, Array]) -> Self:
        """The inverse of `described`, with weights by full name."""
        name, cell = described["name"], cells.get(described["cell"])
        # Older files say an option of the GRU for every cell.
        options = {option: bool(described[option]) for option in cell.options}
        gates = {
            gate: {
                weight: weights[full]
                for weight, declared in cell.weights_of(gate, options).items()
                if (full := f"{name}/{gate}/{weight}") in weights or not declared.optional
            }
            for gate in cell.maps
        }
        return cls(
            name,
            weights=gates,
            options=options,
            reads=tuple(described.get("reads", ())),
            **{setting: described[setting] for setting in cls.settings},
        )


def _past_masked(upstream: Array, valid: Mask, *, zeroes: bool) -> Array:
    """∂loss/∂outputs moved to where those outputs came from: the inverse of `masked_outputs`."""
    moved = upstream.copy()
    for at in reversed(range(len(moved))):
        skipped = ~valid[at]
        if at > 0 and not zeroes:
            moved[at - 1][skipped] += moved[at][skipped]
        moved[at][skipped] = 0
    return moved
