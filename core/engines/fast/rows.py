"""Python source of loops over rows and units, written from the equations of a cell.

What a compiled loop computes between two matrix products is, for each row of the batch, a few
loops over the units, each of which fills one array. Here are the names of those arrays, and an
expression of a cell's quantities as Python source for unit j.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from core.cells.base import Cell
from core.cells.expressions import (
    Apply,
    Difference,
    Expression,
    Largest,
    Number,
    Product,
    Quotient,
    Sum,
)
from core.cells.leaves import Before, Gate, Preactivation, State, Weight
from core.cells.record import Options
from core.engines.fast.options import KNOWN


class NoCompiledLoop(Exception):
    """An equation has something that loops cannot be written for: NumPy runs that layer."""


@dataclass(frozen=True)
class Variant:
    """A cell with its settings: what one pair of loops is written for."""

    cell: Cell
    options: Options
    activation: str
    recurrent_activation: str

    def function(self, name: str) -> str:
        """The function that an equation calls `name`. Raises NoCompiledLoop."""
        roles = {
            "activation": self.activation,
            "recurrent_activation": self.recurrent_activation,
        }
        called = roles.get(name, name)
        if called not in KNOWN:
            raise NoCompiledLoop(called)
        return called

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What tells it from others."""
        options = tuple(sorted(self.options.items()))
        return (self.cell.name, options, self.activation, self.recurrent_activation)

    @cached_property
    def name(self) -> str:
        """The same in a word, for files and messages."""
        settings = [f"{'' if on else 'no_'}{name}" for name, on in sorted(self.options.items())]
        return "-".join([self.cell.name, *settings, self.activation, self.recurrent_activation])


@dataclass(frozen=True)
class Blocks:
    """A matrix that a loop wants: columns of a stacked weight, or those columns as rows."""

    weight: str
    first: int
    last: int
    turned: bool = False


@dataclass
class Rows:
    """Loops over the units of each row, in order, and the arrays that they use."""

    variant: Variant
    arrays: dict[str, str] = field(default_factory=dict)
    loops: list[tuple[str, str]] = field(default_factory=list)

    def array(self, name: str, place: str) -> str:
        """Unit j of an array of this row."""
        self.arrays[name] = place
        return f"{name}[j]"

    def fill(self, target: str, form: str, *, count: str = "units") -> None:
        """One loop: `target` = `form` for each unit."""
        self.loops.append((count, f"{target} = {form}"))

    def stacked(self, kind: str, of: str, first: int, last: int | None = None) -> str:
        """Unit j of maps first..last of a stacked array."""
        last = first + 1 if last is None else last
        names = "_".join(self.variant.cell.stacked[first:last])
        return self.array(
            f"{of}_{names}", f"part({kind}, row, {first} * units, {last - first} * units)"
        )

    def leaf(self, leaf: Expression, result: str) -> str:
        """Unit j of a quantity, in the equation of `result`. Raises NoCompiledLoop."""
        index = self.variant.cell.index
        match leaf:
            case Gate(name=name):
                return self.stacked("gates", "gate", index(name))
            case Preactivation(name=name):
                return self.stacked("sums", "a", index(name))
            case State(name=name):
                return self.array(f"{name}_after", f"part(state_{name}, row + batch, 0, units)")
            case Before(name=name):
                return self.array(f"{name}_before", f"part(state_{name}, row, 0, units)")
            case Weight(name=name, shape=("units",)):
                return self.array(
                    f"{name}_{result}", f"part(vectors_{name}, {index(result)}, 0, units)"
                )
        raise NoCompiledLoop(str(leaf))

    def value(self, part: Expression, result: str) -> str:
        """An expression for unit j. Raises NoCompiledLoop."""

        def of(inner: Expression) -> str:
            return self.value(inner, result)

        match part:
            case Number(value):
                return f"float32({value})"
            case Sum(terms):
                return f"({' + '.join(map(of, terms))})"
            case Difference(left, right):
                return f"({of(left)} - {of(right)})"
            case Product(factors):
                return f"({' * '.join(map(of, factors))})"
            case Quotient(above, below):
                return f"divided({of(above)}, {of(below)})"
            case Largest(left, right):
                return f"largest({of(left)}, {of(right)})"
            case Apply(function, argument):
                return f"{self.variant.function(function)}({of(argument)})"
        return self.leaf(part, result)

    def lines(self, *, skip: str = "") -> Iterator[str]:
        """The source; rows of which `skip` holds are left out."""
        if not self.loops:
            return
        yield "for r in range(rows):"
        yield "    row = now + r"
        if skip:
            yield f"    if {skip}:"
            yield "        continue"
        for name, place in self.arrays.items():
            yield f"    {name} = {place}"
        for count, statement in self.loops:
            yield f"    for j in range({count}):"
            yield f"        {statement}"


def runs(places: Iterable[int]) -> list[tuple[int, int]]:
    """Whole numbers as the stretches that they lie in: first, and one past the last."""
    found: list[tuple[int, int]] = []
    for place in sorted(set(places)):
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def indented(lines: Iterable[str], *, by: int) -> Iterator[str]:
    """Lines further to the right, by so many steps of four."""
    return (f"{'    ' * by}{line}" for line in lines)
