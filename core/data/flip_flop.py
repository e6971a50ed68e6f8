"""Three flip-flops: three bits, each of which keeps what it was last told.

A text is a row of pulses and pauses, `..B...a..C.`: a capital letter sets its bit to 1, a small one
to 0, and a dot changes nothing. Asked for at every step are the three bits; all are 0 at first. The
network has to hold any of eight states through pauses of any length, and to move from each to the
others on one pulse: eight stable points of its map, and saddles between them.

The task of Sussillo & Barak 2013, who gave three channels of pulses of −1 and 1 where letters are
read here, so that it can be typed. Pulses come at a fifth of the steps.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

BITS = "ABC"
PAUSE = "."
LENGTH, PULSES = 40, 0.2
ANSWERS = tuple("".join(bits) for bits in product("01", repeat=len(BITS)))
"""The bits A, B, C side by side; an answer's place is the number that they spell."""
TOKENS = (PAUSE, *BITS, *BITS.lower())


def states(text: str) -> tuple[int, ...]:
    """The state after each token, a place in ANSWERS; what is no pulse changes nothing."""
    now, after = 0, []
    for token in text:
        bit = BITS.find(token.upper()) if token in TOKENS[1:] else -1
        if bit >= 0:
            weight = 1 << (len(BITS) - 1 - bit)
            now = now | weight if token.isupper() else now & ~weight
        after.append(now)
    return tuple(after)


SAMPLES = (
    "..A....B...C....a.....b....c....",
    "A..B..C..................a......",
    "ABC...abc...AbC...aBc...",
    "C.....A.....c.....B.....a.......",
)


def draw(random: np.random.Generator, side: Side) -> Example:
    """One row of pulses, and the state after each step."""

    def propose() -> Example:
        pulsed = random.random(LENGTH) < PULSES
        chosen = random.integers(1, len(TOKENS), size=LENGTH)
        text = "".join(TOKENS[at] for at in np.where(pulsed, chosen, 0))
        return Example(text, steps=states(text))

    return drawn_until(lambda example: side_of(example.text) == side, propose)


TASK = Task(
    name="flip-flop",
    description="Reads pulses that set and clear three bits, and says at each step which are set.",
    unit="character",
    loss="sparse_categorical_crossentropy",
    readout="every",
    metric="accuracy",
    draw=draw,
    samples_by_language={"en": SAMPLES, "ko": SAMPLES},
    citation="Sussillo & Barak 2013, 'Opening the black box: low-dimensional dynamics in "
    "high-dimensional recurrent neural networks'",
    tokens=TOKENS,
    answers=ANSWERS,
    chance=1 / len(ANSWERS),
    solved=NEARLY_ALWAYS,
)
