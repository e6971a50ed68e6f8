"""What way does the state take through its space, and how does that way change in training?

The hidden state after each token is a point in as many dimensions as there are units. Principal
components (Pearson 1901; Hotelling 1933) are the directions in which the points of all epochs
together spread most; seen along the first two, a text is a path, and an epoch moves the path. One
projection for all epochs, because paths on axes of their own could not be laid side by side. Cost:
the eigenvectors of one (units, units) matrix. Not chosen: t-SNE or UMAP, whose distances mean
little and whose pictures change with a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import NonFiniteInput, ShapeMismatch

COMPONENTS = 2


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Paths through state space, seen along the directions of largest spread.

    Attributes:
        points: (epochs, time, 2), in the units of the states, about their mean.
        shares: (2,), the share of all variance along each direction; 0 where nothing varies.
    """

    points: NDArray[np.float64]
    shares: NDArray[np.float64]


def trajectories(states: Array) -> Trajectories:
    """The paths of states (epochs, time, units) in their first two principal components.

    Each direction is turned so that its largest weight is positive, so that equal states give
    equal pictures. One unit has one direction; the second is 0. Raises ShapeMismatch,
    NonFiniteInput.
    """
    found = np.asarray(states, dtype=np.float64)
    if found.ndim != 3 or not found.size:
        expected = "(epochs, time, units), none of them 0"
        raise ShapeMismatch(what="states", found=found.shape, expected=expected)
    bad = int((~np.isfinite(found)).sum())
    if bad:
        raise NonFiniteInput(what="The states", count=bad)
    centred = found - found.mean(axis=(0, 1))
    flat = centred.reshape(-1, found.shape[-1])
    spread, directions = np.linalg.eigh(flat.T @ flat)
    chosen = directions[:, ::-1][:, :COMPONENTS]
    largest = np.abs(chosen).argmax(axis=0)
    chosen = chosen * np.sign(chosen[largest, np.arange(chosen.shape[1])])
    missing = COMPONENTS - chosen.shape[1]
    points = np.pad(centred @ chosen, ((0, 0), (0, 0), (0, missing)))
    along = np.pad(spread[::-1][:COMPONENTS].clip(min=0), (0, missing))
    total = spread.clip(min=0).sum()
    return Trajectories(points, along / total if total > 0 else np.zeros(COMPONENTS))
