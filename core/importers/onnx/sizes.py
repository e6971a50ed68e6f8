"""Sizes that are known only when a graph runs, as whole numbers to calculate with.

A graph that takes texts of any length computes shapes from shapes: `[1, batch, 8]` for the states
of an LSTM, `[time, batch, 2 · 8]` to put two directions side by side. Nothing runs here, so a
length is a name, and such sums are done with names: a whole number, times names, plus a whole
number. It is all that exporters ask for. Not chosen: to run the graph on one text and look.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`factor` times the lengths called `names` (sorted), plus `offset`. There is a name."""

    factor: int
    names: tuple[str, ...]
    offset: int = 0

    def __add__(self, other: object) -> Dim:
        if isinstance(other, Size):
            if other.names != self.names:
                raise UnknownSize
            return _size(self.factor + other.factor, self.names, self.offset + other.offset)
        return Size(self.factor, self.names, self.offset + _whole(other))

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return Size(-self.factor, self.names, -self.offset)

    def __sub__(self, other: object) -> Dim:
        return self + (-other if isinstance(other, Size) else -_whole(other))

    def __rsub__(self, other: object) -> Dim:
        return -self + _whole(other)

    def __mul__(self, other: object) -> Dim:
        if isinstance(other, Size):
            if self.offset or other.offset:
                raise UnknownSize
            names = tuple(sorted(self.names + other.names))
            return Size(self.factor * other.factor, names)
        times = _whole(other)
        return _size(self.factor * times, self.names, self.offset * times)

    __rmul__ = __mul__

    def __floordiv__(self, other: object) -> Dim:
        by = other if isinstance(other, Size) else Size(_whole(other), ())
        left = Counter(self.names)
        left.subtract(by.names)
        divides = by.factor and self.factor % by.factor == 0 and min(left.values(), default=0) >= 0
        if not divides or self.offset or by.offset:
            raise UnknownSize
        return _size(self.factor // by.factor, tuple(sorted(left.elements())), 0)

    __truediv__ = __floordiv__


Dim = int | Size
"""The size of an axis."""


class UnknownSize(ValueError):
    """A sum that could not be done without running the graph."""


def product(sizes: list[Dim]) -> Dim:
    """All of them multiplied."""
    total: Dim = 1
    for size in sizes:
        total = total * size
    return total


def divided(size: Dim, by: Dim) -> Dim:
    """The quotient where it comes out even. Raises UnknownSize."""
    if isinstance(size, Size):
        return size // by
    if isinstance(by, Size) or by == 0 or size % by:
        raise UnknownSize
    return size // by


def _whole(number: object) -> int:
    # NumPy hands over its own whole numbers.
    if hasattr(number, "__index__"):
        return int(number.__index__())
    raise UnknownSize


def _size(factor: int, names: tuple[str, ...], offset: int) -> Dim:
    return Size(factor, names, offset) if factor and names else offset + (0 if names else factor)
