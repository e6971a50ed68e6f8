"""Which texts of a batch are read side by side?

Those of like length: sorted by it, and together while padding takes no more than a tenth, so that
little time goes into steps that nobody asked for. Where padding would change numbers, texts of one
length alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_TEXTS = 128
MOST_PADDING = 0.1
FEW = 16
"""So many short texts are read together, whatever the padding costs: a loop over few is slow."""


@dataclass(frozen=True)
class Group:
    """Texts read side by side: `rows` are their places in the batch, `longest` their length."""

    rows: tuple[int, ...]
    longest: int


def groups(lengths: NDArray[np.int64], *, most_steps: int, pad: bool) -> Iterator[Group]:
    """All texts of a batch by their lengths, (texts,), in groups of at most `most_steps` steps.

    A text of more steps is a group of its own.
    """
    held: list[int] = []
    read = 0
    longest = 0
    for row in np.argsort(-lengths, kind="stable"):
        length = int(lengths[row])
        if held:
            padded = longest * (len(held) + 1)
            wasteful = padded - read - length > MOST_PADDING * padded and len(held) >= FEW
            unlike = length != longest and not pad
            if unlike or wasteful or len(held) == MOST_TEXTS or padded > most_steps:
                yield Group(tuple(held), longest)
                held, read = [], 0
        if not held:
            longest = length
        held.append(int(row))
        read += length
    if held:
        yield Group(tuple(held), longest)
