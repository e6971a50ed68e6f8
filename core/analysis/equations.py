"""What exactly did one unit compute at one step?

Its equations in order, with the recorded numbers in their places:
c = f·c₋₁ + i·g = 0.93·0.412 + 0.10·0.88 = 0.471. A reader with a pocket calculator gets the
printed result from the printed operands: they are shown with as many digits as that takes.
Not chosen: three digits throughout, with which two equations of three do not come out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core import cells
from core.analysis.expressions import (
    Operand,
    Piece,
    evaluate,
    numbers,
    operands,
    symbols,
    with_digits,
)
from core.analysis.sequence import check_index
from core.cells.expressions import Apply, Expression, Leaf, MatrixProduct, rebuilt
from core.cells.leaves import Before, Gate, Preactivation, State, Value, Weight
from core.nodes import LayerTrace

_RESULT_DIGITS = (3, 2, 1)
_MOST_DIGITS = 9  # what tells any two float32 numbers apart

Note = Literal["", "carried", "unused"]


@dataclass(frozen=True)
class Equation:
    """One line: `result` = `form`.

    `relation` is "=" if the operands as shown give the result as shown, that is to within
    `tolerance`, half of the last place shown; "≈" where rounding in the run itself is larger
    (float32 numbers that cancel). `note` is "carried" where a masked step hands the state on,
    "unused" for what was computed at a masked step and not used.
    """

    result: Operand
    form: Expression
    relation: Literal["=", "≈"]
    tolerance: float
    note: Note = ""

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What the result is made of, in the order in which it is printed."""
        return tuple(operands(self.form))

    @property
    def symbols(self) -> tuple[Piece, ...]:
        """The right-hand side in symbols: f·c₋₁ + i·g."""
        return symbols(self.form)

    @property
    def numbers(self) -> tuple[Piece, ...]:
        """The right-hand side in numbers: 0.93·0.412 + 0.10·0.88."""
        return numbers(self.form)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The whole line, piece by piece, each with the quantity whose colour it has."""
        start = (Piece(self.result.symbol, self.result.quantity), Piece(" = "), *self.symbols)
        middle = (*start, Piece(" = "), *self.numbers)
        if isinstance(self.form, Operand):
            return middle
        end = Piece(self.result.shown, self.result.quantity)
        return (*middle, Piece(f" {self.relation} "), end)

    @property
    def text(self) -> str:
        """The whole line: c = f·c₋₁ + i·g = 0.93·0.412 + 0.10·0.88 = 0.471."""
        return "".join(piece.text for piece in self.pieces)

    def evaluated(self) -> float:
        """What the operands as shown give."""
        return evaluate(self.form, shown=True)


@dataclass(frozen=True)
class StepEquations:
    """All equations of one unit at one step, in the order in which they are computed."""

    layer: str
    cell: str
    batch: int
    step: int
    unit: int
    masked: bool
    equations: tuple[Equation, ...]

    def of(self, name: str) -> Equation:
        """The equation whose result is called `name`, such as `states/cell`. Raises KeyError."""
        return {equation.result.name: equation for equation in self.equations}[name]


def equations(layer: LayerTrace, *, step: int, unit: int, batch: int = 0) -> StepEquations:
    """The equations of one unit at one step (a time index in the order of the text).

    Results and operands are named as in the trace's tables: `preactivations/forget`,
    `gates/forget`, `states/cell`; `previous/cell` is the state before the step. At a masked step
    the states are carried on, and their equations say so. Raises OutOfRange.
    """
    check_index("batch", batch, length=layer.outputs.shape[0])
    check_index("step", step, length=layer.outputs.shape[1])
    check_index("unit", unit, length=layer.units)
    masked = layer.mask is not None and not layer.mask[batch, step]
    return StepEquations(
        layer=layer.name,
        cell=layer.cell,
        batch=batch,
        step=step,
        unit=unit,
        masked=masked,
        equations=tuple(_lines(_Recorded(layer, batch, step, unit), masked=masked)),
    )


def _lines(at: _Recorded, *, masked: bool) -> Iterator[Equation]:
    for line in cells.get(at.layer.cell).lines(at.layer.kernels.options):
        result = at.operand(line.result)
        if not masked:
            yield _displayed(result, at.bound(line.form, line.result), "")
        elif isinstance(line.result, State):
            yield _displayed(result, at.operand(line.result.before), "carried")
        else:
            yield _displayed(result, at.bound(line.form, line.result), "unused")


def _displayed(result: Operand, form: Expression, note: Note) -> Equation:
    """The equation with as few digits as make it come out."""
    for digits in _RESULT_DIGITS:
        shown = replace(result, digits=digits)
        tolerance = _half_of_last_place(shown)
        for more in range(digits, _MOST_DIGITS + 1):
            printed = with_digits(form, more)
            difference = abs(evaluate(printed, shown=True) - shown.rounded)
            if difference <= tolerance * (1 + 1e-9):
                return Equation(shown, printed, "=", tolerance, note)
    printed = with_digits(form, _MOST_DIGITS)
    difference = abs(evaluate(printed, shown=True) - result.rounded)
    return Equation(result, printed, "≈", difference, note)


def _half_of_last_place(operand: Operand) -> float:
    """Half of what one of the last digit shown is worth; 0 for zero, which is shown whole."""
    if operand.rounded == 0 or not math.isfinite(operand.rounded):
        return 0.0
    power = int(f"{operand.rounded:e}".split("e")[1])
    return 0.5 * 10.0 ** (power - operand.digits + 1)


class _Recorded:
    """The numbers of one unit at one step of a layer's trace, in the place of its quantities."""

    def __init__(self, layer: LayerTrace, batch: int, step: int, unit: int) -> None:
        self.layer, self.cell = layer, cells.get(layer.cell)
        self.at = (batch, step, unit)
        self.masked = layer.mask is not None and not layer.mask[batch, step]

    def operand(self, leaf: Expression) -> Operand:
        """A recorded quantity, named as in the trace's tables. Raises TypeError for others."""
        match leaf:
            case Gate(name=name, symbol=symbol):
                group, arrays = "gates", self.layer.gates
            case State(name=name, symbol=symbol):
                group, arrays = "states", self.layer.states
            case Before(name=name, symbol=symbol):
                group, arrays = "previous", self.layer.previous
            case Preactivation(name=name, symbol=symbol):
                group, arrays = "preactivations", self.layer.preactivations
            case _:
                raise TypeError(f"{leaf!r} is not recorded")
        return Operand(f"{group}/{name}", symbol, float(arrays[name][self.at]), name)

    def bound(self, form: Expression, of: Value | Preactivation) -> Expression:
        """The form of an equation with its numbers; `of` is what the equation gives."""
        match form:
            case Weight():
                value = self.layer.kernels[form.name][self.cell.index(of.name), self.at[2]]
                return self._part(form, form.symbol, of, float(value))
            case MatrixProduct(row, Weight() as weight):
                letters = "".join(piece.text for piece in symbols(form))
                return self._part(weight, letters, of, self._dot(row, weight, of))
            case Apply(function, argument):
                name = self.layer.kernels.function(function).name
                return Apply(name, self.bound(argument, of))
            case State() if self.masked:  # what the step made of it, and was not kept
                made = evaluate(self.bound(self.cell.form(form, self.layer.kernels.options), of))
                return Operand(f"made/{form.name}", form.symbol, made, form.name)
            case Leaf():
                return self.operand(form)
        return rebuilt(form, lambda part: self.bound(part, of))

    def _dot(self, row: Expression, weight: Weight, of: Leaf) -> float:
        """One number of row · weight, for this unit: no more of the layer is computed again."""
        batch, step, _ = self.at
        column = self.cell.index(of.name) * self.layer.units + self.at[2]
        values = self.layer.row(row, batch=batch, step=step)
        return float(values.astype(np.float64) @ self.layer.kernels[weight.name][:, column])

    def _part(
        self, weight: Weight, symbol: str, of: Value | Preactivation, value: float
    ) -> Operand:
        """A weight, or what one multiplies: coloured as its part, named by it and its map."""
        value_of = of.of if isinstance(of, Preactivation) else of
        # A second weight of the same part has a name of its own.
        first = next(w for w in self.cell.weights() if w.part == weight.part)
        kind = weight.part if weight == first else weight.name
        name = f"{kind}/{of.name}"
        return Operand(name, f"{symbol}_{value_of.symbol}", value, weight.part)
