"""The arrays of one run of a layer: its weights side by side, what it recorded, its gradients.

Time first, in the order in which the layer reads; a cell's steps are views of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core import activations
from core.activations import Activation, Array
from core.memory import MEMORY

Step = TypeVar("Step")
Options = Mapping[str, bool]


@dataclass(frozen=True)
class Kernels:
    """The weights of a layer, its maps side by side in the cell's `stacked` order, by name.

    A matrix such as `kernel` is (features, maps·units), a vector such as `bias` (maps, units);
    what the layer or the map lacks is zero. `laid_out` is what an engine has made of them for its
    own use: made once, and kept with them.
    """

    weights: Mapping[str, Array]
    activation: Activation
    recurrent_activation: Activation
    options: Options
    laid_out: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, weight: str) -> Array:
        return self.weights[weight]

    @property
    def kernel(self) -> Array:
        """What multiplies the input, (features, maps·units)."""
        return self.weights["kernel"]

    @property
    def recurrent_kernel(self) -> Array:
        """What multiplies the hidden state, (units, maps·units)."""
        return self.weights["recurrent_kernel"]

    def check(self, axes: Mapping[str, tuple[str, ...]], *, units: int) -> None:
        """Raises ValueError where the arrays cannot be side by side, as a file may have them.

        `axes`: of each weight, in one map.
        """
        maps = self.kernel.shape[-1] // max(units, 1) if self.kernel.ndim == 2 else 0
        for name, array in self.weights.items():
            first = units if axes[name][0] == "units" else len(self.kernel)
            wanted = (maps, units) if len(axes[name]) == 1 else (first, maps * units)
            if array.dtype.kind != "f" or array.shape != wanted:
                raise ValueError(f"{name}, {array.dtype} of shape {array.shape},")

    def function(self, name: str) -> Activation:
        """The function that an equation calls `name`: one of the layer's two, or any other."""
        roles = {
            "activation": self.activation,
            "recurrent_activation": self.recurrent_activation,
        }
        return roles.get(name) or activations.get(name)


class Stacked(Protocol):
    """What a record has to know of a cell."""

    @property
    def stacked(self) -> tuple[str, ...]: ...
    @property
    def gates(self) -> tuple[str, ...]: ...
    @property
    def states(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, eq=False)
class Changes:
    """Where gates and states, by name, are not what the equations gave: (time, batch, units) each.

    In reading order. `replaced` is every such place, `frozen` those of them where a state is the
    one before the step, so that a gradient goes on there.
    """

    replaced: Mapping[str, NDArray[np.bool_]]
    frozen: Mapping[str, NDArray[np.bool_]]

    def each(self, change: Callable[[NDArray[np.bool_]], NDArray[np.bool_]]) -> Changes:
        """The same with every array changed, such as cut to some steps."""
        return Changes(
            {name: change(where) for name, where in self.replaced.items()},
            {name: change(where) for name, where in self.frozen.items()},
        )


@dataclass
class Record:
    """Every array of one layer's run, time first, in reading order.

    `preactivations` and `gates` are (time, batch, maps, units), maps in the cell's `stacked`
    order. Each state is (time + 1, batch, units): row 0 is the initial state, row t + 1 the
    state after step t. The parts of the pre-activations (`Cell.parts`) are products of what is
    here with the weights, and are made when asked for: keeping them would double the memory
    and, as memory is what a batch waits for, nearly the time. `changes` says what was put in
    place of what the equations gave, None where nothing was.
    """

    preactivations: Array
    gates: Array
    states: dict[str, Array]
    changes: Changes | None = None

    @classmethod
    def empty(cls, cell: Stacked, *, time: int, batch: int, units: int, dtype: Any) -> Record:
        """Arrays for a run of `time` steps, unfilled but for zero initial states."""
        shape = (time, batch, len(cell.stacked), units)
        states = {name: MEMORY.empty((time + 1, batch, units), dtype) for name in cell.states}
        for state in states.values():
            state[0] = 0
        # A cell without gates keeps no array for them: its output is its only activation.
        gates = MEMORY.empty(shape if cell.gates else (time, batch, 0, units), dtype)
        return cls(MEMORY.empty(shape, dtype), gates, states)

    @property
    def time(self) -> int:
        """The number of steps."""
        return self.preactivations.shape[0]

    def before(self, state: str) -> Array:
        """The state that each step starts from, (time, batch, units)."""
        return self.states[state][:-1]

    def after(self, state: str) -> Array:
        """The state that each step ends with, (time, batch, units)."""
        return self.states[state][1:]

    def at(self, step: int, *, batch: int) -> Record:
        """One step of one sequence, as a record of its own."""
        states = {n: s[step : step + 2, batch : batch + 1] for n, s in self.states.items()}
        one = slice(step, step + 1), slice(batch, batch + 1)
        changes = self.changes and self.changes.each(lambda where: where[one])
        return Record(self.preactivations[one], self.gates[one], states, changes)


@dataclass
class Backward:
    """Every gradient of one layer's run, laid out as its Record is.

    `states` have no row for the initial state: those gradients are what is carried out of the loop.
    """

    preactivations: Array
    gates: Array
    states: dict[str, Array]

    @classmethod
    def empty(cls, record: Record) -> Backward:
        """Arrays for the way back through a run, unfilled."""

        def like(array: Array) -> Array:
            return MEMORY.empty(array.shape, array.dtype)

        states = {name: like(record.after(name)) for name in record.states}
        return cls(like(record.preactivations), like(record.gates), states)


def in_steps(kind: type[Step], **views: Iterable[Any]) -> Iterator[Step]:
    """A named tuple of views for each step, filled by name from arrays that have time first.

    What is the same at every step is given as `always(array)`. Raises KeyError for a field
    without a view.
    """
    fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # of a named tuple
    return map(kind._make, zip(*(views[field] for field in fields)))  # type: ignore[attr-defined]  # noqa: B905


def maps(array: Array, *fields: str) -> dict[str, Array]:
    """The views of a stacked array (time, batch, maps, units) by map, under these names."""
    return {field: array[:, :, at] for at, field in enumerate(fields)}


always = repeat
"""The same array at every step."""


class _NumPy:
    """The arithmetic of expressions over arrays."""

    def maximum(self, one: Array, other: Array, /) -> Array:
        return np.maximum(one, other)

    def divide_no_nan(self, above: Array, below: Array, /) -> Array:
        shape = np.broadcast_shapes(np.shape(above), np.shape(below))
        out = np.zeros(shape, np.result_type(above, below))
        return np.divide(above, below, out=out, where=np.asarray(below) != 0)


NUMPY = _NumPy()
