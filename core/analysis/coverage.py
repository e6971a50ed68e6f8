"""Does what a network makes look real, and does it make every kind there is?

Both by one distance (Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative
models"): about each real example lies the ball that just reaches its k-th neighbour among the real
ones. What was made is convincing if it lies in any such ball, and is then of the kind of the
example that it lies nearest to; a real example is covered if anything made lies in its ball. A
generator that makes one kind alone, however well, is convincing and covers little: its modes
have collapsed (Goodfellow 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import OutOfRange

NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class Coverage:
    """What was made, held against real examples.

    `convincing` (made,): which look real; `kinds` (made,): whose like each is, −1 for none;
    `nearest` (made,): the real example that it is most like; `counts` (kinds,): how many convincing
    ones there are of each kind; `covered`: the share of the real examples that it covers.
    """

    convincing: NDArray[np.bool_]
    kinds: NDArray[np.intp]
    nearest: NDArray[np.intp]
    counts: NDArray[np.intp]
    covered: float

    @property
    def share(self) -> float:
        """How much of what was made looks real, from 0 to 1."""
        return float(self.convincing.mean())

    @property
    def reached(self) -> int:
        """How many kinds there is anything of."""
        return int((self.counts > 0).sum())

    @property
    def effective(self) -> float:
        """To how many equally frequent kinds their frequencies amount: e to their entropy."""
        total = self.counts.sum()
        if total == 0:
            return 0.0
        share = self.counts[self.counts > 0] / total
        return float(np.exp(-(share * np.log(share)).sum()))


def coverage(
    made: Array, real: Array, *, kinds: NDArray[np.intp], of: int, neighbours: int = NEIGHBOURS
) -> Coverage:
    """Holds `made` (made, numbers) against `real` (real, numbers), whose `kinds` are 0 … `of` − 1.

    Raises OutOfRange for fewer real examples than neighbours.
    """
    if not 1 <= neighbours < len(real):
        expected = f"1 to {len(real) - 1}, fewer than there are real examples"
        raise OutOfRange(what="neighbours", found=neighbours, expected=expected)
    among = distances(real, real)
    np.fill_diagonal(among, np.inf)
    radius = np.partition(among, neighbours - 1, axis=1)[:, neighbours - 1]
    apart = distances(made, real)
    depth = apart / np.maximum(radius, 1e-12)
    convincing = depth.min(axis=1) <= 1
    nearest = apart.argmin(axis=1)
    found = np.where(convincing, kinds[nearest], -1)
    return Coverage(
        convincing=convincing,
        kinds=found,
        nearest=nearest,
        counts=np.bincount(found[convincing], minlength=of),
        covered=float((depth <= 1).any(axis=0).mean()),
    )


def distances(one: Array, other: Array) -> Array:
    """Euclidean distances (one, other) between rows."""
    x, y = np.asarray(one, np.float64), np.asarray(other, np.float64)
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.sqrt(np.maximum(squares, 0))
