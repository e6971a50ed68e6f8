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
from core.activations import Array
from core.analysis.cell_equations import EQUATIONS
from core.analysis.expressions import (
    Expression,
    Operand,
    Piece,
    evaluate,
    numbers,
    operands,
    symbols,
    with_digits,
)
from core.analysis.sequence import check_index
from core.errors import UnknownName
from core.layer_trace import LayerTrace

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
    the states are carried on, and their equations say so. Raises OutOfRange; UnknownName for a
    cell without equations.
    """
    if layer.cell not in EQUATIONS:
        known = ", ".join(EQUATIONS)
        raise UnknownName(kind="cell with equations", found=layer.cell, known=known)
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
    for result, form in EQUATIONS[at.layer.cell](at):
        if not masked:
            yield _displayed(result, form, "")
        elif result.name.startswith("states/"):
            yield _displayed(result, at.before(result), "carried")
        else:
            yield _displayed(result, form, "unused")


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
    """The numbers of one unit at one step of a layer's trace, as operands.

    A map is known by the operand that it leads to: its gate, or the state of a SimpleRNN.
    """

    def __init__(self, layer: LayerTrace, batch: int, step: int, unit: int) -> None:
        self.layer, self.cell = layer, cells.get(layer.cell)
        self.at = (batch, step, unit)
        self.activation = layer.kernels.activation.name
        self.recurrent_activation = layer.kernels.recurrent_activation.name
        self.reset_after = layer.kernels.reset_after

    def gate(self, name: str, symbol: str) -> Operand:
        return Operand(f"gates/{name}", symbol, float(self.layer.gates[name][self.at]), name)

    def state(self, name: str, symbol: str) -> Operand:
        return Operand(f"states/{name}", symbol, float(self.layer.states[name][self.at]), name)

    def before(self, state: Operand) -> Operand:
        name = state.quantity
        value = float(self.layer.previous[name][self.at])
        return Operand(f"previous/{name}", f"{state.symbol}₋₁", value, name)

    def preactivation(self, map_: Operand) -> Operand:
        name = map_.quantity
        value = float(self.layer.preactivations[name][self.at])
        return Operand(f"preactivations/{name}", f"a_{map_.symbol}", value, name)

    def from_input(self, map_: Operand) -> Operand:
        batch, step, _ = self.at
        product = self._dot(self.layer.inputs[batch, step], self.layer.kernels.kernel, map_)
        return self._part("from_input", "xW", map_, product)

    def from_hidden(self, map_: Operand, symbol: str = "h₋₁U") -> Operand:
        """The recurrent product itself, before a reset gate of reset_after."""
        batch, step, _ = self.at
        record, kernels = self.layer.record, self.layer.kernels
        read = step if self.layer.direction == "forward" else record.time - 1 - step
        multiplied = self.cell.recurrent_inputs(map_.quantity, record, kernels)[read, batch]
        product = self._dot(multiplied, kernels.recurrent_kernel, map_)
        return self._part("from_hidden", symbol, map_, product)

    def bias(self, map_: Operand) -> Operand:
        value = self.layer.kernels.bias[self.cell.index(map_.quantity), self.at[2]]
        return self._part("bias", "b", map_, float(value))

    def recurrent_bias(self, map_: Operand) -> Operand:
        value = self.layer.kernels.recurrent_bias[self.cell.index(map_.quantity), self.at[2]]
        name = f"recurrent_bias/{map_.quantity}"
        return replace(self._part("bias", "d", map_, float(value)), name=name)

    def _dot(self, row: Array, kernel: Array, map_: Operand) -> float:
        """One number of row · kernel, for this unit: no more of the layer is computed again."""
        column = self.cell.index(map_.quantity) * self.layer.units + self.at[2]
        return float(row.astype(np.float64) @ kernel[:, column])

    def _part(self, kind: str, symbol: str, map_: Operand, value: float) -> Operand:
        return Operand(f"{kind}/{map_.quantity}", f"{symbol}_{map_.symbol}", value, kind)
