"""In which directions of their space do states differ by what is said of them?

Most directions of a network's states tell what was read last and little else, so that clusters
that take all directions alike are clusters of tokens. Fisher's discriminants (Fisher 1936; Rao
1948) are those in which states of different labels lie furthest apart, measured by how far apart
those of one label lie. They stand beside the states as they are and not in their place: what a
network has to remember and does not say yet, such as a depth, may lie in any other direction.

Cost: a covariance and the eigenvectors of a matrix as large as a state. Not chosen: the states with
the answers written behind them, which a text whose answers nobody has asked for does not have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from core.activations import Array

RIDGE = 1e-3
"""So much of the mean variance is added to that within labels: a direction in which they vary by
rounding alone would count more than all others."""
LEAST = 1e-3
"""Directions that tell labels apart less than that share of the best one are left out."""


def discriminants(states: Array, labels: NDArray[np.int64]) -> Array | None:
    """Directions (size, count) of states (steps, size), the one that tells labels apart best first.

    `labels` (steps,) are any whole numbers; there is at most one direction less than labels. None
    where all labels are one, or states do not differ by them.
    """
    different, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    exact = states.astype(np.float64)
    means = np.zeros((len(different), exact.shape[1]))
    np.add.at(means, places, exact)
    means /= counts[:, None]
    apart = exact - means[places]
    within = apart.T @ apart / len(exact)
    size = len(within)
    within += (RIDGE * np.trace(within) / size + np.finfo(np.float32).eps) * np.eye(size)
    aside = means - means.mean(axis=0)
    values, directions = eigh(aside.T @ aside, within)
    told = values > max(LEAST * values[-1], np.finfo(np.float32).eps)
    return directions[:, told][:, ::-1] if told.any() else None
