"""LayerTrace: what one recurrent layer did in one direction, step by step.

Axes are (batch, time, units), always in the order of the text, also for layers that read it
backwards. What a layer computed lies once in memory, in the `Record` that its cell filled;
the names here are views of it. Cost: a layer of U units over T steps keeps, for an LSTM,
4·2·T·U + 2·T·U numbers. Not chosen: copies in a nicer order, which would double that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from core import activations, cells
from core.activations import Array
from core.arrays import of_shape
from core.cells import Kernels, Record
from core.cells.expressions import Expression
from core.cells.interpreted import InterpretedCell
from core.cells.loops import WayBack
from core.cells.record import Changes
from core.nodes.base import NodeTrace
from core.nodes.flow import LAST, MAIN, Flow, Mask, port
from core.nodes.preactivation import Preactivation

Direction = Literal["forward", "backward"]
AXES = ("batch", "time", "units")
STATE = "state"
"""`encoder.state.hidden` is the port of the state after the step read last."""


def in_text_order(array: Array, direction: Direction) -> Array:
    """(time, batch, …) in reading order, seen as (batch, time, …) in the order of the text."""
    swapped = array.swapaxes(0, 1)
    return swapped if direction == "forward" else swapped[:, ::-1]


def in_reading_order(array: Array, direction: Direction) -> Array:
    """(batch, time, …) in the order of the text, seen as (time, batch, …) in reading order."""
    return (array if direction == "forward" else array[:, ::-1]).swapaxes(0, 1)


def last_read(outputs: Array, direction: Direction) -> Array:
    """The output at the step that is read last, (batch, units)."""
    return outputs[:, -1] if direction == "forward" else outputs[:, 0]


def masked_outputs(
    hidden: Array, mask: Mask | None, direction: Direction, *, zeroes: bool
) -> Array:
    """What Keras lets a layer hand on where steps are masked, (batch, time, units).

    With `zeroes`, zeros. Else the output of the last step that was not skipped, and zeros before
    the first.
    """
    if mask is None:
        return hidden
    valid = mask[..., None]
    if zeroes:
        return np.where(valid, hidden, 0).astype(hidden.dtype)
    started = np.maximum.accumulate(in_reading_order(valid, direction), axis=0)
    return np.where(in_text_order(started, direction), hidden, 0).astype(hidden.dtype)


@dataclass(frozen=True, eq=False)
class LayerTrace(NodeTrace):
    """What one recurrent layer did, in one direction.

    `inputs` (batch, time, features) is what it read; `outputs` (batch, time, units) what it
    handed on: the hidden state, but for masked steps, where Keras repeats the last output (or
    gives zeros inside a bidirectional pair). `mask` (batch, time) is False where a step was
    skipped: the states are carried on there, and the gates were computed but not used.
    """

    cell: str = field(kw_only=True)
    direction: Direction = field(kw_only=True)
    record: Record = field(kw_only=True)
    kernels: Kernels = field(kw_only=True)

    @staticmethod
    def given(record: Record, outputs: Array, *, of: Flow, direction: Direction) -> dict[str, Flow]:
        """The flows at a layer's ports: every step, the last, and the states after it."""
        states = {port(STATE, name): Flow(state[-1]) for name, state in record.states.items()}
        return {MAIN: of.giving(outputs), LAST: Flow(last_read(outputs, direction)), **states}

    def _names(self, names: tuple[str, ...], of: Any) -> Mapping[str, Any]:
        return MappingProxyType({name: of(name) for name in names})

    def _seen(self, array: Array) -> Array:
        return in_text_order(array, self.direction)

    @cached_property
    def gates(self) -> Mapping[str, Array]:
        """Each gate after its activation, (batch, time, units). A SimpleRNN has none."""
        cell = cells.get(self.cell)
        return self._names(
            cell.gates, lambda name: self._seen(self.record.gates[:, :, cell.index(name)])
        )

    @cached_property
    def preactivations(self) -> Mapping[str, Preactivation]:
        """Each gate before its activation: `.from_input` + `.from_hidden` + `.bias`."""
        cell = cells.get(self.cell)

        def of(name: str) -> Preactivation:
            total = self._seen(self.record.preactivations[:, :, cell.index(name)])

            def parts() -> Mapping[str, Array]:
                read = np.ascontiguousarray(in_reading_order(self.inputs, self.direction))
                made = cell.parts(name, record=self.record, kernels=self.kernels, inputs=read)
                for part in made.values():
                    part.flags.writeable = False
                return MappingProxyType({part: self._seen(made[part]) for part in made})

            return Preactivation.of(total, parts=parts)

        return self._names(cell.maps, of)

    @cached_property
    def states(self) -> Mapping[str, Array]:
        """Each state after each step, (batch, time, units)."""
        names = cells.get(self.cell).states
        return self._names(names, lambda name: self._seen(self.record.after(name)))

    @cached_property
    def previous(self) -> Mapping[str, Array]:
        """Each state before each step, (batch, time, units)."""
        names = cells.get(self.cell).states
        return self._names(names, lambda name: self._seen(self.record.before(name)))

    @cached_property
    def initial_states(self) -> Mapping[str, Array]:
        """Each state before the first step read, (batch, units)."""
        names = cells.get(self.cell).states
        return self._names(names, lambda name: self.record.states[name][0])

    def evaluated(self, expression: Expression) -> Array:
        """An expression of the cell's quantities at every step, (batch, time, units)."""
        read = in_reading_order(self.inputs, self.direction)
        made = cells.get(self.cell).evaluated(
            expression, record=self.record, kernels=self.kernels, inputs=read
        )
        return self._seen(np.broadcast_to(made, self.record.after(next(iter(self.states))).shape))

    def row(self, expression: Expression, *, batch: int, step: int) -> Array:
        """An expression of the cell's quantities at one step of one text, (units,).

        A time index in the order of the text; nothing is computed for other steps.
        """
        read = step if self.direction == "forward" else self.record.time - 1 - step
        record = self.record.at(read, batch=batch)
        inputs = self.inputs[batch : batch + 1, step : step + 1]
        made = cells.get(self.cell).evaluated(
            expression, record=record, kernels=self.kernels, inputs=inputs
        )
        return made[0, 0]

    @property
    def units(self) -> int:
        """The number of units."""
        return self.record.preactivations.shape[3]

    @cached_property
    def arrays(self) -> Mapping[str, Array]:
        """Every array (batch, time, units) by name, such as `gates/forget`, made when asked for."""
        made: dict[str, Callable[[], Array]] = {}
        for name in self.gates:
            made[f"gates/{name}"] = partial(self.gates.__getitem__, name)
        for name, array in self.preactivations.items():
            made[f"preactivations/{name}"] = partial(np.asarray, array)
            for part in self._part_names(name):
                made[f"{part}/{name}"] = partial(self._part, name, part)
        for name in self.states:
            made[f"states/{name}"] = partial(self.states.__getitem__, name)
        return _Made(made)

    def _part_names(self, name: str) -> tuple[str, ...]:
        """The parts of a pre-activation that the cell's equations have."""
        terms = cells.get(self.cell).terms(name, self.kernels.options)
        return tuple(dict.fromkeys(term.weight.part for term in terms))

    def _part(self, name: str, part: str) -> Array:
        return self.preactivations[name].parts[part]

    @cached_property
    def axes(self) -> Mapping[str, tuple[str, ...]]:
        """(batch, time, units), for each of `arrays`."""
        return dict.fromkeys(self.arrays, AXES)

    def describe(self) -> dict[str, Any]:
        """What is not an array, as plain data for JSON."""
        return {
            "name": self.name,
            "cell": self.cell,
            "direction": self.direction,
            "clock": self.read[0].clock,
            "reads_states": len(self.read) > 1,
            "activation": self.kernels.activation.name,
            "recurrent_activation": self.kernels.recurrent_activation.name,
            **self.kernels.options,
        }

    def stored(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """The arrays from which `restore` makes the layer's trace again."""
        for group in ("gates", "preactivations", "states"):
            for name, array in getattr(self, group).items():
                yield f"{group}/{name}", np.asarray(array)
        for name, array in self.initial_states.items():
            yield f"initial_states/{name}", array
        for name, array in self.kernels.weights.items():
            yield f"kernels/{name}", array
        yield "inputs", self.inputs
        yield "outputs", self.outputs
        if self.mask is not None:
            yield "mask", self.mask
        for kind, name, where in self._changed():
            yield f"{kind}/{name}", where

    def _changed(self) -> Iterator[tuple[str, str, Mask]]:
        """Where gates and states were changed, (batch, time, units), by kind of change and name."""
        if self.record.changes is not None:
            for kind in ("replaced", "frozen"):
                for name, where in getattr(self.record.changes, kind).items():
                    yield kind, name, self._seen(where)

    def replaced(self, name: str) -> Mask | None:
        """Where something was put in place of a gate or state, (batch, time, units); or None."""
        return next((w for k, n, w in self._changed() if (k, n) == ("replaced", name)), None)

    @property
    def way_back(self) -> WayBack:
        """What takes a gradient back through the layer's steps: its cell, where nothing changed."""
        cell = cells.get(self.cell)
        return cell if self.record.changes is None else InterpretedCell(cell)

    @classmethod
    def restore(cls, described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `describe` and `stored`. Raises KeyError where something is missing."""
        cell, direction = cells.get(described["cell"]), described["direction"]
        batch, time, units = shape = arrays[f"preactivations/{cell.maps[0]}"].shape
        outputs = of_shape(arrays, "outputs", shape)
        record = Record.empty(cell, time=time, batch=batch, units=units, dtype=outputs.dtype)
        stacks = {
            "preactivations": record.preactivations,
            "gates": record.gates,
        }
        for kind, stack in stacks.items():
            for name in cell.gates if kind == "gates" else cell.maps:
                values = of_shape(arrays, f"{kind}/{name}", shape)
                stack[:, :, cell.index(name)] = in_reading_order(values, direction)
        for name, state in record.states.items():
            state[0] = of_shape(arrays, f"initial_states/{name}", (batch, units))
            state[1:] = in_reading_order(of_shape(arrays, f"states/{name}", shape), direction)
        changed: dict[str, dict[str, Mask]] = {"replaced": {}, "frozen": {}}
        for kind, name in (full.split("/", 1) for full in arrays if full.split("/")[0] in changed):
            changed[kind][name] = in_reading_order(arrays[f"{kind}/{name}"], direction)
        record.changes = Changes(**changed) if changed["replaced"] else None
        options = {name: bool(described[name]) for name in cell.options}
        kernels = Kernels(
            weights={w.name: arrays[f"kernels/{w.name}"] for w in cell.weights(options)},
            activation=activations.get(described["activation"]),
            recurrent_activation=activations.get(described["recurrent_activation"]),
            options=options,
        )
        kernels.check({w.name: w.shape for w in cell.weights(options)}, units=units)
        inputs = of_shape(arrays, "inputs", (batch, time, len(kernels.kernel)))
        read = Flow(inputs, arrays.get("mask"), described.get("clock", "input"))
        beside = [Flow(state[0]) for state in record.states.values()]
        return cls(
            described["name"],
            (read, *(beside if described.get("reads_states") else ())),
            cls.given(record, outputs, of=read, direction=direction),
            cell=cell.name,
            direction=direction,
            record=record,
            kernels=kernels,
        )


class _Made(Mapping[str, Array]):
    """Arrays by name, each made when it is asked for."""

    def __init__(self, made: Mapping[str, Callable[[], Array]]) -> None:
        self._made = made

    def __getitem__(self, name: str) -> Array:
        return self._made[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
