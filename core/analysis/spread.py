"""How are the values of one unit spread over many steps? Shares, and the middle.

Two passes over the values, which come in blocks, so that memory does not grow with them; a third
finds the median among what lies in its bin, to a 4,096th of the bin's width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 50
WITHIN = 4_096


@dataclass(frozen=True, eq=False)
class Spread:
    """Values of one unit.

    Attributes:
        counts: (bins,) how many lie between neighbouring `edges`.
        edges: (bins + 1,), equally far apart.
        low: the lowest value.
        high: the highest.
        median: half of the values are below it.
    """

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    low: float
    high: float
    median: float

    @property
    def shares(self) -> NDArray[np.float64]:
        """What share of the values lies in each bin, (bins,)."""
        return self.counts / max(1, int(self.counts.sum()))


def spread(blocks: Callable[[], Iterable[NDArray[np.floating]]], *, bins: int = BINS) -> Spread:
    """Looks at values, (steps,) a block; `blocks` begins at the first block each time."""
    low, high = np.inf, -np.inf
    for block in blocks():
        low, high = min(low, float(block.min())), max(high, float(block.max()))
    if low > high:
        low = high = 0.0
    edges = np.linspace(low, high if high > low else low + 1e-6, bins + 1)
    counts = _counted(blocks, edges)
    below = np.cumsum(counts)
    at = min(int(np.searchsorted(below, counts.sum() / 2)), bins - 1)
    inner = np.linspace(edges[at], edges[at + 1], WITHIN + 1)
    before = int(below[at] - counts[at])
    held = before + np.cumsum(_counted(blocks, inner))
    median = inner[min(int(np.searchsorted(held, counts.sum() / 2)), WITHIN - 1)]
    return Spread(counts, edges, low, high, float(np.clip(median, low, high)))


def _counted(
    blocks: Callable[[], Iterable[NDArray[np.floating]]], edges: NDArray[np.float64]
) -> NDArray[np.int64]:
    return sum(
        (np.histogram(block, edges)[0] for block in blocks()), np.zeros(len(edges) - 1, np.int64)
    )
