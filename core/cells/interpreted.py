"""A step of any cell straight from its equations, and the way back through one with changes.

What a cell's own `step` and `backward` compute in few calls, this computes line by line from the
equations that the cell declares. So between two lines anything can be put in the place of what
the line gave: a gate that is held shut, a state taken from another text. Back, the gradient of
what was put there ends there, as it owes nothing to what came before; that of a frozen state goes
on to the state before. Cost: two to four times that of the cell's own step. Not chosen: hooks in
each cell's `step`, which would be code for interventions in every cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.expressions import (
    Apply,
    Difference,
    Expression,
    Largest,
    MatrixProduct,
    Number,
    Product,
    Quotient,
    Sum,
    evaluate,
)
from core.cells.leaves import Gate, Input, Line, Preactivation, State, Weight
from core.cells.record import NUMPY, Backward, Changes, Kernels, Record

Values = dict[Expression, Array]
"""The quantities of one step, (batch, units) each, by their leaves."""


class Now(NamedTuple):
    """One step back: ∂loss/∂h_t, the place of the step, what was computed there, what to fill."""

    hidden: Array
    at: int
    record: Record
    into: Backward
    values: Values


@dataclass(frozen=True, eq=False)
class InterpretedCell:
    """The way back through a record with changes: what `Cell.backward` is to one without."""

    cell: Cell

    @property
    def states(self) -> tuple[str, ...]:
        """The names of what is carried."""
        return self.cell.states

    def backward_steps(self, record: Record, *, into: Backward, kernels: Kernels) -> Iterator[Now]:
        """The steps, last first, with what `backward` reads and fills."""
        return _steps_back(self.cell, record, into)

    def backward(self, now: Now, kernels: Kernels, carried: dict[str, Array]) -> None:
        """One step back, as `Cell.backward` has it."""
        record, into, at, cell = now.record, now.into, now.at, self.cell
        values = now.values
        weights = weights_by_map(cell, kernels)
        output = cell.carried[0]
        into.states[output.name][at] = now.hidden
        d: Values = {
            state: now.hidden if state is output else carried[state.name] for state in cell.carried
        }
        for line in reversed(cell.lines(kernels.options)):
            result = line.result
            arrived = d.pop(result, None)
            if arrived is None:
                arrived = np.zeros_like(now.hidden)
            _note(cell, line, arrived, into, at=at)
            arrived = _past_change(line, arrived, record.changes, d, at=at)
            _back(line, line.form, arrived, values=values, weights=weights, kernels=kernels, d=d)
        for state in cell.carried:
            carried[state.name][...] = d.get(state.before, 0)


def _steps_back(cell: Cell, record: Record, into: Backward) -> Iterator[Now]:
    output = cell.states[0]
    for at in reversed(range(record.time)):
        values: Values = {}
        for state in cell.carried:
            values[state.before] = record.states[state.name][at]
            values[state] = record.states[state.name][at + 1]
        for name in cell.maps:
            value = cell.values[name]
            values[value.a] = record.preactivations[at, :, cell.index(name)]
            if isinstance(value, Gate):
                values[value] = record.gates[at, :, cell.index(name)]
        yield Now(into.states[output][at], at, record, into, values)


def _note(cell: Cell, line: Line, arrived: Array, into: Backward, *, at: int) -> None:
    """Write ∂loss/∂ of a result where it belongs."""
    match line.result:
        case Preactivation(name=name):
            into.preactivations[at, :, cell.index(name)] = arrived
        case Gate(name=name):
            into.gates[at, :, cell.index(name)] = arrived
        case State(name=name):
            into.states[name][at] = arrived


def _past_change(
    line: Line, arrived: Array, changes: Changes | None, d: Values, *, at: int
) -> Array:
    """What of a gradient goes on into the equation: nothing where something was put in place."""
    result = line.result
    if changes is None or isinstance(result, Preactivation) or result.name not in changes.replaced:
        return arrived
    if result.name in changes.frozen:
        assert isinstance(result, State)
        held = np.where(changes.frozen[result.name][at], arrived, 0).astype(arrived.dtype)
        _add(d, result.before, held)
    return np.where(changes.replaced[result.name][at], 0, arrived).astype(arrived.dtype)


def keep(cell: Cell, values: Values, record: Record, *, at: int) -> None:
    """Write what a step computed where a record has it."""
    for state in cell.carried:
        record.states[state.name][at + 1] = values[state]
    for name in cell.maps:
        value, place = cell.values[name], cell.index(name)
        record.preactivations[at, :, place] = values[value.a]
        if isinstance(value, Gate):
            record.gates[at, :, place] = values[value]


READ = Input("x", "x")


def weights_by_map(cell: Cell, kernels: Kernels) -> dict[tuple[str, str], Array]:
    """The array of each weight in the equation of each map, by (map, weight)."""
    units = kernels.kernel.shape[1] // len(cell.maps)
    found = {}
    for name in cell.maps:
        at = cell.index(name)
        for weight in cell.weights_of(name, kernels.options).values():
            stacked = kernels[weight.name]
            found[name, weight.name] = (
                stacked[at] if len(weight.shape) == 1 else stacked[:, at * units : (at + 1) * units]
            )
    return found


def evaluated(
    line: Line, values: Values, weights: Mapping[tuple[str, str], Array], kernels: Kernels
) -> Array:
    """What a line gives, (batch, units), from the quantities that it reads."""
    return value_of(line, line.form, values, weights, kernels)


def back_through(
    line: Line,
    arrived: Any,
    *,
    values: Values,
    weights: Mapping[tuple[str, str], Array],
    kernels: Kernels,
) -> dict[Expression, Any]:
    """What a line hands back to each quantity that it reads, of the gradient of what it gives.

    A gradient is an array, or whatever else can be added, negated, multiplied unit by unit and
    taken through a matrix.
    """
    d: dict[Expression, Any] = {}
    _back(line, line.form, arrived, values=values, weights=weights, kernels=kernels, d=d)
    return d


def value_of(
    line: Line,
    form: Expression,
    values: Values,
    weights: Mapping[tuple[str, str], Array],
    kernels: Kernels,
) -> Array:
    """What a part of a line's equation is worth, from the quantities that it reads."""

    def value(part: Expression) -> Array | None:
        if isinstance(part, Weight):
            return weights[line.result.name, part.name]
        if isinstance(part, Input):
            return values[READ]
        return values.get(part)

    made = evaluate(
        form,
        value=value,
        apply=lambda name, x: kernels.function(name)(x),
        arithmetic=NUMPY,
    )
    return np.asarray(made)


def _add(d: dict[Expression, Any], leaf: Expression, gradient: Any) -> None:
    d[leaf] = d[leaf] + gradient if leaf in d else gradient


def _back(
    line: Line,
    part: Expression,
    arrived: Any,
    *,
    values: Values,
    weights: Mapping[tuple[str, str], Array],
    kernels: Kernels,
    d: dict[Expression, Any],
) -> None:
    """Pass ∂loss/∂ of an expression on to the leaves that it is made of; not to weights."""

    def of(expression: Expression) -> Array:
        return value_of(line, expression, values, weights, kernels)

    def back(expression: Expression, gradient: Any) -> None:
        _back(line, expression, gradient, values=values, weights=weights, kernels=kernels, d=d)

    match part:
        case Number() | Input() | Weight():
            return
        case Sum(terms):
            for term in terms:
                back(term, arrived)
        case Difference(left, right):
            back(left, arrived)
            back(right, -arrived)
        case Product(factors):
            for at, factor in enumerate(factors):
                others = [of(f) for i, f in enumerate(factors) if i != at and _moves(factor)]
                if _moves(factor):
                    back(factor, _times(arrived, others))
        case Quotient(above, below):
            under = of(below)
            share = arrived * NUMPY.divide_no_nan(np.ones_like(under), under)
            back(above, share)
            back(below, -share * NUMPY.divide_no_nan(of(above), under))
        case Largest(left, right):
            first = of(left) >= of(right)
            back(left, arrived * first)
            back(right, arrived * ~first)
        case MatrixProduct(row, weight):
            if _moves(row):
                back(row, arrived @ weights[line.result.name, weight.name].T)
        case Apply(function, argument):
            x = of(argument)
            activation = kernels.function(function)
            back(argument, arrived * activation.slope(activation(x), x))
        case _:
            _add(d, part, arrived)


def _moves(part: Expression) -> bool:
    """Whether a gradient goes any further there."""
    return not isinstance(part, Number | Input | Weight)


def _times(arrived: Any, others: list[Array]) -> Any:
    for other in others:
        arrived = arrived * other
    return arrived
