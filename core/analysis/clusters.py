"""Which states of a network lie close together, and where do tokens lead from one group to another?

k-means in a space of directions of the state space: all of them, or those that tell apart what is
said (`core.analysis.discriminants`). With groups that are known already, their means are the
centres, and groups whose members go different ways can be cut (`split`), as Weiss, Goldberg & Yahav
2018 cut theirs. A state of an automaton to be is a cluster; the start, where nothing has been read,
is one of its own. Cost: as many distances as there are states and clusters, a few dozen times.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import kmeans2, vq

from core.activations import Array
from core.analysis.discriminants import discriminants
from core.analysis.merging import Places, Transitions
from core.analysis.walks import Walks

LEAST = 4
"""So many that go another way are no accident."""
MOST_POINTS = 12_000
"""States that clusters are made of."""


@dataclass(frozen=True, eq=False)
class Clustered:
    """One state for each cluster, and state 0 for the start.

    `space` (size, directions) is what states are multiplied with, `centres` (clusters, directions);
    `answers` (clusters + 1,) is what is mostly said there, −1 where nothing is.
    """

    space: Array
    centres: Array
    transitions: Transitions
    answers: Places


def clustered(read: Walks, *, space: Array, count: int, seed: int) -> Clustered:
    """At most so many clusters, by k-means from that seed."""
    seen = read.states @ space
    points = seen
    if len(points) > MOST_POINTS:
        chosen = np.random.default_rng(seed).choice(len(points), MOST_POINTS, replace=False)
        points = points[chosen]
    different = np.unique(points, axis=0)
    centres = different
    if len(different) > count:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a cluster that lost its points is left out below
            centres, _ = kmeans2(points, count, minit="++", seed=seed, iter=25)
    return around(read, space=space, centres=centres)


def around(read: Walks, *, space: Array, centres: Array) -> Clustered:
    """The clusters of all states that lie nearest to some centres; those that have any."""
    known, labels = np.unique(nearest(centres, read.states @ space), return_inverse=True)
    states = np.full(read.ids.shape, -1, np.intp)
    states[read.valid] = labels + 1
    return Clustered(space, centres[known], *_gathered(read, states, size=len(known) + 1))


def centred(read: Walks, states: Places) -> Clustered | None:
    """One cluster around each of some states (texts, time) that read them, where they lie apart.

    In the directions that tell these states apart; None where there are none.
    """
    labels = states[read.valid]
    space = discriminants(read.states, labels)
    if space is None:
        return None
    seen, sums = read.states @ space, np.zeros((int(labels.max()) + 1, space.shape[1]))
    np.add.at(sums, labels, seen)
    counts = np.bincount(labels, minlength=len(sums))
    return around(read, space=space, centres=sums[counts > 0] / counts[counts > 0][:, None])


def split(read: Walks, found: Clustered) -> Clustered | None:
    """The same with clusters cut whose members the same token leads to different ones.

    Those that go another way than most do are groups of their own, by where they go, if there are
    LEAST of them. None where all members of each go one way.
    """
    own = np.full(read.ids.shape, -1, np.intp)
    own[read.valid] = nearest(found.centres, read.states @ found.space) + 1
    now, then = own[:, :-1], own[:, 1:]
    usual = found.transitions.leads()[now, read.ids[:, 1:]]
    odd = (then > 0) & (then != usual)
    _, place, counts = np.unique(
        now[odd] * found.transitions.states + then[odd], return_inverse=True, return_counts=True
    )
    if not (counts >= LEAST).any():
        return None
    cut = now.copy()
    cut[odd] = np.where(counts[place] >= LEAST, found.transitions.states + place, now[odd])
    own[:, :-1] = cut
    own[read.valid] = np.unique(own[read.valid], return_inverse=True)[1]
    return centred(read, own)


def nearest(centres: Array, states: Array) -> Places:
    """The cluster that each state of (states, size) lies in."""
    return vq(states.astype(np.float64), centres.astype(np.float64))[0].astype(np.intp)


def _gathered(read: Walks, states: Places, *, size: int) -> tuple[Transitions, Places]:
    """Transitions and answers of states (texts, time)."""
    before = np.concatenate([np.zeros((len(states), 1), np.intp), states[:, :-1]], axis=1)
    at = read.valid
    transitions = Transitions.of(
        before=before[at], token=read.ids[at], after=states[at],
        states=size, tokens=len(read.known),
    )  # fmt: skip
    said = np.zeros((size, int(read.answers.max(initial=0)) + 1), np.int64)
    some = at & (read.answers >= 0)
    np.add.at(said, (states[some], read.answers[some]), 1)
    return transitions, np.where(said.any(axis=1), said.argmax(axis=1), -1)
