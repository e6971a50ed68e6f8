"""The adding problem: remember two numbers that were marked, among many that were not.

At each step there are two features: a number from −1 to 1, and a mark: 1 at two steps, −1 at the
first and the last one, 0 elsewhere. Asked at the end is the sum of the two marked numbers, scaled
to lie between 0 and 1: 0.5 + (X₁ + X₂)/4. One mark stands among the first ten steps, the other in
the first half, so for half of the steps and more two numbers must be kept, and kept exactly.

Hochreiter & Schmidhuber 1997, experiment 4. An answer is right when it is less than 0.04 off, and
`SOLVED` is the error of a network that is 0.04 off on the whole. Who knows nothing answers 0.5 and
is off by the variance of X₁/4 + X₂/4, 1/24. Other than there, all examples have one length, and the
first step is never marked. Papers since 2015 often take numbers from 0 to 1 and their plain sum,
which makes all errors four times as large (1/6 by chance).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.numbers import NumberTask

LENGTH = 100
SHORTEST = 10
CHANCE = 1 / 24
SOLVED = 0.04**2
FIRST_AMONG = 10


def build(*, length: int = LENGTH) -> NumberTask:
    """The task over so many steps, at least `SHORTEST`."""

    def draw(random: np.random.Generator, count: int) -> tuple[NDArray[Any], NDArray[Any]]:
        rows = np.arange(count)
        half = length // 2
        first = random.integers(1, min(FIRST_AMONG, half), size=count)
        # One of the other steps of the first half: those from `first` on move up by one.
        second = random.integers(1, half - 1, size=count)
        second += second >= first
        inputs = np.zeros((count, length, 2), np.float32)
        inputs[..., 0] = random.uniform(-1, 1, size=(count, length))
        inputs[:, [0, -1], 1] = -1
        inputs[rows, first, 1] = inputs[rows, second, 1] = 1
        total = inputs[rows, first, 0] + inputs[rows, second, 0]
        return inputs, (0.5 + total / 4)[:, None].astype(np.float32)

    return NumberTask(
        name="adding",
        description="Reads numbers, two of them marked, and gives the sum of the marked ones.",
        citation="Hochreiter & Schmidhuber 1997, 'Long short-term memory', experiment 4",
        readout="last",
        draw=draw,
        chance=CHANCE,
        solved=SOLVED,
    )


TASK = build()
