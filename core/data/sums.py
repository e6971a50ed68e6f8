"""Sums as text: '57+5' → '62', learned a character at a time.

Numbers of one to three digits, each length as often as another. The first digit of the answer may
hang on the last ones of both numbers, because of what is carried, and it is to be written first.
After Zaremba & Sutskever 2014, who found that reading the sum from its end helps.
"""

from __future__ import annotations

import string

import numpy as np

from core.data.pairs import Pair, PairTask

DIGITS = 3


def build(*, digits: int = DIGITS) -> PairTask:
    """The task with numbers of up to so many digits."""

    def number(random: np.random.Generator) -> int:
        length = int(random.integers(1, digits + 1))
        return int(random.integers(10 ** (length - 1) if length > 1 else 0, 10**length))

    def draw(random: np.random.Generator) -> Pair:
        one, other = number(random), number(random)
        return Pair(f"{one}+{other}", str(one + other))

    samples = ("57+5", "628+521", "99+1", "7+8", "346+79")
    return PairTask(
        name="sums",
        description="Reads two numbers and a plus sign, and writes their sum digit by digit.",
        draw=draw,
        samples_by_language={"en": samples, "ko": samples},
        citation="Zaremba & Sutskever 2014, 'Learning to execute'",
        source_tokens=tuple(f"+{string.digits}"),
        target_tokens=tuple(string.digits),
    )


TASK = build()
