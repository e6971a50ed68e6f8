"""Where is a unit highest and lowest over a corpus, and how are its values spread?

The best step of each text, so that one text does not fill the list; how all steps are spread
(`core.analysis.spread`). A few passes over one column, a block at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.spread import Spread, spread
from core.corpus.recorded import Corpus
from core.errors import OutOfRange

BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class Extremes:
    """One unit over a corpus.

    Attributes:
        top: steps at which it is highest, one a text, the highest first.
        bottom: the same of the lowest.
        top_values: its values there.
        bottom_values: the same of the lowest.
        spread: of the values at all steps.
        mean: over all steps.
        deviation: their standard deviation.
    """

    top: NDArray[np.int64]
    bottom: NDArray[np.int64]
    top_values: NDArray[np.float32]
    bottom_values: NDArray[np.float32]
    spread: Spread
    mean: float
    deviation: float


def extremes(corpus: Corpus, key: str, unit: int, *, most: int = 10) -> Extremes:
    """Looks at one unit. Raises NoSuchQuantity, OutOfRange, NotRecordedYet."""
    array = corpus.array(key)
    if not 0 <= unit < array.shape[1]:
        raise OutOfRange(what="unit", found=unit, expected=f"from 0 to {array.shape[1] - 1}")
    column, starts = array[:, unit], corpus.starts
    steps = len(column)

    def blocks() -> Iterator[NDArray[np.float32]]:
        for begin in range(0, steps, BLOCK):
            yield column[begin : begin + BLOCK].astype(np.float32)

    total = squares = 0.0
    best: dict[int, list[tuple[float, int]]] = {1: [], -1: []}
    for begin, part in zip(range(0, steps, BLOCK), blocks(), strict=True):
        total += float(part.sum(dtype=np.float64))
        squares += float(np.square(part, dtype=np.float64).sum())
        first = np.unique(np.clip(starts - begin, 0, len(part)))
        first = first[first < len(part)]
        for sign, known in best.items():
            signed = part * sign
            tops = np.maximum.reduceat(signed, first)
            for at in np.argsort(-tops, kind="stable")[:most]:
                end = int(first[at + 1]) if at + 1 < len(first) else len(part)
                step = begin + int(first[at]) + int(signed[first[at] : end].argmax())
                known.append((float(tops[at]), step))
    mean = total / steps
    found = {}
    for sign, known in best.items():
        texts: set[int] = set()
        kept: list[tuple[float, int]] = []
        for value, step in sorted(known, key=lambda each: (-each[0], each[1])):
            text = int(np.searchsorted(starts, step, side="right"))
            if text not in texts and len(kept) < most:
                texts.add(text)
                kept.append((value * sign, step))
        values, places = (list(each) for each in zip(*kept, strict=True))
        found[sign] = np.array(places, np.int64), np.array(values, np.float32)
    (top, highest), (bottom, lowest) = found[1], found[-1]
    deviation = float(np.sqrt(max(squares / steps - mean**2, 0.0)))
    return Extremes(top, bottom, highest, lowest, spread(blocks), mean, deviation)
