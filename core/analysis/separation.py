"""How well do vectors keep kinds apart: do those of one kind lie together, away from the others?

The silhouette (Rousseeuw 1987) of a vector is (b − a) / max(a, b), where a is its mean distance to
the other vectors of its kind and b that to those of the nearest other kind. It is near 1 where
kinds lie apart, 0 where they are mixed or all vectors are one, negative where a vector lies among
those of another kind. Distance is 1 − cosine, as for the nearest neighbours. Cost: all pairs. Not
chosen: the accuracy of a classifier, which says that kinds can be told apart, not how far apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.context import unit_length
from core.errors import ShapeMismatch

_ALIKE = 1e-6
"""A distance below this is rounding."""


def silhouettes(vectors: Array, kinds: Sequence[str]) -> NDArray[np.float64]:
    """The silhouette of each vector, (vectors,), from `vectors` (vectors, features) and kinds.

    0 for the only one of its kind, and NaN for all where there is one kind only. Raises
    ShapeMismatch where there are more kinds than vectors or fewer.
    """
    if len(kinds) != len(vectors):
        raise ShapeMismatch(what="kinds", found=(len(kinds),), expected=(len(vectors),))
    names = tuple(dict.fromkeys(kinds))
    if len(names) < 2:
        return np.full(len(vectors), np.nan)
    length = unit_length(vectors)
    distances = 1 - length @ length.T
    distances[np.abs(distances) < _ALIKE] = 0
    member = np.array([[kind == name for name in names] for kind in kinds], np.float64)
    counts = member.sum(axis=0)
    sums = distances @ member
    own = member.astype(bool)
    others = counts[own.argmax(axis=1)] - 1
    within = sums[own] / np.maximum(others, 1)
    between = np.where(own, np.inf, sums / counts).min(axis=1)
    larger = np.maximum(within, between)
    apart = np.divide(between - within, larger, out=np.zeros_like(larger), where=larger > 0)
    return np.where(others > 0, apart, 0.0)


def separation(vectors: Array, kinds: Sequence[str]) -> NDArray[np.float64]:
    """The mean silhouette at each level, (levels,), of `vectors` (levels, vectors, features)."""
    return np.array([float(silhouettes(level, kinds).mean()) for level in vectors])
