"""What each equation hands back to what it reads, made once for a whole run: linear maps.

Back through an equation, a gradient is multiplied unit by unit, taken through the transpose of
one matrix, and multiplied again. The factors are the same whatever gradient arrives, so they are
computed once, for all steps together, and then serve any number of gradients: those of every loss
along a text side by side (`analysis/sweep.py`), and the Jacobian of a step, which is what arrives
for unit vectors (`Routes.composed`). The equations are read as the cell declares them. Cost: that
of one evaluation of the equations. Not chosen: each cell's `backward`, which is one gradient's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.cells.base import Cell
from core.cells.expressions import Expression
from core.cells.interpreted import Values, back_through, weights_by_map
from core.cells.leaves import Gate, Line, Preactivation, State
from core.cells.record import Kernels, Record


@dataclass(frozen=True, eq=False)
class Route:
    """d ↦ ((d ⊙ `first`) · `weight`ᵀ) ⊙ `then`, where None changes nothing."""

    first: Array | None = None
    weight: Array | None = None
    then: Array | None = None

    def times(self, factor: Array) -> Route:
        """The same, and each unit multiplied."""
        if self.weight is None:
            return replace(self, first=_product(self.first, factor))
        return replace(self, then=_product(self.then, factor))

    def after(self, before: Route) -> Route | None:
        """First `before` and then this one; None where two matrices would follow each other."""
        if self.weight is None:
            return before if self.first is None else before.times(self.first)
        if before.weight is not None:
            return None
        return replace(self, first=_product(before.first, self.first))

    def at(self, d: Array, step: Any) -> Array:
        """What it makes of gradients (losses, units) that arrive at one step."""
        if self.first is not None:
            d = d * self.first[step]
        if self.weight is not None:
            d = d @ self.weight.T
        return d if self.then is None else d * self.then[step]


@dataclass(frozen=True, eq=False)
class Linear:
    """A sum of routes. What arithmetic an equation does to a gradient, it does to the routes."""

    routes: tuple[Route, ...] = (Route(),)

    def __add__(self, other: Linear) -> Linear:
        return Linear(self.routes + other.routes)

    def __mul__(self, factor: Array) -> Linear:
        return Linear(tuple(route.times(np.asarray(factor)) for route in self.routes))

    def __neg__(self) -> Linear:
        return self * np.asarray(-1, np.float32)

    def __matmul__(self, transposed: Array) -> Linear:
        through = (Route(weight=transposed.T).after(route) for route in self.routes)
        routes = tuple(route for route in through if route is not None)
        assert len(routes) == len(self.routes), "one equation has one matrix on each of its ways"
        return Linear(routes)

    def at(self, d: Array, step: Any) -> Array:
        """What all routes together make of gradients that arrive at one step."""
        first, *others = (route.at(d, step) for route in self.routes)
        return sum(others, first)

    def spread(self, shape: tuple[int, ...]) -> Linear:
        """The same with factors of one shape, and what is no matrix in one route."""

        def spread(factor: Array | None) -> Array | None:
            return None if factor is None else np.broadcast_to(factor, shape)

        in_place = [route.first for route in self.routes if route.weight is None]
        routes = [
            Route(spread(route.first), route.weight, spread(route.then))
            for route in self.routes
            if route.weight is not None
        ]
        if in_place:
            total = sum(np.asarray(1.0 if first is None else first) for first in in_place)
            alone = len(in_place) == 1 and in_place[0] is None
            routes.append(Route(None if alone else spread(np.asarray(total))))
        return Linear(tuple(routes))

    def after(self, before: Linear) -> Linear | None:
        """First `before` and then this one; None where some way has two matrices."""
        both = [own.after(other) for own in self.routes for other in before.routes]
        return None if None in both else Linear(tuple(route for route in both if route))


@dataclass(frozen=True, eq=False)
class Routes:
    """`back` has the equations in the order of the way back, and what each hands to whom.

    Factors are (steps, sequences, units).
    """

    cell: Cell
    back: tuple[tuple[Line, Mapping[Expression, Linear]], ...]

    @classmethod
    def of(cls, cell: Cell, *, record: Record, kernels: Kernels) -> Routes:
        """Those of a run; `record` may have changes."""
        values, weights = values_of(cell, record), weights_by_map(cell, kernels)
        shape = record.after(cell.states[0]).shape
        made = []
        for line in reversed(cell.lines(kernels.options)):
            handed: dict[Expression, Linear] = back_through(
                line, Linear(), values=values, weights=weights, kernels=kernels
            )
            handed = _with_changes(line, handed, record)
            made.append((line, {leaf: linear.spread(shape) for leaf, linear in handed.items()}))
        return cls(cell, tuple(made))

    @cached_property
    def contracted(self) -> Routes:
        """The same with every gate's line drawn into the one that reads the gate.

        Where one line alone reads it, and both multiply unit by unit: one product for two.
        """
        readers: dict[Expression, int] = {}
        for _, handed in self.back:
            for leaf in handed:
                readers[leaf] = readers.get(leaf, 0) + 1
        inner = {
            line.result: handed
            for line, handed in self.back
            if isinstance(line.result, Gate)
            and readers.get(line.result) == 1
            and len(handed) == 1
            and _in_place(*handed.values())
        }
        made = []
        for line, handed in self.back:
            if line.result in inner:
                continue
            drawn: dict[Expression, Linear] = {}
            for leaf, linear in handed.items():
                to, by = leaf, linear
                if leaf in inner:
                    ((to, own),) = inner[leaf].items()
                    both = own.after(linear)
                    assert both is not None, "no matrix after a matrix"
                    by = both
                drawn[to] = drawn[to] + by if to in drawn else by
            made.append((line, drawn))
        return Routes(self.cell, tuple(made))

    @cached_property
    def composed(self) -> Mapping[tuple[str, str], tuple[Route, ...]] | None:
        """What leads from each state after a step to each before it, by both names.

        None where some way goes through two matrices, as in the GRU whose reset gate comes first.
        """
        found: dict[tuple[str, str], tuple[Route, ...]] = {}
        for state in self.cell.carried:
            d: dict[Expression, Linear] = {state: Linear()}
            for line, handed in self.back:
                if (arrived := d.pop(line.result, None)) is None:
                    continue
                for leaf, linear in handed.items():
                    if (both := linear.after(arrived)) is None:
                        return None
                    d[leaf] = d[leaf] + both if leaf in d else both
            for before in self.cell.carried:
                routes = d[before.before].routes if before.before in d else ()
                found[state.name, before.name] = routes
        return found


def jacobian(routes: tuple[Route, ...], *, into: Array) -> None:
    """The matrices ∂after/∂before of one step that these routes make, into (sequences, i, j).

    Row i: which unit after the step; column j: which before. Factors are those of one step.
    """
    into.fill(0)
    diagonal = np.einsum("nii->ni", into)
    room = np.empty_like(into)
    for route in routes:
        if route.weight is None:
            diagonal += 1 if route.first is None else route.first[0]
            continue
        by_row: NDArray[Any] = route.weight.T  # a gradient of unit i reaches unit j by w[j, i]
        if route.first is None:
            np.copyto(room, by_row)
        else:
            np.multiply(route.first[0][:, :, None], by_row, out=room)
        if route.then is not None:
            np.multiply(room, route.then[0][:, None, :], out=room)
        np.add(into, room, out=into)


def values_of(cell: Cell, record: Record) -> Values:
    """The recorded quantities of all steps by their leaves, (time, batch, units) each."""
    values: Values = {}
    for state in cell.carried:
        values[state.before], values[state] = record.before(state.name), record.after(state.name)
    for name in cell.maps:
        value, at = cell.values[name], cell.index(name)
        values[value.a] = record.preactivations[:, :, at]
        if isinstance(value, Gate):
            values[value] = record.gates[:, :, at]
    return values


def _with_changes(
    line: Line, handed: dict[Expression, Linear], record: Record
) -> dict[Expression, Linear]:
    """Nothing goes back from what was put in place of a result; from a frozen state, on."""
    changes, result = record.changes, line.result
    if changes is None or isinstance(result, Preactivation):
        return handed
    if (put := changes.replaced.get(result.name)) is None:
        return handed
    kept = (~put).astype(record.preactivations.dtype)
    handed = {leaf: _masked(linear, kept) for leaf, linear in handed.items()}
    if isinstance(result, State) and result.name in changes.frozen:
        on = Linear((Route(first=changes.frozen[result.name].astype(kept.dtype)),))
        before = result.before
        handed[before] = handed[before] + on if before in handed else on
    return handed


def _in_place(linear: Linear) -> bool:
    """Whether it is one product unit by unit."""
    return len(linear.routes) == 1 and linear.routes[0].weight is None


def _masked(linear: Linear, kept: Array) -> Linear:
    routes = (route.after(Route(first=kept)) for route in linear.routes)
    return Linear(tuple(route for route in routes if route is not None))


def _product(one: Array | None, other: Array | None) -> Array | None:
    if one is None or other is None:
        return other if one is None else one
    return np.asarray(one * other)
