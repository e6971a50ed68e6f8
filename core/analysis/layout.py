"""Where do the states of an automaton stand, so that its graph can be read?

States as far apart on paper as there are transitions between them: positions that minimise the
stress of Kamada & Kawai 1989, from a circle on, by SciPy's L-BFGS. States that cannot be reached
from each other stand a step further apart than any that can. Cost: all shortest ways, and a few
hundred evaluations for some dozens of states. Not chosen: a library of graphs, for this alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse.csgraph import shortest_path

Numbers = NDArray[np.float64]


def layout(moves: NDArray[np.intp]) -> Numbers:
    """Positions (states, 2) about 0 of an automaton by its moves (states, tokens); −1 is none."""
    states = len(moves)
    joined = np.zeros((states, states))
    before, token = np.nonzero(moves >= 0)
    joined[before, moves[before, token]] = 1
    np.fill_diagonal(joined, 0)
    ways = shortest_path(joined, directed=False, unweighted=True)
    known = ways[np.isfinite(ways)]
    ways = np.where(np.isfinite(ways), ways, known.max(initial=0) + 1)
    turn = 2 * np.pi * np.arange(states) / max(states, 1)
    circle = max(ways.max(initial=0), 1) / 2 * np.stack([-np.cos(turn), np.sin(turn)], axis=1)
    if states < 3:
        return circle
    first, second = np.triu_indices(states, k=1)
    wanted = ways[first, second]

    def stress(flat: Numbers) -> tuple[float, Numbers]:
        at = flat.reshape(states, 2)
        apart = at[first] - at[second]
        length = np.maximum(np.linalg.norm(apart, axis=1), 1e-9)
        off = (length - wanted) / wanted**2
        push = (2 * off / length)[:, None] * apart
        gradient = np.zeros_like(at)
        np.add.at(gradient, first, push)
        np.add.at(gradient, second, -push)
        return float((off * (length - wanted)).sum()), gradient.ravel()

    found = minimize(stress, circle.ravel(), jac=True, method="L-BFGS-B").x.reshape(states, 2)
    return np.asarray(found - found.mean(axis=0))
