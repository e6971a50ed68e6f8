"""Copy memory: keep ten symbols over a gap, then give them back in order.

A text is ten letters, blanks, a colon, and ten blanks to write into: `CAFDHBAAGE____…____:` and
`__________`. From the colon's next step on the letters are asked for, one a step. What a latch does
for one symbol has to be done for ten, and in order, so that the state has to hold 30 bits.

After Arjovsky, Shah & Bengio 2016, who took it from Hochreiter & Schmidhuber 1997. There every step
is scored, also those where a blank is the right answer; here only the ten that ask for a letter
count, so that knowing nothing gives 1 in 8 and not nearly everything.
"""

from __future__ import annotations

import numpy as np

from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANK, ASK = "_", ":"
SYMBOLS, LENGTH, GAP = 8, 10, 50


def build(*, symbols: int = SYMBOLS, length: int = LENGTH, gap: int = GAP) -> Task:
    """The task with `length` letters out of `symbols`, and `gap` steps before they are asked."""
    letters = tuple(ALPHABET[:symbols])

    def draw(random: np.random.Generator, side: Side) -> Example:
        def propose() -> Example:
            drawn = [int(letter) for letter in random.integers(symbols, size=length)]
            text = "".join(letters[letter] for letter in drawn)
            silent = (None,) * (length + gap)
            text += BLANK * (gap - 1) + ASK + BLANK * length
            return Example(text, steps=(*silent, *drawn))

        return drawn_until(lambda example: side_of(example.text) == side, propose)

    return Task(
        name="copy",
        description="Reads a few letters, waits over a gap, and gives the letters back in order.",
        unit="character",
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric="accuracy",
        draw=draw,
        samples_by_language={},
        citation="Arjovsky, Shah & Bengio 2016, 'Unitary evolution recurrent neural networks'",
        tokens=(*letters, BLANK, ASK),
        answers=letters,
        chance=1 / symbols,
        solved=NEARLY_ALWAYS,
    )


TASK = build()
