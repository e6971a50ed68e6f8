"""Brackets that close what was opened: Dyck-2, next-character prediction.

Words over ( ) [ ] in which each bracket closes the last one still open, one after the other, each
ended by a full stop: `([])().[()].` A network that predicts the next character must keep the open
brackets, in order, in its state: depth to count, and a kind to remember at each depth. Depth is
bounded, since a state of a few units can hold only a few levels, and so the network can be exact.

At each step: with nothing open, a word ends with probability 0.3 (not before its first bracket);
else it opens, `(` or `[` alike, with probability 0.5 below the greatest depth, and closes
otherwise. The score (`core.training.scores`) asks only what is determined: of the two closing
brackets, does the right one get more probability, whenever something is open.

Not chosen: classifying whole words as balanced or not, which gives one number per text and nothing
to look at on the way.
"""

from __future__ import annotations

import numpy as np

from core.data.task import Example, Side, Task, drawn_until, side_of

CLOSING = {"(": ")", "[": "]"}
END = "."
DEEPEST = 6
LEAST_LENGTH, LONGEST = 40, 64
ENDS, OPENS = 0.3, 0.5


def open_brackets(text: str) -> tuple[str, ...]:
    """The brackets still open after `text`, the innermost last: what a network has to remember.

    A closing bracket that fits nothing is passed over, as is any other character.
    """
    stack: list[str] = []
    for character in text:
        if character in CLOSING:
            stack.append(character)
        elif character == END:
            stack.clear()
        elif stack and character == CLOSING[stack[-1]]:
            stack.pop()
    return tuple(stack)


def legal_next(text: str) -> frozenset[str]:
    """The characters that may follow `text`, a beginning of a text of this task."""
    stack = open_brackets(text)
    legal = set(CLOSING) if len(stack) < DEEPEST else set()
    if stack:
        legal.add(CLOSING[stack[-1]])
    elif text and not text.endswith(END):
        legal.add(END)
    return frozenset(legal)


def word(random: np.random.Generator) -> str:
    """One balanced word with its full stop."""
    written: list[str] = []
    stack: list[str] = []
    while True:
        if not stack and written and random.random() < ENDS:
            return "".join(written) + END
        if not stack or (len(stack) < DEEPEST and random.random() < OPENS):
            opened = "(["[random.integers(2)]
            stack.append(CLOSING[opened])
            written.append(opened)
        else:
            written.append(stack.pop())


def draw(random: np.random.Generator, side: Side) -> Example:
    """Words one after the other, `LEAST_LENGTH` to `LONGEST` characters."""

    def propose() -> Example:
        text = ""
        while len(text) < LEAST_LENGTH:
            text = (text + word(random))[:LONGEST]
        return Example(text)

    return drawn_until(lambda example: side_of(example.text) == side, propose)


SAMPLES = (
    "([]([])).",
    "(((((([]",
    "[([()])()](",
    "()()()[][]([])",
    "[[((",
)

TASK = Task(
    name="brackets",
    description="Reads brackets ( ) [ ] and predicts the next character; each bracket closes the "
    "last one still open, and a full stop ends a balanced word.",
    unit="character",
    loss="sparse_categorical_crossentropy",
    readout="every",
    metric="closing accuracy",
    draw=draw,
    samples_by_language={"en": SAMPLES, "ko": SAMPLES},
    citation="Chomsky & Schützenberger 1963 (the language); Hewitt, Hahn, Ganguli, Liang & Manning "
    "2020, 'RNNs can generate bounded hierarchical languages with optimal memory'",
    tokens=("(", ")", "[", "]", END),
)
