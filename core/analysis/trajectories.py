"""What way does the state take through its space, and how does that way change in training?

The state after each token is a point in as many dimensions as there are numbers in it. Principal
components (Pearson 1901; Hotelling 1933) are the directions in which the points of all paths
together spread most; seen along the first two or three, a text is a path, and an epoch or another
text moves the path. One projection for all paths, because those on axes of their own could not be
laid side by side. Cost: the eigenvectors of one (units, units) matrix. Not chosen: t-SNE or UMAP,
whose distances mean little and whose pictures change with a seed; and scikit-learn's PCA, which is
this one call to LAPACK behind an import of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import NonFiniteInput, ShapeMismatch

Numbers = NDArray[np.float64]
COMPONENTS = 2


@dataclass(frozen=True, eq=False)
class Plane:
    """The directions of largest spread of some points, through their mean.

    Attributes:
        mean: (size,), where the plane has its origin.
        directions: (size, components), of length 1; 0 where there are fewer dimensions.
        shares: (components,), the share of all variance along each; 0 where nothing varies.
    """

    mean: Numbers
    directions: Numbers
    shares: Numbers

    @classmethod
    def of(cls, points: Array, *, components: int = COMPONENTS) -> Plane:
        """That of points (points, size).

        Each direction is turned so that its largest weight is positive, so that equal points give
        equal pictures. Raises ShapeMismatch, NonFiniteInput.
        """
        given = np.asarray(points, dtype=np.float64)
        if given.ndim != 2 or not given.size:
            expected = "(points, size), none of them 0"
            raise ShapeMismatch(what="points", found=given.shape, expected=expected)
        if bad := int((~np.isfinite(given)).sum()):
            raise NonFiniteInput(what="The states", count=bad)
        mean = given.mean(axis=0)
        centred = given - mean
        spread, directions = np.linalg.eigh(centred.T @ centred)
        chosen = directions[:, ::-1][:, :components]
        largest = np.abs(chosen).argmax(axis=0)
        chosen = chosen * np.sign(chosen[largest, np.arange(chosen.shape[1])])
        missing = components - chosen.shape[1]
        along = np.pad(spread[::-1][:components].clip(min=0), (0, missing))
        total = spread.clip(min=0).sum()
        shares = along / total if total > 0 else np.zeros(components)
        return cls(mean, np.pad(chosen, ((0, 0), (0, missing))), shares)

    def seen(self, points: Array) -> Numbers:
        """Points (…, size) in the plane's own coordinates, (…, components)."""
        return np.asarray((points - self.mean) @ self.directions)

    def back(self, seen: Numbers) -> Numbers:
        """The points (…, size) of the plane itself that have these coordinates."""
        return np.asarray(self.mean + seen @ self.directions.T)


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Paths through state space, seen along the directions of largest spread.

    Attributes:
        points: (epochs, time, 2), in the units of the states, about their mean.
        shares: (2,), the share of all variance along each direction; 0 where nothing varies.
    """

    points: Numbers
    shares: Numbers


def trajectories(states: Array) -> Trajectories:
    """The paths of states (epochs, time, units) in their first two principal components.

    One unit has one direction; the second is 0. Raises ShapeMismatch, NonFiniteInput.
    """
    found = np.asarray(states, dtype=np.float64)
    if found.ndim != 3 or not found.size:
        expected = "(epochs, time, units), none of them 0"
        raise ShapeMismatch(what="states", found=found.shape, expected=expected)
    plane = Plane.of(found.reshape(-1, found.shape[-1]))
    return Trajectories(plane.seen(found), plane.shares)


def shared_plane(paths: Sequence[Array], *, components: int = COMPONENTS) -> Plane:
    """The plane of several paths (time, size) together, whatever their lengths.

    Raises as `Plane.of`.
    """
    return Plane.of(np.concatenate([np.asarray(path) for path in paths]), components=components)
