"""LayerTrace: what one recurrent layer did in one direction, step by step.

Axes are (batch, time, units), always in the order of the text, also for layers that read it
backwards. What a layer computed lies once in memory, in the `Record` that its cell filled;
the names here are views of it. Cost: a layer of U units over T steps keeps, for an LSTM,
4·2·T·U + 2·T·U numbers. Not chosen: copies in a nicer order, which would double that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core import activations, cells
from core.activations import Array
from core.cells import Kernels, Record
from core.cells.expressions import Expression
from core.nodes import Direction
from core.nodes import Mask as Mask

AXES = ("batch", "time", "units")


class Preactivation(np.ndarray[Any, Any]):
    """An array (batch, time, units), and the arrays of its shape that add up to it.

    The parts are computed when the first of them is asked for, and kept.
    """

    _parts: Callable[[], Mapping[str, Array]]

    @classmethod
    def of(cls, total: Array, *, parts: Callable[[], Mapping[str, Array]]) -> Self:
        """`total`, and what gives its parts by name."""
        array = total.view(cls)
        array._parts = cache(parts)
        return array

    @property
    def parts(self) -> Mapping[str, Array]:
        """What adds up to it by name: "from_input", "from_hidden", "bias", and what a cell adds."""
        return self._parts()

    @property
    def from_input(self) -> Array:
        """x_t W."""
        return self._part("from_input")

    @property
    def from_hidden(self) -> Array:
        """h_{t−1} U, as a gate lets it through where the cell has one there; zero without U."""
        return self._part("from_hidden")

    @property
    def bias(self) -> Array:
        """The sum of its biases: b."""
        return self._part("bias")

    def _part(self, name: str) -> Array:
        part = self.parts.get(name)
        return np.broadcast_to(self.dtype.type(0), self.shape) if part is None else part


def in_text_order(array: Array, direction: Direction) -> Array:
    """(time, batch, …) in reading order, seen as (batch, time, …) in the order of the text."""
    swapped = array.swapaxes(0, 1)
    return swapped if direction == "forward" else swapped[:, ::-1]


def in_reading_order(array: Array, direction: Direction) -> Array:
    """(batch, time, …) in the order of the text, seen as (time, batch, …) in reading order."""
    return (array if direction == "forward" else array[:, ::-1]).swapaxes(0, 1)


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one recurrent layer did, in one direction.

    `inputs` (batch, time, features) is what it read; `outputs` (batch, time, units) what it
    handed on: the hidden state, but for masked steps, where Keras repeats the last output (or
    gives zeros inside a bidirectional pair). `mask` (batch, time) is False where a step was
    skipped: the states are carried on there, and the gates were computed but not used.
    """

    name: str
    cell: str
    direction: Direction
    inputs: Array
    outputs: Array
    mask: Mask | None
    record: Record
    kernels: Kernels

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
        record = Record(
            self.record.preactivations[read : read + 1, batch : batch + 1],
            self.record.gates[read : read + 1, batch : batch + 1],
            {n: s[read : read + 2, batch : batch + 1] for n, s in self.record.states.items()},
        )
        inputs = self.inputs[batch : batch + 1, step : step + 1]
        made = cells.get(self.cell).evaluated(
            expression, record=record, kernels=self.kernels, inputs=inputs
        )
        return made[0, 0]

    @property
    def units(self) -> int:
        """The number of units."""
        return self.record.preactivations.shape[3]

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Every array (batch, time, units) with its name, such as `gates/forget`."""
        for name, array in self.gates.items():
            yield f"gates/{name}", array
        for name, array in self.preactivations.items():
            yield f"preactivations/{name}", np.asarray(array)
            for part, values in array.parts.items():
                yield f"{part}/{name}", values
        for name, array in self.states.items():
            yield f"states/{name}", array

    def describe(self) -> dict[str, Any]:
        """What is not an array, as plain data for JSON."""
        return {
            "name": self.name,
            "cell": self.cell,
            "direction": self.direction,
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

    @classmethod
    def restore(cls, described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `describe` and `stored`. Raises KeyError where something is missing."""
        cell, direction = cells.get(described["cell"]), described["direction"]
        shape = arrays[f"preactivations/{cell.maps[0]}"].shape
        record = Record.empty(
            cell, time=shape[1], batch=shape[0], units=shape[2], dtype=arrays["outputs"].dtype
        )
        stacks = {
            "preactivations": record.preactivations,
            "gates": record.gates,
        }
        for kind, stack in stacks.items():
            for name in cell.gates if kind == "gates" else cell.maps:
                stack[:, :, cell.index(name)] = in_reading_order(
                    arrays[f"{kind}/{name}"], direction
                )
        for name, state in record.states.items():
            state[0] = arrays[f"initial_states/{name}"]
            state[1:] = in_reading_order(arrays[f"states/{name}"], direction)
        options = {name: bool(described[name]) for name in cell.options}
        kernels = Kernels(
            weights={w.name: arrays[f"kernels/{w.name}"] for w in cell.weights(options)},
            activation=activations.get(described["activation"]),
            recurrent_activation=activations.get(described["recurrent_activation"]),
            options=options,
        )
        return cls(
            name=described["name"],
            cell=cell.name,
            direction=direction,
            inputs=arrays["inputs"],
            outputs=arrays["outputs"],
            mask=arrays.get("mask"),
            record=record,
            kernels=kernels,
        )
