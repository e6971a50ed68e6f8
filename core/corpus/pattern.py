"""Where else does the network do this? Places where the same units are on as in a stretch.

As in LSTMVis (Strobelt, Gehrmann, Pfister & Rush 2018): a stretch of a text and a threshold choose
the units that are on through all of the stretch and off right before and after it; then the corpus
is searched for places where as many of them as possible are on together. Beyond it, gates count as
units do, places have to hold for a number of steps, and a result says how often it would come about
by chance (`core.corpus.chance`).

A place of m units is a longest run of steps at which m of them are on, each through `shortest`
steps at least. Places are ranked by m, then by how near their length is to the stretch's; of
places within each other the one of more units counts. All steps are compared, in the numbers that
were recorded: float16 is compared as whole numbers, which is exact and eight times as fast. Cost:
the columns of the pattern are read once, 2 bytes a step and unit; memory holds a million steps'
counts. Not chosen: bits packed for one threshold, which another threshold could not use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.corpus.recorded import Corpus
from core.corpus.stretch import MOST_UNITS, Pattern
from core.threads import shared

Bools = NDArray[np.bool_]
BLOCK = 1 << 16
AT_ONCE = 1 << 20
"""Steps that are counted before places are looked for in them; whole texts, where they fit."""


@dataclass(frozen=True)
class Place:
    """Steps from `start` to `stop` of the corpus, at which `units` of the pattern are on."""

    start: int
    stop: int
    units: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Matches:
    """What was found: the best places, and how many there are.

    `places` are ranked. `of_units[m]` is how many places hold m units or more, for each m that was
    counted, from `complete` on; what is below was left aside once there were enough.
    """

    pattern: Pattern
    places: tuple[Place, ...]
    of_units: Mapping[int, int]
    complete: int
    steps: int


def find(corpus: Corpus, pattern: Pattern, *, most: int = 50) -> Matches:
    """The best places of a corpus. Raises NoSuchQuantity, NotRecordedYet."""
    readers = [Reader(corpus.array(c.key)[:, c.unit], pattern.threshold) for c in pattern.columns]
    return search(readers, pattern, starts=corpus.starts, most=most)


class Reader:
    """When one unit is on: its column, compared with the threshold a block at a time.

    Columns may be turned round by `shift` steps, which keeps what a unit does and undoes with whom.
    """

    def __init__(self, column: Array, threshold: float, *, shift: int = 0) -> None:
        self.column, self.threshold, self.shift = column, threshold, shift
        self._key: int | None = None
        if column.dtype == np.float16:
            half = np.float16(threshold)
            if float(half) < threshold:
                half = np.nextafter(half, np.float16(np.inf))
            self._key = int(half.view(np.int16)) if half > 0 else None

    def __call__(self, start: int, stop: int) -> Bools:
        """Whether it is on, from `start` to `stop`, (steps,)."""
        if not self.shift:
            return self._on(self.column[start:stop])
        size = len(self.column)
        begin = (start + self.shift) % size
        end = begin + stop - start
        parts = [self.column[begin : min(end, size)]]
        if end > size:
            parts.append(self.column[: end - size])
        return np.concatenate([self._on(part) for part in parts])

    def _on(self, part: Array) -> Bools:
        # Halves that are not negative are in the order of their bits; negative ones come before.
        if self._key is not None:
            return part.view(np.int16) >= self._key
        return part.astype(np.float32, copy=False) >= self.threshold


def search(
    readers: Sequence[Reader],
    pattern: Pattern,
    *,
    starts: NDArray[np.int64],
    most: int,
    only: int | None = None,
) -> Matches:
    """The best places by when each unit is on; texts begin at `starts`, the last one is the end.

    With `only`, places of so many units or more are counted, and no others looked for.
    """
    total = int(starts[-1])
    best: dict[int, list[Place]] = {}
    counts: dict[int, int] = {}
    floor = 1
    for begin, end in _stretches(starts, total):
        held = _held(readers, begin, end, shortest=pattern.shortest, starts=starts)
        highest = int(held.max(initial=0))
        floor = max(floor, _level_of(held, most=most))
        levels = range(highest, floor - 1, -1) if only is None else [only] * (highest >= only)
        for level in levels:
            runs = _runs(held, level, begin=begin, starts=starts, shortest=pattern.shortest)
            counts[level] = counts.get(level, 0) + len(runs)
            best[level] = _nearest(best.get(level, []), runs, level, pattern, most=most)
        enough = [level for level in counts if counts[level] >= most]
        floor = max(enough, default=1)
    places = _apart(best, floor, most=most)
    kept = {level: count for level, count in counts.items() if level >= floor}
    return Matches(pattern, places, kept, floor, total)


def _level_of(held: NDArray[np.uint8], *, most: int) -> int:
    """The highest level of which there are `most` runs; 1 where there are fewer of any."""
    before = np.concatenate([np.zeros(1, np.uint8), held[:-1]])
    rises = np.flatnonzero(held > before)
    size = MOST_UNITS + 2
    after, earlier = (np.bincount(of[rises], minlength=size) for of in (held, before))
    # A rise from a to b begins a run of each level above a, up to b.
    runs = np.cumsum((after - earlier)[::-1])[::-1]
    return int(np.flatnonzero(runs >= most).max(initial=1))


def _stretches(starts: NDArray[np.int64], total: int) -> list[tuple[int, int]]:
    """Steps that are counted together: whole texts as far as they fit, a longer one in parts."""
    found, begin = [], 0
    while begin < total:
        end = min(begin + AT_ONCE, total)
        if end < total:
            whole = int(starts[np.searchsorted(starts, end, side="right") - 1])
            end = whole if whole > begin else end
        found.append((begin, end))
        begin = end
    return found


def _held(
    readers: Sequence[Reader],
    begin: int,
    end: int,
    *,
    shortest: int,
    starts: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """How many units have been on for `shortest` steps, at each step, (steps,)."""
    counts = np.zeros(end - begin, np.uint8)

    def block(start: int) -> None:
        stop = min(start + BLOCK, end)
        halo = min(shortest - 1, start)
        total = counts[start - begin : stop - begin]
        for reader in readers:
            total += _through(reader(start - halo, stop), shortest)[halo:].view(np.uint8)
        # A run of steps does not reach into the text before.
        first = np.searchsorted(starts, start - shortest + 2)
        for at in starts[first : np.searchsorted(starts, stop)]:
            total[max(at - start, 0) : max(at - start + shortest - 1, 0)] = 0

    shared([partial(block, start) for start in range(begin, end, BLOCK)])
    return counts


def _through(on: Bools, steps: int) -> Bools:
    """Whether it was on at each step and the `steps` − 1 before, in as many passes as 2^n ≥ it."""
    have = 1
    while have < steps:
        more = min(have, steps - have)
        later = on.copy()
        later[more:] &= on[:-more]
        later[:more] = False
        on, have = later, have + more
    return on


def _runs(
    held: NDArray[np.uint8], level: int, *, begin: int, starts: NDArray[np.int64], shortest: int
) -> NDArray[np.int64]:
    """Longest runs of steps with `level` units or more, in one text: (runs, 2), start and stop."""
    on = np.zeros(len(held) + 2, bool)
    on[1:-1] = held >= level
    change = np.flatnonzero(on[1:] != on[:-1])
    first, last = change[::2] + begin, change[1::2] + begin
    # Without a shortest length, two runs may touch where a text ends: they are parted there.
    if len(first):
        inner = starts[(starts > begin) & (starts < begin + len(held))]
        into = np.searchsorted(last, inner, side="right")
        cut = inner[(into < len(first)) & (first[np.minimum(into, len(first) - 1)] < inner)]
        first = np.sort(np.concatenate([first, cut]))
        last = np.sort(np.concatenate([last, cut]))
    return np.stack([first - (shortest - 1), last], axis=1)


def _nearest(
    known: list[Place],
    runs: NDArray[np.int64],
    level: int,
    pattern: Pattern,
    *,
    most: int,
) -> list[Place]:
    """The places of a level that are nearest in length to the stretch, of old and new ones."""
    lengths = runs[:, 1] - runs[:, 0]
    order = np.argsort(np.abs(lengths - pattern.length), kind="stable")[: 2 * most]
    places = known + [Place(int(runs[at, 0]), int(runs[at, 1]), level) for at in order]
    return sorted(places, key=lambda place: (abs(len(place) - pattern.length), place.start))[
        : 2 * most
    ]


def _apart(best: Mapping[int, list[Place]], floor: int, *, most: int) -> tuple[Place, ...]:
    """Places from the level of most units down, without those around one that is there already."""
    kept: list[Place] = []
    for level in sorted((level for level in best if level >= floor), reverse=True):
        for place in best[level]:
            if len(kept) == most:
                return tuple(kept)
            if not any(place.start < other.stop and other.start < place.stop for other in kept):
                kept.append(place)
    return tuple(kept)
