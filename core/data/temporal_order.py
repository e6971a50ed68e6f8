"""Temporal order: which of X and Y came first, and which second?

A text begins with E, ends with B and holds noise (a, b, c, d) but for two places, each X or Y:
`EbdacXcab…dYca…B`. Asked at the end: XX, XY, YX or YY. The symbols stand far apart and far from the
end, so a network has to keep the first while it waits for the second, and both while it waits for
the end, and it must not mix up XY and YX: order, not number.

After Hochreiter & Schmidhuber 1997, experiment 6a: texts of T to T + T/10 symbols, the first one
after T/10 to T/5 of them, the second after T/2 to 6T/10. Their output is coded in four units with a
squared error, ours are four classes; they stop after 2,000 texts in a row without a mistake.
"""

from __future__ import annotations

import numpy as np

from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

BEGIN, END = "E", "B"
NOISE = ("a", "b", "c", "d")
RELEVANT = ("X", "Y")
ANSWERS = ("XX", "XY", "YX", "YY")
LENGTH = 100


def build(*, length: int = LENGTH) -> Task:
    """The task with texts of `length` symbols to a tenth more; at least 10."""

    def draw(random: np.random.Generator, side: Side) -> Example:
        return drawn_until(
            lambda example: side_of(example.text) == side, lambda: one(random, length=length)
        )

    return Task(
        name="temporal_order",
        description="Reads a long row of symbols and says at the end in which order two of them, "
        "each X or Y, came.",
        unit="character",
        loss="sparse_categorical_crossentropy",
        readout="last",
        metric="accuracy",
        draw=draw,
        samples_by_language={},
        citation="Hochreiter & Schmidhuber 1997, 'Long short-term memory', experiment 6a",
        tokens=(BEGIN, END, *NOISE, *RELEVANT),
        answers=ANSWERS,
        chance=1 / len(ANSWERS),
        solved=NEARLY_ALWAYS,
    )


def one(random: np.random.Generator, *, length: int) -> Example:
    """A text and the place of its answer in `ANSWERS`."""
    total = int(random.integers(length, length + length // 10 + 1))
    symbols = [NOISE[symbol] for symbol in random.integers(len(NOISE), size=total)]
    symbols[0], symbols[-1] = BEGIN, END
    first = int(random.integers(length // 10, length // 5 + 1))
    second = int(random.integers(length // 2, 6 * length // 10 + 1))
    drawn = random.integers(len(RELEVANT), size=2)
    symbols[first], symbols[second] = RELEVANT[drawn[0]], RELEVANT[drawn[1]]
    return Example("".join(symbols), int(2 * drawn[0] + drawn[1]))


TASK = build()
