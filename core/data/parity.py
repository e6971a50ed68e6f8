"""Parity: is the number of ones even or odd?

A text is a row of bits, `0110100…`; asked at the end is whether the ones in it are even or odd in
number, so every bit counts and none may be missed. One bit of state is enough, turned over by each
1, which is also why gradients help so little: any bit alone says nothing of the answer. Short texts
among the training texts teach the turn; without them hardly any network learns it.

After Bengio, Simard & Frasconi 1994. Schmidhuber, Hochreiter & Bengio 2001 found weights for it
faster by guessing than others did by learning.
"""

from __future__ import annotations

import numpy as np

from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

BITS = ("0", "1")
ANSWERS = ("even", "odd")
TEST_SHORTEST, LONGEST = 12, 20
SAMPLES = ("0110100", "1101", "00000001", "10101010101010101010", "1")


def build(
    *, shortest: int = 1, longest: int = LONGEST, test_shortest: int = TEST_SHORTEST,
    test_longest: int = LONGEST,
) -> Task:  # fmt: skip
    """The task with texts of those lengths; test texts may be longer than any in training."""
    lengths = {"train": (shortest, longest), "test": (test_shortest, test_longest)}

    def draw(random: np.random.Generator, side: Side) -> Example:
        def propose() -> Example:
            low, high = lengths[side]
            bits = random.integers(2, size=int(random.integers(low, high + 1)))
            return Example("".join(BITS[bit] for bit in bits), int(np.bitwise_xor.reduce(bits)))

        return drawn_until(lambda example: side_of(example.text) == side, propose)

    return Task(
        name="parity",
        description="Reads a row of bits and says at the end whether the number of ones is even "
        "or odd.",
        unit="character",
        loss="binary_crossentropy",
        readout="last",
        metric="accuracy",
        draw=draw,
        samples_by_language={"en": SAMPLES, "ko": SAMPLES},
        citation="Bengio, Simard & Frasconi 1994, 'Learning long-term dependencies with gradient "
        "descent is difficult'",
        tokens=BITS,
        answers=ANSWERS,
        chance=1 / len(ANSWERS),
        solved=NEARLY_ALWAYS,
    )


TASK = build()
