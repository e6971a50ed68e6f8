"""How does a number travel in two bytes and still read right to its last shown decimal?

Rounding to the nearest of 65,534 even steps would be exact enough for colours and wrong for text:
0.12349 could arrive as 0.12351 and be shown as 0.124. Here the steps are laid so that every point
where a shown decimal turns over (0.1235, 0.1245 …) is an edge between two steps, and a number goes
into the step that it lies in. The middle of the step then rounds as the number does. The cost is
at most a factor of ten in resolution, which the last shown decimal never sees. Not chosen: float32,
twice the bytes for digits that nobody reads; float16, whose steps near 1 are 0.0005 wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = 65535
STEPS = 65534
SHOWN = 3
LEAST = 1e-290
"""Scales below it, far below any float32, read as zero: their steps would be no numbers."""


@dataclass(frozen=True)
class Quantity:
    """Numbers as counts of a step: number ≈ origin + (count + ½)·step; MISSING is not a number.

    Shown as number·10^−exponent with `decimals` decimals, both right to the last digit.
    """

    counts: NDArray[np.uint16]
    origin: float
    step: float
    decimals: int
    exponent: int


def quantise(values: NDArray[Any], *, span: float = 0.0) -> Quantity:
    """Lay the numbers of `values`, of any shape, on steps; `span` is the width of their scale."""
    numbers = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(numbers)
    low, high = _range(numbers, finite)
    span = max(span, high - low) or max(abs(low), abs(high))
    span = span if span > LEAST else 1.0
    exact = math.floor(math.log10(STEPS / 2 / span))
    if _steps_per_turn(exact, span) < 1:
        exact -= 1
    turn = 0.5 * 10.0**-exact
    step = turn / _steps_per_turn(exact, span)
    origin = math.floor(low / turn) * turn
    counts = np.where(finite, numbers, origin)
    counts -= origin
    counts /= step
    # A number on the lowest edge may fall a rounding error below it.
    np.clip(np.floor(counts, out=counts), 0, STEPS, out=counts)
    counts[~finite] = MISSING
    decimals, exponent = _shown(span, exact)
    return Quantity(counts.astype(np.uint16), origin, step, decimals, exponent)


def _range(numbers: NDArray[np.float64], finite: NDArray[np.bool_]) -> tuple[float, float]:
    if not finite.any():
        return 0.0, 0.0
    if finite.all():
        return float(numbers.min()), float(numbers.max())
    kept = numbers[finite]
    return float(kept.min()), float(kept.max())


def _steps_per_turn(exact: int, span: float) -> int:
    """How many steps fit between two points where the `exact`-th decimal turns over."""
    turns = span / (0.5 * 10.0**-exact) + 1  # + 1: the lowest number need not lie on a turn
    return math.floor(STEPS / turns)


def _shown(span: float, exact: int) -> tuple[int, int]:
    """Decimals and power of ten: plain from 0.01 to 10,000, beyond that a power of ten."""
    magnitude = math.floor(math.log10(span))
    if -2 <= magnitude <= 3:
        return min(exact, SHOWN if magnitude > -2 else SHOWN + 1), 0
    return min(exact + magnitude, SHOWN), magnitude
