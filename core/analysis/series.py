"""Which points stand for a long series, where a picture or a computation can hold only some?

`spread` takes places evenly. A line is smoothed first, then thinned.

Smoothing is an exponential mean that counts each number `weight` times as much as the next, and
forgets that it began with nothing (Kingma & Ba 2015, section 3), so that its first values are not
drawn towards zero. Thinning keeps the lowest and the highest number of each stretch, so that a
spike of one batch in a hundred thousand is still seen. Not chosen: every n-th number, which loses
it; and largest-triangle-three-buckets, which keeps the shape but not the extremes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]
MOST_POINTS = 1_200


def spread(count: int, *, most: int) -> NDArray[np.intp]:
    """Places evenly spread over `count`, at most `most`, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))


def smoothed(values: Numbers, *, weight: float) -> Numbers:
    """Return the exponential mean of (time,) numbers; `weight` from 0 (as they are) to below 1.

    What is not finite is left out of the mean and stays a gap.
    """
    if weight <= 0 or values.size == 0:
        return values
    import pandas as pd  # here, because no picture of a text needs it, and it takes long to import

    finite = pd.Series(np.where(np.isfinite(values), values, np.nan))
    means = finite.ewm(alpha=1 - weight, adjust=True, ignore_na=True).mean()
    return means.where(finite.notna()).to_numpy()


def thinned(x: Numbers, y: Numbers, *, most: int = MOST_POINTS) -> tuple[Numbers, Numbers]:
    """Return at most `most` of (time,) points: the lowest and the highest of each stretch.

    Points stay in their order; the first and the last are kept, so are the gaps of a series that
    is short enough.
    """
    count = y.size
    if count <= most:
        return x, y
    known = np.flatnonzero(np.isfinite(y))
    if known.size <= most:
        return x[known], y[known]
    inner = known[1:-1]
    size = -(-inner.size // ((most - 2) // 2))
    # The last stretch is filled up with its own last point, which it has anyway.
    padded = np.concatenate([inner, np.repeat(inner[-1:], -inner.size % size)]).reshape(-1, size)
    rows, found = np.arange(len(padded)), y[padded]
    pairs = np.stack([padded[rows, found.argmin(1)], padded[rows, found.argmax(1)]])
    kept = np.unique(np.concatenate([known[:1], pairs.ravel(), known[-1:]]))
    return x[kept], y[kept]
