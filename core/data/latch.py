"""Remember the first symbol: a latch, over gaps of up to a hundred steps.

A text is a row of letters from A to H, `CAFDHBAC…`; the answer, asked for at the end, is the first
of them. All that follow are drawn alike from the same letters and mean nothing, so the network must
take in the first one, keep it, and shut out symbols that look exactly like it: what an input gate
that closes and a forget gate that stays open are for. The state tells the first step from the
others, since nothing stands in it yet.

Eight symbols and not two: with two, or with distractors of their own, a SimpleRNN trained by Adam
with clipping learns the task on some seeds, gaps of a hundred included.

Training draws gaps from 1 to `LONGEST`, so that short ones may teach the long ones; the score is
that of the long ones, from `LONG` on.

The task is the latch problem of Bengio et al. 1994, with the noise made of the symbols themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SYMBOLS = tuple(ALPHABET[:8])
LONG, LONGEST = 60, 100

Noise = Literal["same", "other"]


def with_gap(
    random: np.random.Generator,
    gap: int,
    *,
    letters: Sequence[str] = SYMBOLS,
    distractors: Sequence[str] = SYMBOLS,
) -> Example:
    """An example with so many distractors."""
    drawn = random.integers(len(letters), size=gap + 1)
    text = letters[drawn[0]] + "".join(distractors[symbol] for symbol in drawn[1:])
    return Example(text, int(drawn[0]), f"gap {gap}")


def _sample(first: str, gap: int, seed: int) -> str:
    return first + with_gap(np.random.default_rng(seed), gap).text[1:]


SAMPLES = (
    _sample("A", 20, 1),
    _sample("B", 20, 1),
    _sample("E", 60, 2),
    _sample("H", 100, 3),
)


def build(
    *,
    symbols: int = len(SYMBOLS),
    shortest: int = 1,
    longest: int = LONGEST,
    test_shortest: int = LONG,
    noise: Noise = "same",
) -> Task:
    """The task with gaps and symbols to choose.

    Args:
        symbols: how many letters there are to remember, 2 to 26.
        shortest: fewest distractors in training.
        longest: most distractors, in training and in tests.
        test_shortest: fewest distractors in tests.
        noise: distractors are drawn from the letters themselves, or (easier) from as many others.
    """
    letters = tuple(ALPHABET[:symbols])
    distractors = letters if noise == "same" else tuple(ALPHABET[:symbols].lower())
    fewest = {"train": shortest, "test": test_shortest}

    def draw(random: np.random.Generator, side: Side) -> Example:
        """A first symbol and the distractors after it; the answer is the first symbol's place."""

        def propose() -> Example:
            gap = int(random.integers(fewest[side], longest + 1))
            return with_gap(random, gap, letters=letters, distractors=distractors)

        return drawn_until(lambda example: side_of(example.text) == side, propose)

    return Task(
        name="latch",
        description="Reads a long row of letters and says at the end which one came first.",
        unit="character",
        loss="sparse_categorical_crossentropy",
        readout="last",
        metric="accuracy",
        draw=draw,
        samples_by_language={"en": SAMPLES, "ko": SAMPLES},
        citation="Bengio, Simard & Frasconi 1994, 'Learning long-term dependencies with gradient "
        "descent is difficult'; Hochreiter & Schmidhuber 1997, 'Long short-term memory'",
        tokens=tuple(dict.fromkeys(letters + distractors)),
        answers=letters,
        chance=1 / symbols,
        solved=NEARLY_ALWAYS,
    )


TASK = build()
