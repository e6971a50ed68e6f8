"""How many units of a pattern are on at each token around some places: rows to lay side by side.

Row 0 is the stretch that was asked about, the others are places of the corpus; all begin in the
same column, so that what they share can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.corpus.contexts import contexts
from core.corpus.pattern import Place, Reader
from core.corpus.recorded import Corpus
from core.corpus.stretch import Pattern

MISSING = -1


@dataclass(frozen=True, eq=False)
class Windows:
    """Tokens around places, and how many of `units` are on at each.

    Attributes:
        tokens: (rows) of `width` tokens each, "" where the text has none.
        counts: (rows, width), MISSING where there is no token.
        units: of the pattern.
        before: how many columns stand before the first step of a place.
        lengths: of the places, in steps.
    """

    tokens: tuple[tuple[str, ...], ...]
    counts: NDArray[np.int64]
    units: int
    before: int
    lengths: tuple[int, ...]


def windows(
    corpus: Corpus,
    pattern: Pattern,
    places: Sequence[Place],
    *,
    values: Mapping[str, Array],
    tokens: Sequence[str],
    start: int,
    before: int = 5,
    width: int = 14,
) -> Windows:
    """Lays the stretch and the places side by side.

    `values` are those of the text that was asked about, (time, units) by key, `tokens` its tokens,
    and `start` where the stretch begins in it. Raises NoSuchQuantity and NotRecordedYet.
    """
    after = width - before
    on = np.stack(
        [values[c.key][:, c.unit] >= pattern.threshold for c in pattern.columns], axis=1
    ).sum(axis=1)
    rows = [_row(tokens, on, at=start, before=before, width=width)]
    readers = [Reader(corpus.array(c.key)[:, c.unit], pattern.threshold) for c in pattern.columns]
    around = contexts(corpus, [(p.start, p.start + 1) for p in places], around=width)
    for place, context in zip(places, around, strict=True):
        first = place.start - min(before, len(context.before))
        last = place.start + 1 + min(after - 1, len(context.after))
        held = np.sum([reader(first, last) for reader in readers], axis=0)
        read = (*context.before, *context.tokens, *context.after)
        skipped = len(context.before) - (place.start - first)
        rows.append(_row(read[skipped:], held, at=place.start - first, before=before, width=width))
    return Windows(
        tuple(row for row, _ in rows),
        np.stack([counts for _, counts in rows]),
        len(pattern.columns),
        before,
        (pattern.length, *map(len, places)),
    )


def _row(
    tokens: Sequence[str], on: NDArray[np.integer], *, at: int, before: int, width: int
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    shown, counts = [""] * width, np.full(width, MISSING, np.int64)
    for column in range(width):
        step = at - before + column
        if 0 <= step < min(len(tokens), len(on)):
            shown[column], counts[column] = tokens[step], int(on[step])
    return tuple(shown), counts
