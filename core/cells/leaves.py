"""What equations are about: inputs, weights, gates, states; each with what there is to say of it.

They are leaves of expressions, and bring along what everybody else wants to know of a quantity:
its symbol, what it is called and what it does, by language, and its colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from core.cells.expressions import Expression, Leaf, MatrixProduct, Product, leaves

Words = Mapping[str, str]
"""The same words by language: {"en": …, "ko": …}."""


@dataclass(frozen=True)
class Look:
    """The colours of a quantity or a cell on light and dark ground, and its line's dashes."""

    light: str
    dark: str
    dash: str = "solid"


@dataclass(frozen=True)
class Input(Leaf):
    """The features that a step reads."""


@dataclass(frozen=True)
class Weight(Leaf):
    """An array of weights; in an equation, that of the map which the equation is of.

    `shape` names its axes: "features", "units". `part` is what the pre-activation has of it
    ("from_input"), and a new kind of part brings its `title` and `look`; `optional` says whether a
    layer may do without it, as if it were zero.
    """

    shape: tuple[str, ...] = field(compare=False)
    part: str = field(compare=False)
    optional: bool = field(default=False, compare=False)
    title: Words = field(default_factory=dict, compare=False)
    look: Look | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Value(Leaf):
    """What a step computes for each unit: a gate or a state.

    `title` and `help` are words by language (a quantity that other cells have too needs no
    `title`: see `quantities.py`); `look` its colours where it is new; `signed` whether it runs
    below zero, which decides its scale.
    """

    help: Words = field(default_factory=dict, compare=False)
    title: Words = field(default_factory=dict, compare=False)
    look: Look | None = field(default=None, compare=False)
    signed: bool = field(default=False, compare=False)

    @property
    def a(self) -> Preactivation:
        """What its activation is applied to, the sum that has weights."""
        return Preactivation(self.name, f"a_{self.symbol}", self)


@dataclass(frozen=True)
class Gate(Value):
    """A gate, or a candidate; `bounds` where its equation does not tell them."""

    bounds: tuple[float | None, float | None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class State(Value):
    """What is carried from step to step; `positive` if it is never below zero but once at 0."""

    positive: bool = field(default=False, compare=False)

    @property
    def before(self) -> Before:
        """The state that the step starts from."""
        return Before(self.name, f"{self.symbol}₋₁", self)


@dataclass(frozen=True)
class Preactivation(Leaf):
    """The sum before an activation, by the name of what the activation gives."""

    of: Value = field(compare=False)

    def share(self, part: str) -> Share:
        """What it has from one of its parts, such as "from_hidden"."""
        return Share(self.name, self.symbol, part)


@dataclass(frozen=True)
class Share(Leaf):
    """One part of a pre-activation."""

    part: str


@dataclass(frozen=True)
class Before(Leaf):
    """A state before the step."""

    of: State = field(compare=False)


class Line(NamedTuple):
    """One equation: `result` = `form`."""

    result: Value | Preactivation
    form: Expression


class Term(NamedTuple):
    """One term of a pre-activation: `factor` ⊙ (`row` · weight), or `factor` ⊙ weight.

    `row` is None for a weight that is a vector; `factor` is None where nothing multiplies.
    """

    weight: Weight
    row: Expression | None
    factor: Expression | None


def term_of(term: Expression) -> Term:
    """The weight in a term, the row that it multiplies, and what else is a factor."""
    factors = term.factors if isinstance(term, Product) else (term,)
    weighted = [f for f in factors if any(isinstance(leaf, Weight) for leaf in leaves(f))]
    rest = tuple(factor for factor in factors if factor not in weighted)
    factor = None if not rest else rest[0] if len(rest) == 1 else Product(rest)
    match weighted:
        case [MatrixProduct(row=row, weight=Weight() as weight)]:
            return Term(weight, row, factor)
        case [Weight() as weight]:
            return Term(weight, None, factor)
    raise ValueError(f"{term} does not have one weight")
