"""The way back of relevance through a cell: what each quantity had a part in, not what moves it.

Layer-wise relevance propagation takes the answer apart along the sums that it is made of (Bach et
al. 2015). Written as relevance per value, m = R / value, it goes back as a gradient does, but for
two things (Arras, Montavon, Müller & Samek 2017 for the first, Ali et al. 2022 for the form):

- a product of a gate and a signal gives all to the signal: f in f ⊙ c₋₁ is a constant;
- a function hands on what it was given in full: φ(z)/z stands in place of the slope φ′(z), held
  apart from 0 by EPSILON, the ε of the rule for sums.

A gate is what has another function than the cell's `activation` (or what multiplies a maximum, a
normaliser below a fraction): it decides, and carries nothing. The equations are those that the cell
declares, so that every cell has its relevance without further words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.activations import Array
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
    leaves,
)
from core.cells.interpreted import InterpretedCell, Now, Values, value_of, weights_by_map
from core.cells.leaves import Gate, Input, Line, Preactivation, State, Weight
from core.cells.record import Kernels

EPSILON = 1e-3
"""What a sum is held apart from 0 by, as Arras et al. have it: nothing is divided by less."""


def handed_on(given: Array, value: Array) -> Array:
    """φ(z)/z from `given` = φ(z) and `value` = z, with z held apart from 0."""
    return given / (value + np.where(value < 0, -EPSILON, EPSILON).astype(value.dtype))


@dataclass(frozen=True, eq=False)
class RelevantCell(InterpretedCell):
    """The way back of m = R / value through a record: what `Cell.backward` is to gradients."""

    def backward(self, now: Now, kernels: Kernels, carried: dict[str, Array]) -> None:
        """One step back, as `Cell.backward` has it; gates are owed nothing."""
        cell, output = self.cell, self.cell.carried[0]
        for owed in (now.into.preactivations[now.at], now.into.gates[now.at]):
            owed[...] = 0
        lines = cell.lines(kernels.options)
        walk = _Walk(kernels, now.values, weights_by_map(cell, kernels), switches(lines))
        m: Values = {
            state: now.hidden if state is output else carried[state.name] for state in cell.carried
        }
        for line in reversed(lines):
            arrived = m.pop(line.result, None)
            if arrived is None:
                continue
            if isinstance(line.result, State):
                now.into.states[line.result.name][now.at] = arrived
            if isinstance(line.result, Preactivation):
                now.into.preactivations[now.at, :, cell.index(line.result.name)] = arrived
            walk.back(line, line.form, arrived, m)
        for state in cell.carried:
            carried[state.name][...] = m.get(state.before, 0)


def switches(lines: tuple[Line, ...]) -> frozenset[Expression]:
    """What decides how much of something else passes: gates that are no candidates."""
    found: set[Expression] = set()
    for line in lines:
        if not isinstance(line.result, Gate):
            continue
        if not (isinstance(line.form, Apply) and line.form.function == "activation"):
            found.add(line.result)
    return frozenset(found)


@dataclass(frozen=True, eq=False)
class _Walk:
    kernels: Kernels
    values: Values
    weights: dict[tuple[str, str], Array]
    switches: frozenset[Expression]

    def back(self, line: Line, part: Expression, arrived: Array, m: Values) -> None:
        """Pass m of an expression on to the quantities that it is made of."""

        def of(expression: Expression) -> Array:
            return value_of(line, expression, self.values, self.weights, self.kernels)

        match part:
            case Number() | Input() | Weight() | Largest():
                return
            case Sum(terms):
                for term in terms:
                    self.back(line, term, arrived, m)
            case Difference(left, right):
                self.back(line, left, arrived, m)
                self.back(line, right, -arrived, m)
            case Product(factors):
                deciding = [factor for factor in factors if self.decides(factor)]
                carrying = [factor for factor in factors if factor not in deciding]
                for factor in deciding or carrying[1:]:
                    arrived = arrived * of(factor)
                for factor in carrying[:1]:
                    self.back(line, factor, arrived, m)
            case Quotient(above, below):
                under = np.broadcast_to(of(below), arrived.shape)
                self.back(line, above, handed_on(arrived, under), m)
            case MatrixProduct(row, weight):
                if not isinstance(row, Input):
                    matrix = self.weights[line.result.name, weight.name]
                    self.back(line, row, arrived @ matrix.T, m)
            case Apply(function, argument):
                x = of(argument)
                passed = handed_on(self.kernels.function(function)(x), x)
                self.back(line, argument, arrived * passed, m)
            case _:
                if part not in self.switches:
                    m[part] = m[part] + arrived if part in m else arrived

    def decides(self, factor: Expression) -> bool:
        """Whether a factor is a gate, one minus a gate, or a weight of its own (a peephole's)."""
        read = [leaf for leaf in leaves(factor) if not isinstance(leaf, Weight)]
        return not read or all(leaf in self.switches for leaf in read)
