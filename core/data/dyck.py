"""Dyck-1 and Dyck-2: which bracket may close now?

Texts are well-formed rows of ( ) or of ( ) [ ], `([()])[]`. At each step the network says which
bracket may close after what it has read: none, where nothing is open, else the partner of the one
opened last. That is all one can know of the next symbol, since another may open at any time, and
it is certain: a network that has learned the language makes no mistake.

Dyck-1 asks to count, Dyck-2 to keep a stack. After Suzgun, Belinkov, Shieber & Gehrmann 2019, who
ask at each step for the set of symbols that may follow, train on texts of 2 to 50 symbols and test
on 52 to 100. Depth is bounded here, as a state of few units can hold few levels (Hewitt et al.
2020). The same language with the next symbol to predict is `core.data.brackets`.

Not chosen: well-formed or not, one answer per text, which gives nothing to look at on the way.
"""

from __future__ import annotations

import numpy as np

from core.data.brackets import CLOSING
from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

NONE = "none"
DEEPEST = 10
SHORTEST, LONGEST, TEST_SHORTEST, TEST_LONGEST = 2, 50, 52, 100
OPENS = 0.5
SAMPLES = {
    1: ("(()(()))()", "(((", "()()()()", "((((()))))"),
    2: ("([()])[]", "([(", "[()][[]]", "([])([()])[]"),
}
"""Texts to begin with, for each number of kinds."""


def build(
    kinds: int, *, shortest: int = SHORTEST, longest: int = LONGEST,
    test_shortest: int = TEST_SHORTEST, test_longest: int = TEST_LONGEST, deepest: int = DEEPEST,
) -> Task:  # fmt: skip
    """Dyck-1 or Dyck-2 with texts of those lengths, rounded down to even ones.

    Args:
        kinds: of brackets, 1 or 2.
        shortest: symbols of a training text, at least.
        longest: symbols of a training text, at most.
        test_shortest: symbols of a test text, at least.
        test_longest: symbols of a test text, at most.
        deepest: brackets that may be open at once.
    """
    opening = tuple(CLOSING)[:kinds]
    answers = (NONE, *(CLOSING[bracket] for bracket in opening))
    pairs = {
        "train": (shortest // 2, longest // 2),
        "test": (test_shortest // 2, test_longest // 2),
    }

    def draw(random: np.random.Generator, side: Side) -> Example:
        def propose() -> Example:
            low, high = pairs[side]
            count = int(random.integers(max(low, 1), high + 1))
            text = well_formed(random, opening, pairs=count, deepest=deepest)
            return Example(text, steps=may_close(text, answers))

        return drawn_until(lambda example: side_of(example.text) == side, propose)

    return Task(
        name=f"dyck{kinds}",
        description="Reads brackets and says at each step which one may close now.",
        unit="character",
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric="accuracy",
        draw=draw,
        samples_by_language={"en": SAMPLES[kinds], "ko": SAMPLES[kinds]},
        citation="Suzgun, Belinkov, Shieber & Gehrmann 2019, 'LSTM networks can perform dynamic "
        "counting'; Hewitt, Hahn, Ganguli, Liang & Manning 2020, 'RNNs can generate bounded "
        "hierarchical languages with optimal memory'",
        tokens=tuple(
            bracket for pair in zip(opening, answers[1:], strict=True) for bracket in pair
        ),
        answers=answers,
        solved=NEARLY_ALWAYS,
    )


def well_formed(
    random: np.random.Generator, opening: tuple[str, ...], *, pairs: int, deepest: int
) -> str:
    """So many pairs of brackets, each closed, at each free step opened or closed alike."""
    written: list[str] = []
    stack: list[str] = []
    while len(written) < 2 * pairs:
        left = 2 * pairs - len(written)
        opens = not stack or (len(stack) < min(deepest, left) and random.random() < OPENS)
        if opens:
            written.append(opening[random.integers(len(opening))])
            stack.append(CLOSING[written[-1]])
        else:
            written.append(stack.pop())
    return "".join(written)


def may_close(text: str, answers: tuple[str, ...]) -> tuple[int, ...]:
    """After each symbol of a well-formed text, the place in `answers` of what may close."""
    place_of = {answer: place for place, answer in enumerate(answers)}
    stack = [place_of[NONE]]
    found: list[int] = []
    for symbol in text:
        if symbol in CLOSING:
            stack.append(place_of[CLOSING[symbol]])
        else:
            stack.pop()
        found.append(stack[-1])
    return tuple(found)


TASKS = (build(1), build(2))
