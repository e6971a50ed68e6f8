"""How does accuracy depend on the length of what was read?

Counts by length are put into groups of neighbouring lengths, about equally large; each has its
share of right answers with a 95 % interval (Wilson 1927), which stays honest at 0, at 1 and with
few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import OutOfRange

Z = 1.959964
"""Of 95 %."""
MOST = 6


@dataclass(frozen=True)
class Group:
    """Examples whose sources have from `shortest` to `longest` steps: `right` of `total`."""

    shortest: int
    longest: int
    right: int
    total: int

    @property
    def share(self) -> float:
        """Accuracy, 0 to 1."""
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)."""
        p, n = self.share, self.total
        middle = p + Z**2 / (2 * n)
        reach = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        scale = 1 + Z**2 / n
        return max(0.0, float((middle - reach) / scale)), min(1.0, float((middle + reach) / scale))


def by_length(counts: Sequence[Group], *, most: int = MOST) -> tuple[Group, ...]:
    """Groups of one length each, shortest first, put together to at most so many.

    A length goes to the group in which the middle of its examples lies. Raises OutOfRange for no
    examples.
    """
    totals = np.array([one.total for one in counts])
    if not totals.sum():
        raise OutOfRange(what="The number of examples", found=0, expected="at least 1")
    middle = (np.cumsum(totals) - totals / 2) / totals.sum()
    places = np.minimum((middle * most).astype(int), most - 1)
    groups = []
    for place in np.unique(places):
        own = [one for one, at in zip(counts, places, strict=True) if at == place]
        right, total = sum(one.right for one in own), sum(one.total for one in own)
        groups.append(Group(own[0].shortest, own[-1].longest, right, total))
    return tuple(groups)
