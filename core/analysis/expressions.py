"""An equation of a cell with numbers in it: printed, coloured and evaluated as it is printed.

The form is that of `core.cells.expressions`; here its quantities are operands, which have a value
and are shown with some digits. `symbols` gives f·c₋₁ + i·g, `numbers` 0.93·0.412 + 0.10·0.88.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core import activations
from core.cells.expressions import (
    Apply,
    Difference,
    Expression,
    Largest,
    Leaf,
    MatrixProduct,
    Number,
    Product,
    Quotient,
    Sum,
    children,
    rebuilt,
)
from core.cells.expressions import evaluate as evaluate_expression
from core.cells.record import NUMPY

_HELD = 700.0
"""Logarithms up to which e^x is a number of float64."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SYMBOLS = {
    "sigmoid": "σ",
    "exponential": "exp",
    "log_sigmoid": "logσ",
    "activation": "φ",
    "recurrent_activation": "σ",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of a printed equation, and the quantity whose colour it has, if any."""

    text: str
    quantity: str | None = None


@dataclass(frozen=True)
class Operand(Expression):
    """A quantity at one step of one unit.

    `name` is that of the trace's tables (`gates/forget`), `symbol` what stands for it (`f`),
    `quantity` what it is coloured as (`forget`), `digits` how many significant ones are shown.
    """

    name: str
    symbol: str
    value: float
    quantity: str
    digits: int = 3

    @property
    def shown(self) -> str:
        """The value as it is printed."""
        return show_number(self.value, self.digits)

    @property
    def rounded(self) -> float:
        """The value that is printed."""
        return round_to(self.value, self.digits)


def evaluate(expression: Expression, *, shown: bool = False) -> float:
    """The value of an expression in float64; with `shown`, from its operands as printed."""

    def value(part: Expression) -> float | None:
        if isinstance(part, Operand):
            return part.rounded if shown else part.value
        return None

    def apply(function: str, x: float) -> float:
        return float(activations.get(function)(np.array([x], dtype=np.float64))[0])

    found = evaluate_expression(expression, value=value, apply=apply, arithmetic=NUMPY)
    return float(found)


def operands(expression: Expression) -> Iterator[Operand]:
    """The operands, in the order in which they are printed."""
    if isinstance(expression, Operand):
        yield expression
    for part in children(expression):
        yield from operands(part)


def with_digits(expression: Expression, digits: int) -> Expression:
    """The same expression, every operand shown with that many significant digits."""
    if isinstance(expression, Operand):
        return replace(expression, digits=digits)
    return rebuilt(expression, lambda part: with_digits(part, digits))


def symbols(expression: Expression) -> tuple[Piece, ...]:
    """The expression in symbols: f·c₋₁ + i·g."""
    return _pieces(expression, lambda operand: operand.symbol)


def numbers(expression: Expression) -> tuple[Piece, ...]:
    """The expression in numbers: 0.93·0.412 + 0.10·0.88."""
    return _pieces(expression, lambda operand: operand.shown)


def function_symbol(name: str) -> str:
    """How an activation is printed: σ for the sigmoid, else its name."""
    return _SYMBOLS.get(name, name)


def round_to(value: float, digits: int) -> float:
    """`value` with that many significant digits."""
    return float(f"{value:.{digits - 1}e}") if math.isfinite(value) else value


def show_number(value: float, digits: int) -> str:
    """`value` with that many significant digits, as a person writes it: −0.412, 3.2×10⁻⁷."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -4 <= power < 6:
        text = f"{round_to(value, digits):.{max(0, digits - 1 - power)}f}"
    else:
        text = f"{mantissa}×10{str(power).translate(_SUPERSCRIPTS)}"
    return text.replace("-", "−")


def show_exponential(log: float, digits: int) -> str:
    """e^`log` as `show_number` writes it, also where that is more or less than a number holds."""
    if math.isnan(log) or math.isinf(log) or abs(log) < _HELD:
        return show_number(math.inf if log == math.inf else math.exp(log), digits)
    whole, rest = divmod(log / math.log(10), 1)
    return f"{10**rest:.{digits - 1}f}×10{str(int(whole)).translate(_SUPERSCRIPTS)}"


def _pieces(expression: Expression, print_operand: Callable[[Operand], str]) -> tuple[Piece, ...]:
    def of(part: Expression) -> tuple[Piece, ...]:
        return _pieces(part, print_operand)

    match expression:
        case Number(value):
            return (Piece(str(value)),)
        case Operand():
            return (Piece(print_operand(expression), expression.quantity),)
        case Leaf():
            return (Piece(expression.symbol),)
        case MatrixProduct(row, weight):
            printed_row = of(row) if isinstance(row, Leaf) else _bracketed(of(row))
            return (*printed_row, *of(weight))
        case Sum(terms):
            first, *others = terms
            return of(first) + tuple(piece for term in others for piece in _added(of(term)))
        case Difference(left, right):
            subtracted = of(right)
            if isinstance(right, Sum | Difference) or subtracted[0].text.startswith("−"):
                subtracted = _bracketed(subtracted)
            return (*of(left), Piece(" − "), *subtracted)
        case Product(factors):
            printed: tuple[Piece, ...] = ()
            for factor in factors:
                own = _factor(factor, of(factor), first=not printed)
                printed += (Piece("·"), *own) if printed else own
            return printed
        case Quotient(above, below):
            upper = _factor(above, of(above), first=True)
            lower = _factor(below, of(below), first=False)
            return (*upper, Piece(" / "), *lower)
        case Largest(left, right):
            return (Piece("max("), *of(left), Piece("; "), *of(right), Piece(")"))
        case Apply(function, argument):
            return (Piece(f"{function_symbol(function)}("), *of(argument), Piece(")"))
    raise TypeError(f"{type(expression).__name__} is no expression")


def _factor(factor: Expression, printed: tuple[Piece, ...], *, first: bool) -> tuple[Piece, ...]:
    """A factor, in brackets if it is a sum, or begins with a minus and is not the first."""
    negative = printed[0].text.startswith("−") and not first
    inner = isinstance(factor, Sum | Difference | Quotient) or negative
    return _bracketed(printed) if inner else printed


def _added(term: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """A term after the first: + 0.3, or − 0.3 where it begins with a minus."""
    first, *others = term
    if first.text.startswith("−"):
        return (Piece(" − "), replace(first, text=first.text[1:]), *others)
    return (Piece(" + "), first, *others)


def _bracketed(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return (Piece("("), *pieces, Piece(")"))
