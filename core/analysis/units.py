"""What is each unit of a layer like over many texts: idle, at its ends, a double? What drives it?

- **Dead**: it hardly moves, its deviation at most a hundredth of that of the liveliest unit.
- **Saturated**: at 19 of 20 tokens it lies in the outer tenth of what its function can give, as
  gates are counted (Karpathy, Johnson & Fei-Fei 2015); nothing where the function has no ends.
- **Duplicates**: pairs that move together, |r| at least 0.98; one of them could go.
- **Contexts**: the tokens at which a unit is highest, and lowest, at most one a text, so that one
  loud text does not fill the list.

Cost: a pass over the values, and one (units, units) product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.activity import Activity
from core.analysis.selectivity import correlations
from core.analysis.sequence import check_index

Numbers = NDArray[np.float64]
DEAD, OUTER, SATURATED, ALIKE = 0.01, 0.1, 0.95, 0.98


@dataclass(frozen=True, eq=False)
class Units:
    """What the units of a layer are like.

    Attributes:
        mean: (units,), over all tokens.
        deviation: (units,).
        dead: (units,), whether each hardly moves.
        at_ends: (units,), the share of tokens in the outer tenths; NaN where there are no ends.
        duplicates: pairs of units that move together, and their correlation, the closest first.
    """

    mean: Numbers
    deviation: Numbers
    dead: NDArray[np.bool_]
    at_ends: Numbers
    duplicates: tuple[tuple[int, int, float], ...]

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """Which of them nearly always lie at an end, and are not dead."""
        return np.nan_to_num(self.at_ends) >= SATURATED


def units(read: Activity) -> Units:
    """What the units are like over all that was read."""
    deviation = read.values.std(axis=0, dtype=np.float64)
    dead = deviation <= DEAD * deviation.max(initial=0.0)
    return Units(
        read.values.mean(axis=0, dtype=np.float64),
        deviation,
        dead,
        _at_ends(read),
        _duplicates(read, dead),
    )


def _at_ends(read: Activity) -> Numbers:
    low, high = read.bounds
    if low is None or high is None:
        return np.full(read.units, np.nan)
    inner = OUTER * (high - low)
    outer = (read.values < low + inner) | (read.values > high - inner)
    return np.asarray(outer.mean(axis=0, dtype=np.float64))


def _duplicates(read: Activity, dead: NDArray[np.bool_]) -> tuple[tuple[int, int, float], ...]:
    together = correlations(read.values, read.values)
    together[dead] = together[:, dead] = 0
    first, second = np.nonzero(np.triu(np.abs(together) >= ALIKE, k=1))
    pairs = [(int(a), int(b), float(together[a, b])) for a, b in zip(first, second, strict=True)]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair[2])))


def extremes(read: Activity, unit: int, *, count: int = 6) -> tuple[list[int], list[int]]:
    """The tokens, by their places, at which a unit is highest, and at which it is lowest.

    At most one of a text, the most extreme first. Raises OutOfRange.
    """
    values = read.values[:, check_index("unit", unit, length=read.units)]
    return _peaks(read, values, count), _peaks(read, -values, count)


def _peaks(read: Activity, values: NDArray[np.floating], count: int) -> list[int]:
    heights = np.maximum.reduceat(values, read.starts[:-1])
    texts = np.argsort(-heights, kind="stable")[:count]
    return [
        int(read.starts[text] + values[read.starts[text] : read.starts[text + 1]].argmax())
        for text in texts
    ]
