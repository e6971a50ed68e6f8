"""Which units stand out in a stretch of a text? On through all of it, and off right beside it.

As in LSTMVis (Strobelt, Gehrmann, Pfister & Rush 2018): a threshold says from which value a unit is
on. Beyond it, gates count as units do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.activations import Array
from core.corpus.errors import NothingStandsOut
from core.corpus.recorded import Corpus
from core.errors import OutOfRange

MOST_UNITS = 255
LONGEST = 1 << 16
"""Steps of a stretch, at most."""


@dataclass(frozen=True, order=True)
class Column:
    """One unit of a quantity: `lstm/gates/forget`, 7."""

    key: str
    unit: int


@dataclass(frozen=True)
class Pattern:
    """What is looked for.

    Attributes:
        columns: the units that should be on.
        threshold: a unit is on from this value.
        length: of the stretch it was taken from, in steps.
        shortest: for how many steps each unit has to stay on to count.
    """

    columns: tuple[Column, ...]
    threshold: float
    length: int
    shortest: int = 1

    def __post_init__(self) -> None:
        if not 1 <= len(self.columns) <= MOST_UNITS:
            expected = f"from 1 to {MOST_UNITS}"
            raise OutOfRange(what="units", found=len(self.columns), expected=expected)
        if not 1 <= self.shortest <= LONGEST:
            raise OutOfRange(what="shortest", found=self.shortest, expected="at least 1")


def standing_out(
    values: Mapping[str, Array],
    *,
    start: int,
    stop: int,
    threshold: float,
    beside: str = "off",
    shortest: int | None = None,
) -> Pattern:
    """The pattern of a stretch: which units are on from `start` to `stop` and off beside it.

    `values` are those of the text, (time, units), by the key of their quantity. With `beside`
    "any", units that are on beside the stretch too count as well. `shortest` is half the stretch
    unless given. Raises OutOfRange, and NothingStandsOut where no unit does.
    """
    time = min(len(array) for array in values.values())
    if not 0 <= start < stop <= time:
        found = f"{start} to {stop}"
        raise OutOfRange(what="the stretch", found=found, expected=f"within 0 to {time}")
    columns = []
    for key, array in values.items():
        on = array >= threshold
        chosen = on[start:stop].all(axis=0)
        if beside == "off":
            for step in (start - 1, stop):
                if 0 <= step < time:
                    chosen &= ~on[step]
        columns += [Column(key, int(unit)) for unit in np.flatnonzero(chosen)]
    if not columns:
        raise NothingStandsOut(threshold=threshold)
    length = stop - start
    return Pattern(tuple(columns[:MOST_UNITS]), threshold, length, shortest or max(1, length // 2))


def values_at(corpus: Corpus, keys: Sequence[str], *, start: int, stop: int) -> dict[str, Array]:
    """What was recorded of some quantities from step `start` to `stop`, (time, units), float32."""
    return {key: corpus.array(key)[start:stop].astype(np.float32) for key in keys}


def telling_threshold(values: Mapping[str, Array], *, start: int, stop: int) -> float:
    """A threshold at which as many units as possible stand out in a stretch; the middle of those.

    Where no unit is higher in the stretch than beside it, the median of what is in it.
    """
    lows, highs = [], []
    for array in values.values():
        beside = [array[step] for step in (start - 1, stop) if 0 <= step < len(array)]
        lows.append(array[start:stop].min(axis=0))
        highs.append(np.max(beside, axis=0) if beside else np.full(array.shape[1], -np.inf))
    low, high = np.concatenate(lows), np.concatenate(highs)
    apart = high < low
    if not apart.any():
        return float(np.median(low))
    tried = np.sort(low[apart])
    counts = [(apart & (high < level) & (level <= low)).sum() for level in tried]
    best = np.flatnonzero(np.array(counts) == max(counts))
    return float(tried[best[len(best) // 2]])
