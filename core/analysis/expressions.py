"""Small arithmetic that can be printed, coloured and evaluated: the form of an equation.

An expression is a tree of operands, sums, differences, products and activations. Python's own
+, − and * build it, so a cell's equation is written once, as an equation, and everything else is
read off it: its symbols, its numbers, its value. Not chosen: strings with eval, which could print
one thing and compute another; and sympy, which rearranges what it is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core import activations

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SYMBOLS = {"sigmoid": "σ"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a printed equation, and the quantity whose colour it has, if any."""

    text: str
    quantity: str | None = None


@dataclass(frozen=True)
class Expression:
    """A node of the tree. `a + b`, `a - b` and `a * b` make larger ones."""

    def __add__(self, other: Expression) -> Sum:
        terms = self.terms if isinstance(self, Sum) else (self,)
        return Sum((*terms, other))

    def __sub__(self, other: Expression) -> Difference:
        return Difference(self, other)

    def __mul__(self, other: Expression) -> Product:
        return Product((self, other))


@dataclass(frozen=True)
class Number(Expression):
    """A whole number that is part of the equation itself, such as the 1 of 1 − z."""

    value: int


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


@dataclass(frozen=True)
class Sum(Expression):
    """Terms added up."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Difference(Expression):
    """`left` − `right`."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Product(Expression):
    """Factors multiplied."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Apply(Expression):
    """The activation called `function`, of `argument`."""

    function: str
    argument: Expression


def evaluate(expression: Expression, *, shown: bool = False) -> float:
    """The value of an expression in float64; with `shown`, from its operands as printed."""
    match expression:
        case Number(value):
            return float(value)
        case Operand():
            return expression.rounded if shown else expression.value
        case Sum(terms):
            return sum(evaluate(term, shown=shown) for term in terms)
        case Difference(left, right):
            return evaluate(left, shown=shown) - evaluate(right, shown=shown)
        case Product(factors):
            return math.prod(evaluate(factor, shown=shown) for factor in factors)
        case Apply(function, argument):
            x = np.array([evaluate(argument, shown=shown)])
            return float(activations.get(function)(x)[0])
    raise TypeError(f"{type(expression).__name__} is no expression")


def operands(expression: Expression) -> Iterator[Operand]:
    """The operands, in the order in which they are printed."""
    match expression:
        case Operand():
            yield expression
        case Sum(parts) | Product(parts):
            for part in parts:
                yield from operands(part)
        case Difference(left, right):
            yield from operands(left)
            yield from operands(right)
        case Apply(_, argument):
            yield from operands(argument)


def with_digits(expression: Expression, digits: int) -> Expression:
    """The same expression, every operand shown with that many significant digits."""

    def again(part: Expression) -> Expression:
        return with_digits(part, digits)

    match expression:
        case Operand():
            return replace(expression, digits=digits)
        case Sum(terms):
            return Sum(tuple(map(again, terms)))
        case Product(factors):
            return Product(tuple(map(again, factors)))
        case Difference(left, right):
            return Difference(again(left), again(right))
        case Apply(function, argument):
            return Apply(function, again(argument))
    return expression


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


def _pieces(expression: Expression, print_operand: Callable[[Operand], str]) -> tuple[Piece, ...]:
    def of(part: Expression) -> tuple[Piece, ...]:
        return _pieces(part, print_operand)

    match expression:
        case Number(value):
            return (Piece(str(value)),)
        case Operand():
            return (Piece(print_operand(expression), expression.quantity),)
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
                own = of(factor)
                negative = own[0].text.startswith("−") and bool(printed)
                if isinstance(factor, Sum | Difference) or negative:
                    own = _bracketed(own)
                printed += (Piece("·"), *own) if printed else own
            return printed
        case Apply(function, argument):
            return (Piece(f"{function_symbol(function)}("), *of(argument), Piece(")"))
    raise TypeError(f"{type(expression).__name__} is no expression")


def _added(term: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """A term after the first: + 0.3, or − 0.3 where it begins with a minus."""
    first, *others = term
    if first.text.startswith("−"):
        return (Piece(" − "), replace(first, text=first.text[1:]), *others)
    return (Piece(" + "), first, *others)


def _bracketed(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return (Piece("("), *pieces, Piece(")"))
