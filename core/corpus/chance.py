"""How often would it come about by chance? Shuffled units, and what the places have too much of.

Units are shuffled by turning each one's column round by an amount of its own: what a unit does
stays as it is, run by run, and with whom it does it is chance (circular shifts, as for spike
trains: Louis, Gerstein, Grün & Diesmann 2010). Over-representation is asked of
one token a place, the one at which its units turn on, and of one label a text that has a place, so
that a long place or a text with many counts once; each by Fisher's exact test, one-sided, and the
share of false discoveries is held by Benjamini & Hochberg 1995.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.corpus.contexts import Texts, Tokens
from core.corpus.pattern import Matches, Place, Reader, search
from core.corpus.query import counts_of
from core.corpus.recorded import Corpus
from core.corpus.stretch import Pattern

MOST_STEPS = 2_000_000
"""Steps that are shuffled at most: the first ones of a corpus."""
FALSE = 0.05


@dataclass(frozen=True)
class Chance:
    """How many places of `units` or more there are, and how many when units are shuffled.

    `found` and `shuffled` are of the same `steps`; `shuffled` has a count for each of the shuffles.
    """

    units: int
    found: int
    shuffled: tuple[int, ...]
    steps: int

    @property
    def expected(self) -> float:
        """The mean over the shuffles."""
        return float(np.mean(self.shuffled))

    @property
    def p(self) -> float:
        """The share of the shuffles with as many, the corpus itself counted among them."""
        as_many = sum(count >= self.found for count in self.shuffled)
        return (1 + as_many) / (1 + len(self.shuffled))


def by_chance(
    corpus: Corpus, pattern: Pattern, *, units: int, times: int = 19, seed: int = 0
) -> Chance:
    """Counts places that hold `units` of a pattern or more, in the corpus and in shuffles of it."""
    starts = corpus.starts
    within = max(2, int(np.searchsorted(starts, MOST_STEPS, side="right")))
    starts = starts[:within]
    steps = int(starts[-1])
    random = np.random.default_rng(seed)
    columns = [corpus.array(c.key)[:steps, c.unit] for c in pattern.columns]

    def count(shifts: Iterable[int]) -> int:
        readers = [
            Reader(column, pattern.threshold, shift=int(shift))
            for column, shift in zip(columns, shifts, strict=True)
        ]
        return search(readers, pattern, starts=starts, most=1, only=units).of_units.get(units, 0)

    found = count([0] * len(columns))
    shuffled = tuple(count(random.integers(0, steps, len(columns))) for _ in range(times))
    return Chance(units, found, shuffled, steps)


@dataclass(frozen=True)
class Over:
    """A token or label that places have too often to be chance.

    `count` of `places` have it, `expected` would; `p` is of Fisher's test, `q` after Benjamini and
    Hochberg.
    """

    name: str
    count: int
    places: int
    expected: float
    p: float
    q: float

    @property
    def is_found(self) -> bool:
        """Whether it is held to be no chance, at a share of 5 % of false discoveries."""
        return self.q <= FALSE


def over_represented(seen: Sequence[str], among: Mapping[str, int]) -> tuple[Over, ...]:
    """What is seen oftener than drawing as many from all would give, the surest first.

    `seen` are names, one a place; `among` says how often each name is there in all.
    """
    total, drawn = sum(among.values()), len(seen)
    counts = Counter(name for name in seen if name in among)
    if not counts:
        return ()
    names = sorted(counts)
    p = np.array(
        [stats.hypergeom.sf(counts[name] - 1, total, among[name], drawn) for name in names]
    )
    # Names that are not seen cannot be over-represented: they count as tests all the same.
    padded = np.concatenate([p, np.ones(len(among) - len(names))])
    q = stats.false_discovery_control(np.clip(padded, 0, 1))[: len(names)]
    rows = [
        Over(name, counts[name], drawn, drawn * among[name] / total, float(p[at]), float(q[at]))
        for at, name in enumerate(names)
    ]
    return tuple(sorted(rows, key=lambda row: (row.p, -row.count, row.name)))


def of_tokens(corpus: Corpus, matches: Matches) -> tuple[Over, ...]:
    """Which tokens places begin at too often: those at which the last of their units turns on."""
    tokens = Tokens(corpus)
    first = [tokens.between(place.start, place.start + 1)[0] for place in in_order(matches)]
    return over_represented(first, counts_of(corpus, "token"))


def in_order(matches: Matches) -> list[Place]:
    """The places in the order of their steps, so that each table is read once."""
    return sorted(matches.places, key=lambda place: place.start)


def of_labels(corpus: Corpus, matches: Matches) -> tuple[Over, ...]:
    """Which labels the texts with a place have too often, each text counted once."""
    starts = np.array([place.start for place in matches.places], np.int64)
    texts = np.unique(np.searchsorted(corpus.starts, starts, side="right") - 1)
    labels = Texts(corpus).labels()
    return over_represented([labels[text] for text in texts if text < len(labels)], Counter(labels))
