"""The form of an equation: small arithmetic that is printed, evaluated and taken apart.

An expression is a tree of quantities, sums, differences, products, quotients, matrix products and
functions. Python's own operators build it, so that a cell's equation is written once, as an
equation, and everything else is read off it: its symbols and numbers, its value in NumPy or in
Keras, which weights it has, what each of them multiplies. Not chosen: strings with eval, which
could print one thing and compute another; and sympy, which rearranges what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Protocol


@dataclass(frozen=True)
class Expression:
    """A node of the tree. `a + b`, `a - b`, `a * b`, `a / b` and `a @ W` make larger ones."""

    def __add__(self, other: Expression) -> Sum:
        terms = self.terms if isinstance(self, Sum) else (self,)
        return Sum((*terms, other))

    def __sub__(self, other: Expression) -> Difference:
        return Difference(self, other)

    def __rsub__(self, other: int) -> Difference:
        return Difference(Number(other), self)

    def __mul__(self, other: Expression) -> Product:
        return Product((self, other))

    def __truediv__(self, other: Expression) -> Quotient:
        return Quotient(self, other)

    def __matmul__(self, other: Leaf) -> MatrixProduct:
        return MatrixProduct(self, other)


@dataclass(frozen=True)
class Number(Expression):
    """A whole number that is part of the equation itself, such as the 1 of 1 − z."""

    value: int


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
    """Factors multiplied, unit by unit."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Quotient(Expression):
    """`above` / `below`, unit by unit; 0 where `below` is 0."""

    above: Expression
    below: Expression


@dataclass(frozen=True)
class Largest(Expression):
    """The larger of two, unit by unit."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class MatrixProduct(Expression):
    """`row` · `weight`, over all features or units."""

    row: Expression
    weight: Leaf


@dataclass(frozen=True)
class Apply(Expression):
    """A function of `argument`.

    `function` is the name of an activation, or the setting of the layer that names it:
    "activation" or "recurrent_activation".
    """

    function: str
    argument: Expression


@dataclass(frozen=True)
class Function:
    """Makes an `Apply` where it is called: φ(c)."""

    name: str

    def __call__(self, argument: Expression) -> Apply:
        return Apply(self.name, argument)


@dataclass(frozen=True)
class Leaf(Expression):
    """A quantity: what is neither a number nor made of others."""

    name: str
    symbol: str = field(compare=False)


class Arithmetic(Protocol):
    """What an expression is evaluated with; + − × and @ are those of the arrays themselves."""

    def maximum(self, one: Any, other: Any, /) -> Any: ...
    def divide_no_nan(self, above: Any, below: Any, /) -> Any: ...


def evaluate(
    expression: Expression,
    *,
    value: Callable[[Expression], Any],
    apply: Callable[[str, Any], Any],
    arithmetic: Arithmetic,
) -> Any:
    """The value of an expression.

    `value` gives that of a leaf, or None for what is to be computed from its parts; it is asked
    for matrix products as well. `apply` gives the value of a function by its name.
    """
    known = None if isinstance(expression, Number) else value(expression)
    if known is not None:
        return known

    # Not a function that calls itself: it would be a circle, and hold what `value` holds, the
    # arrays of a whole run, until the garbage collector comes.
    def of(part: Expression) -> Any:
        return evaluate(part, value=value, apply=apply, arithmetic=arithmetic)

    match expression:
        case Number(number):
            return number
        case Sum(terms):
            return reduce(lambda one, other: one + other, map(of, terms))
        case Difference(left, right):
            return of(left) - of(right)
        case Product(factors):
            return reduce(lambda one, other: one * other, map(of, factors))
        case Quotient(above, below):
            return arithmetic.divide_no_nan(of(above), of(below))
        case Largest(left, right):
            return arithmetic.maximum(of(left), of(right))
        case MatrixProduct(row, weight):
            return of(row) @ of(weight)
        case Apply(function, argument):
            return apply(function, of(argument))
    raise TypeError(f"{type(expression).__name__} is no expression with a value")


def children(expression: Expression) -> tuple[Expression, ...]:
    """What a node of the tree is made of, in the order in which it is printed."""
    match expression:
        case Sum(parts) | Product(parts):
            return parts
        case Difference(left, right) | Largest(left, right) | Quotient(left, right):
            return (left, right)
        case MatrixProduct(row, weight):
            return (row, weight)
        case Apply(_, argument):
            return (argument,)
    return ()


def rebuilt(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same node with each of its children changed."""
    match expression:
        case Sum(terms):
            return Sum(tuple(map(change, terms)))
        case Product(factors):
            return Product(tuple(map(change, factors)))
        case Difference(left, right):
            return Difference(change(left), change(right))
        case Largest(left, right):
            return Largest(change(left), change(right))
        case Quotient(above, below):
            return Quotient(change(above), change(below))
        case Apply(function, argument):
            return Apply(function, change(argument))
    return expression


def leaves(expression: Expression) -> Iterator[Leaf]:
    """The quantities in it, in the order in which they are printed."""
    if isinstance(expression, Leaf):
        yield expression
    for part in children(expression):
        yield from leaves(part)


def terms(expression: Expression) -> tuple[Expression, ...]:
    """What adds up to it, brackets multiplied out: r·(h₋₁U + d) is r·(h₋₁U) and r·d."""
    match expression:
        case Sum(parts):
            return tuple(term for part in parts for term in terms(part))
        case Product(factors):
            for at, factor in enumerate(factors):
                parts = terms(factor)
                if len(parts) > 1:
                    before, after = factors[:at], factors[at + 1 :]
                    return tuple(
                        term for part in parts for term in terms(Product((*before, part, *after)))
                    )
    return (expression,)


def coefficient(expression: Expression, of: Expression) -> Expression | None:
    """What multiplies `of` in the term that has it as a factor: f in f·c₋₁ + i·g for c₋₁."""
    for term in terms(expression):
        factors = term.factors if isinstance(term, Product) else (term,)
        if of in factors:
            rest = tuple(factor for factor in factors if factor != of)
            return rest[0] if len(rest) == 1 else Product(rest) if rest else Number(1)
    return None
