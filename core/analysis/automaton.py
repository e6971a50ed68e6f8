"""Which finite automaton do the states of a network walk on?

The states that a network visits are gathered into clusters; each cluster is a state of the
automaton, and where a token most often leads from it is a transition (Omlin & Giles 1996, who cut
the space into cells of a grid; clusters by k-means here, as the space has many dimensions). They
are looked for in the states as they are and in the directions in which states differ by what the
network says; and, from the other end, one cluster for each answer is cut for as long as a token
leads its members to different ones. What follows the network better is kept. States that answer
alike and whose successors do are then made one, the nearest first, as long as the automaton follows
the network no less: what is left is about as small as can be. Last, clusters are found anew around
the states that came of them, which cuts those that lay across two.

**Fidelity** is measured on texts that were held out: from its start the automaton reads the tokens
alone, and at every step that the network is asked at, does it say what the network says? Beside it
stands what one reaches who always gives the most frequent answer. Weiss, Goldberg & Yahav 2018,
who cut so too, ask the network about texts of their own making; not chosen, since the texts of a
corpus are what the figure is about, and a network that is no automaton would never be done.

A network that reads from the end of the text as well walks on no automaton and is refused. Cost: a
run of the texts, and k-means for each number of clusters that is tried, in both spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from core.activations import Array
from core.analysis.clusters import Clustered, centred, clustered, nearest, split
from core.analysis.discriminants import discriminants
from core.analysis.merging import LOSS, Places, Transitions, joined_answers, merged
from core.analysis.walks import Walks, walks
from core.data.machines import Machine
from core.data.task import Example
from core.errors import OutOfRange
from core.model import Model
from core.trace import Trace

COUNTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Clusters that are tried."""
ENOUGH = 0.005
"""So much less fidelity than the best is as good, where there are fewer clusters for it."""
MOST_CLUSTERS = 100
MOST_CUTS = 12
MOST_ROUNDS = 4
"""So often are clusters found anew around the states that came of them."""


@dataclass(frozen=True, eq=False)
class Automaton:
    """A finite automaton and how well it follows a network.

    Attributes:
        space: (size, directions), those of the state space in which the clusters lie.
        centres: (clusters, directions), of states as `Walks.states` has them, times `space`.
        state_of: (clusters,), the state that each cluster belongs to.
        transitions: how often a token, a place in `read.known`, led from a state to another; the
            start is state 0.
        answers: (states,), what the network most often says there, an output; −1 where unknown.
        read: what it was made of and measured on.
        fidelity: the share of held-out steps at which it says what the network says; NaN for a
            network without answers.
        chance: the share of the most frequent answer.
        follows: the share of held-out steps at which it stands in the state that the network's own
            state lies in.
        held_out: how many texts these were.
        unseen: the share of held-out steps with a token never read in that state.
    """

    space: Array
    centres: Array
    state_of: Places
    transitions: Transitions
    answers: Places
    read: Walks
    fidelity: float
    chance: float
    follows: float
    held_out: int
    unseen: float

    def __len__(self) -> int:
        return len(self.answers)

    @cached_property
    def moves(self) -> Places:
        """(states, tokens), where each most often leads; −1 where it was never read there."""
        return self.transitions.leads()

    def walk(self, ids: NDArray[np.int64]) -> list[int]:
        """The state after each token of a text, ids of the vocabulary (time,), from the start."""
        return list(map(int, walked(self.transitions, self.read.places(ids)[None])[0][0]))

    def states_of(self, trace: Trace, *, batch: int = 0) -> list[int]:
        """The states that the network's own states lie in, at each step of a recorded text."""
        seen = self.read.seen(trace, batch=batch) @ self.space
        found = self.state_of[nearest(self.centres, seen)]
        return list(map(int, found))


def automaton(
    model: Model, texts: Sequence[Example], *, clusters: int | None = None, seed: int = 0
) -> Automaton:
    """The automaton of a network's states on some texts, a third of which are held out.

    `clusters` is how many to begin with; unless given, the fewest that are as good as any of those
    tried. Raises OutOfRange for fewer than two texts or clusters out of bounds, and as `walks`.
    """
    if clusters is not None and not 2 <= clusters <= MOST_CLUSTERS:
        raise OutOfRange(what="clusters", found=clusters, expected=f"from 2 to {MOST_CLUSTERS}")
    different = list({text.text: text for text in texts}.values())
    if len(different) < 2:
        raise OutOfRange(what="texts", found=len(different), expected="at least 2")
    read = walks(model, different)
    held, fitting = _apart(read, seed)
    answered = bool(fitting.asked.any())
    tried = _cut(fitting) if answered and not clusters else []
    spaces = [np.eye(read.states.shape[1])]
    if answered and (telling := discriminants(fitting.states, fitting.said)) is not None:
        spaces.append(telling)
    tried += [
        clustered(fitting, space=space, count=count, seed=seed)
        for count in ((clusters,) if clusters else COUNTS)
        for space in spaces
    ]
    tried.sort(key=lambda each: len(each.centres))
    scores = [_followed(fitting, each.transitions, each.answers) for each in tried]
    good = np.flatnonzero(np.array(scores) >= max(scores) - ENOUGH)
    # Without answers nothing tells which states could be one: all the clear ones are kept apart.
    best = tried[int(good[0] if answered else good[-1])]
    state_of = np.arange(len(best.answers))
    if answered:
        best, state_of = _settled(fitting, best)
    return _judged(read, held, best, state_of)


@dataclass(frozen=True, eq=False)
class Likeness:
    """How the states of an automaton lie beside those of the true one.

    Attributes:
        like: the true state that each state most often is; −1 for one that was never come to.
        share: the share of steps at which that is so; NaN where none can be compared.
        missing: true states that were visited and that none stands for.
    """

    like: tuple[int, ...]
    share: float
    missing: tuple[int, ...]


def likeness(found: Automaton, true: Machine) -> Likeness:
    """Lay an automaton beside the true one, on all that it was made of and measured on."""
    together = np.zeros((len(found), len(true)), np.int64)
    read = found.read
    states, _ = walked(found.transitions, read.ids)
    for ids, here in zip(read.ids, states, strict=True):
        there = true.walk([read.names[at] for at in ids[ids >= 0].tolist()])
        for one, other in zip(here, there, strict=False):
            if other >= 0:
                together[one, other] += 1
    like = np.where(together.any(axis=1), together.argmax(axis=1), -1)
    total = int(together.sum())
    share = float(together.max(axis=1).sum() / total) if total else float("nan")
    visited = set(np.flatnonzero(together.any(axis=0)).tolist())
    return Likeness(tuple(like.tolist()), share, tuple(sorted(visited - set(like.tolist()))))


def walked(transitions: Transitions, ids: NDArray[np.int64]) -> tuple[Places, NDArray[np.bool_]]:
    """States (texts, time) from the start on, and where a token was never read in its state.

    `ids` are places in what is known; −1 is none, −2 a token that was never read at all and leads
    nowhere. One that was never read in its state leads where it leads most often from anywhere.
    """
    moves, size = transitions.leads(), transitions.states
    anywhere = replace(transitions, before=np.zeros_like(transitions.before)).joined(
        np.arange(size)
    )
    usual = anywhere.leads()[0]
    states, unseen = np.zeros(ids.shape, np.intp), np.zeros(ids.shape, bool)
    now = np.zeros(len(ids), np.intp)
    for step, token in enumerate(ids.T):
        to = np.where(token < 0, -1, moves[now, token])
        unseen[:, step] = (to < 0) & (token != -1)
        to = np.where((to < 0) & (token >= 0), usual[token], to)
        now = np.where(to < 0, now, to)
        states[:, step] = now
    return states, unseen


def _apart(read: Walks, seed: int) -> tuple[Walks, Walks]:
    """A third of the texts, and the others."""
    order = np.random.default_rng(seed).permutation(len(read))
    third = max(1, len(read) // 3)
    return read.part(order[:third]), read.part(order[third:])


def _followed(read: Walks, transitions: Transitions, answers: Places) -> float:
    """How well an automaton follows: the share of answers, or of states where there are none."""
    if not read.asked.any():
        return transitions.clear
    states, _ = walked(transitions, read.ids)
    return float((answers[states] == read.answers)[read.asked].mean())


def _cut(read: Walks) -> list[Clustered]:
    """One cluster for each answer, and what comes of cutting those whose members part."""
    found: list[Clustered] = []
    now = centred(read, read.answers)
    while now is not None and len(now.centres) <= MOST_CLUSTERS and len(found) < MOST_CUTS:
        found.append(now)
        further = split(read, now)
        now = further if further and len(further.centres) > len(now.centres) else None
    return found


def _settled(read: Walks, found: Clustered) -> tuple[Clustered, Places]:
    """Clusters and which of them are one state, found anew around the states until that ends.

    A cluster that lay across two states is cut where these lie apart, once they are known.
    """
    state_of = merged(found.transitions, found.answers, partial(_followed, read), _near(found))
    for _ in range(MOST_ROUNDS):
        small = found.transitions.joined(state_of), joined_answers(found.answers, state_of)
        other = centred(read, walked(small[0], read.ids)[0])
        if other is None:
            break
        ones = merged(other.transitions, other.answers, partial(_followed, read), _near(other))
        again = other.transitions.joined(ones), joined_answers(other.answers, ones)
        gain = _followed(read, *again) - _followed(read, *small)
        fewer = len(again[1]) < len(small[1])
        if gain < (-LOSS if fewer else 0) or (gain == 0 and not fewer):
            break
        found, state_of = other, ones
    return found, state_of


def _near(found: Clustered) -> list[tuple[int, int]]:
    """Pairs of states that may be one, the start with any last, the nearest clusters first.

    The start has no answer, so it is like any state of which nothing else is known, such as one
    that ends a text: that would be no evidence. It is tried with those that share a token with it.
    """
    first, second = np.triu_indices(len(found.centres), k=1)
    order = np.argsort(pdist(found.centres), kind="stable")
    pairs = [(int(first[at]) + 1, int(second[at]) + 1) for at in order]
    known = found.transitions.leads() >= 0
    shared = (known[1:] & known[0]).any(axis=1)
    return pairs + [(0, int(at) + 1) for at in np.flatnonzero(shared)]


def _judged(read: Walks, held: Walks, found: Clustered, state_of: Places) -> Automaton:
    transitions = found.transitions.joined(state_of)
    answers = joined_answers(found.answers, state_of)
    states, unseen = walked(transitions, held.ids)
    own = state_of[1:][nearest(found.centres, held.states @ found.space)]
    fidelity = chance = float("nan")
    if held.asked.any():
        right = held.answers[held.asked]
        fidelity = float((answers[states][held.asked] == right).mean())
        chance = float(np.bincount(right).max() / len(right))
    return Automaton(
        found.space, found.centres, state_of[1:], transitions, answers, read, fidelity, chance,
        follows=float((states[held.valid] == own).mean()),
        held_out=len(held),
        unseen=float(unseen[held.valid].mean()),
    )  # fmt: skip
