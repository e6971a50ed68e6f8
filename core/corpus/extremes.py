"""Where is a unit highest and lowest over a corpus, and how are its values spread?

The best step of each text, so that one text does not fill the list; a histogram of all steps. One
pass over one column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.corpus.recorded import Corpus
from core.errors import OutOfRange

BINS = 60
BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class Extremes:
    """One unit over a corpus.

    Attributes:
        top: steps at which it is highest, one a text, the highest first.
        bottom: the same of the lowest.
        top_values: its values there.
        bottom_values: the same of the lowest.
        counts: (bins,) how many steps lie between neighbouring `edges`.
        edges: (bins + 1,).
        mean: over all steps.
        deviation: their standard deviation.
    """

    top: NDArray[np.int64]
    bottom: NDArray[np.int64]
    top_values: NDArray[np.float32]
    bottom_values: NDArray[np.float32]
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    mean: float
    deviation: float


def extremes(corpus: Corpus, key: str, unit: int, *, most: int = 10) -> Extremes:
    """Looks at one unit. Raises NoSuchQuantity, OutOfRange, NotRecordedYet."""
    array = corpus.array(key)
    if not 0 <= unit < array.shape[1]:
        raise OutOfRange(what="unit", found=unit, expected=f"from 0 to {array.shape[1] - 1}")
    column, starts = array[:, unit], corpus.starts
    steps = len(column)
    low, high, total, squares = np.inf, -np.inf, 0.0, 0.0
    for begin in range(0, steps, BLOCK):
        part = column[begin : begin + BLOCK].astype(np.float32)
        low, high = min(low, float(part.min())), max(high, float(part.max()))
        total += float(part.sum(dtype=np.float64))
        squares += float(np.square(part, dtype=np.float64).sum())
    high = high if high > low else low + 1e-6
    edges = np.linspace(low, high, BINS + 1)
    counts = np.zeros(BINS, np.int64)
    best: dict[int, list[tuple[float, int]]] = {1: [], -1: []}
    for begin in range(0, steps, BLOCK):
        part = column[begin : begin + BLOCK].astype(np.float32)
        counts += np.histogram(part, edges)[0]
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
    return Extremes(top, bottom, highest, lowest, counts, edges, mean, deviation)
