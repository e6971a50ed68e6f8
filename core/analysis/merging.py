"""Which states of an automaton do the same, so that they can be one?

Two states are one if they answer alike, and wherever both know where a token leads, those two are
one as well; what only one of them knows, the two then know together (the folding of Lang,
Pearlmutter & Price 1998, from texts; here from clusters). A merge is kept if the automaton follows
what it was made of no less than before. Nearest clusters are tried first, since they most likely
are one state that k-means cut in two. Not chosen: partition refinement, which takes what was never
read for a difference, and keeps clusters apart that a rare token has not come to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
LOSS = 0.002
"""So much may an automaton follow less, in all."""
RARE = 0.05
"""A share of what a token did in a state that is no evidence of where it leads."""


@dataclass(frozen=True, eq=False)
class Transitions:
    """What was seen to lead where, one row each: `before`, `token`, `after`, and how many `times`.

    `states` and `tokens` are how many there are of each; all numbers begin with 0.
    """

    before: Places
    token: Places
    after: Places
    times: Places
    states: int
    tokens: int

    @classmethod
    def of(
        cls, *, before: Places, token: Places, after: Places, states: int, tokens: int
    ) -> Transitions:
        """Those of single steps, (steps,) each."""
        ones = np.ones(len(before), np.intp)
        return cls(before, token, after, ones, states, tokens)._counted()

    def joined(self, state_of: Places) -> Transitions:
        """Those of the states that `state_of` makes of these."""
        return replace(
            self, before=state_of[self.before], after=state_of[self.after],
            states=int(state_of.max()) + 1,
        )._counted()  # fmt: skip

    def _counted(self) -> Transitions:
        """Equal rows as one."""
        key = (self.before * self.tokens + self.token) * self.states + self.after
        rows, place = np.unique(key, return_inverse=True)
        times = np.bincount(place, self.times, len(rows)).astype(np.intp)
        rest, after = np.divmod(rows, self.states)
        before, token = np.divmod(rest, self.tokens)
        return Transitions(before, token, after, times, self.states, self.tokens)

    def leads(self, *, rare: float = 1.0) -> Places:
        """(states, tokens), where each token most often leads; −1 where it was never read.

        Also −1 where more than a share of `rare` led elsewhere.
        """
        key = self.before * self.tokens + self.token
        order = np.lexsort((self.times, key))
        last = np.flatnonzero(np.diff(key[order], append=-1))
        chosen = order[last]
        total = np.bincount(key, self.times, self.states * self.tokens)
        clear = self.times[chosen] >= (1 - rare) * total[key[chosen]]
        moves = np.full(self.states * self.tokens, -1, np.intp)
        moves[key[chosen[clear]]] = self.after[chosen[clear]]
        return moves.reshape(self.states, self.tokens)

    @property
    def clear(self) -> float:
        """The share of steps that went where their token most often leads from their state."""
        most = self.leads()[self.before, self.token] == self.after
        return float(self.times[most].sum() / max(self.times.sum(), 1))

    @property
    def visits(self) -> Places:
        """(states,), how often each was come to."""
        return np.bincount(self.after, self.times, self.states).astype(np.intp)


def merged(
    transitions: Transitions,
    answers: Places,
    score: Callable[[Transitions, Places], float],
    near: Iterable[tuple[int, int]],
) -> Places:
    """The new state of each old one, numbered from 0 in their order.

    `answers` (states,) has −1 for one unknown; `score` is how well an automaton follows, and `near`
    all pairs, those first that are to be tried first.
    """
    now = np.arange(len(answers))
    moves = transitions.leads(rare=RARE)
    least = score(transitions, answers) - LOSS
    for one, other in near:
        if now[one] == now[other]:
            continue
        folded = _folded(now, (one, other), moves, answers)
        if folded is None:
            continue
        numbers = numbered(folded)
        if score(transitions.joined(numbers), joined_answers(answers, numbers)) >= least:
            now = folded
    return numbered(now)


def joined_answers(answers: Places, state_of: Places) -> Places:
    """The answer of each new state: that of any of its old ones that has one."""
    said = np.full(int(state_of.max()) + 1, -1, np.intp)
    known = answers >= 0
    said[state_of[known]] = answers[known]
    return said


def numbered(state_of: Places) -> Places:
    """Numbers from 0, in the order in which they first occur."""
    _, first, inverse = np.unique(state_of, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _folded(now: Places, pair: tuple[int, int], moves: Places, answers: Places) -> Places | None:
    """States after two are made one, and all that follow from it; None if answers would differ.

    `moves` (states, tokens) are those of the old states, −1 where it is unclear.
    """
    now = now.copy()
    waiting = [pair]
    while waiting:
        one, other = sorted(int(now[state]) for state in waiting.pop())
        if one == other:
            continue
        now[now == other] = one
        together = now == one
        said = answers[together]
        if len(np.unique(said[said >= 0])) > 1:
            return None
        to, size = moves[together], len(now)
        low = np.where(to >= 0, now[to], size).min(axis=0)
        high = np.where(to >= 0, now[to], -1).max(axis=0)
        apart = (low < high) & (low < size)
        waiting += set(zip(low[apart].tolist(), high[apart].tolist(), strict=True))
    return now
