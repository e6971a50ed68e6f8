"""Embedded Reber grammar: does the T or P at the beginning come back at the end?

The grammar of Reber 1967 is a graph of seven states; who walks from its first to its last writes a
word such as `BTSSXXTVVE`. The embedded grammar puts such words between two equal letters:
`BT` word `TE` or `BP` word `PE`. To predict the last letter but one, the network has to carry the
second one past the whole word, in which T and P occur as well.

After Hochreiter & Schmidhuber 1997, experiment 1 (the grammar: Smith & Zipser 1989, Cleeremans,
Servan-Schreiber & McClelland 1989; Fahlman 1991). They train on every next symbol and call it
learned when in all of 256 training and 256 test texts no impossible symbol is expected, for which
the last letter but one decides: all else is local. `asked` says which steps are asked and scored:

- "memory": the last letter but one alone. Knowing nothing gives one half, knowing all gives 1.
- "every": each next symbol. Where two may follow, nobody can know which, so the best share of right
  answers is below 1 (`best`), and forgetting the letter costs little of it.
- "possible": after each symbol, which ones may follow. That is certain everywhere, and asks to know
  where in the graph one is, so that a network without mistakes is the grammar's automaton.

Not chosen: the share of steps at which a possible symbol is expected, in which the one step that
matters drowns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from core.data.dyck import NONE
from core.data.task import NEARLY_ALWAYS, Example, Side, Task, drawn_until, side_of

Asked = Literal["memory", "every", "possible"]

SYMBOLS = ("B", "T", "P", "S", "X", "V", "E")
CARRIED = ("T", "P")
GRAPH: tuple[dict[str, int], ...] = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
)
"""What may be written in each state, and the state it leads to."""

LAST = len(GRAPH)
LONGEST = 60
POSSIBLE = ("B", "T", "P", "E", "TP", "TV", "SX", "PV", NONE)
"""What may follow somewhere: all of the letters of one of these."""
SAMPLES = ("BTBTXSETE", "BPBPVVEPE", "BTBTSSXXTVVETE", "BPBPTTVPXVPSEPE", "BTBPV")


def word(random: np.random.Generator) -> str:
    """A word of the Reber grammar, each way out of a state taken alike."""
    written, state = "", 0
    while state != LAST:
        symbols = tuple(GRAPH[state])
        symbol = symbols[random.integers(len(symbols))]
        written, state = written + symbol, GRAPH[state][symbol]
    return written


def following(text: str) -> tuple[str, ...]:
    """The symbols that may follow each one of an embedded text, in order; "" after the last one."""
    sets, state = ["".join(CARRIED), "B"], 0
    for place, symbol in enumerate(text[2:-2], start=2):
        state = GRAPH[state % LAST][symbol]
        # Behind a word stands another one, or the letter again: which one, the text alone says.
        sets.append(ordered(GRAPH[state]) if state != LAST else text[place + 1])
    return (*sets, "E", "")


def ordered(symbols: Iterable[str]) -> str:
    """Symbols side by side, in the order of SYMBOLS."""
    return "".join(sorted(symbols, key=SYMBOLS.index))


def choices(text: str) -> tuple[int, ...]:
    """How many symbols may follow each one of an embedded text; 0 after the last one."""
    return tuple(map(len, following(text)))


def best(texts: Sequence[str]) -> float:
    """The share of next symbols in these texts that one who knows the grammar gets right."""
    counts = [count for text in texts for count in choices(text)[:-1]]
    return float(np.mean([1 / count for count in counts]))


def build(*, words: int = 1, longest: int = LONGEST, asked: Asked = "memory") -> Task:
    """The task with so many words between the letters, and texts of at most `longest` symbols."""

    def draw(random: np.random.Generator, side: Side) -> Example:
        def propose() -> Example:
            carried = CARRIED[random.integers(len(CARRIED))]
            text = f"B{carried}{''.join(word(random) for _ in range(words))}{carried}E"
            return Example(text, steps=_steps(text, asked))

        return drawn_until(
            lambda example: len(example.text) <= longest and side_of(example.text) == side, propose
        )

    answers = POSSIBLE if asked == "possible" else SYMBOLS
    return Task(
        name="reber",
        description=_DESCRIPTIONS[asked],
        unit="character",
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric="accuracy",
        draw=draw,
        samples_by_language={"en": SAMPLES, "ko": SAMPLES},
        citation="Hochreiter & Schmidhuber 1997, 'Long short-term memory', experiment 1",
        tokens=SYMBOLS,
        answers=answers,
        chance=1 / len(CARRIED) if asked == "memory" else None,
        solved=None if asked == "every" else NEARLY_ALWAYS,
    )


def _steps(text: str, asked: Asked) -> tuple[int | None, ...]:
    if asked == "possible":
        return tuple(POSSIBLE.index(symbols or NONE) for symbols in following(text))
    then = [SYMBOLS.index(symbol) for symbol in text[1:]]
    if asked == "every":
        return (*then, None)
    return (*(None,) * (len(text) - 3), then[-2], None, None)


_DESCRIPTIONS: dict[Asked, str] = {
    "memory": "Reads a word of an artificial grammar and predicts its last letter but one, which "
    "repeats the second one.",
    "every": "Reads a word of an artificial grammar and predicts each next letter.",
    "possible": "Reads a word of an artificial grammar and says at each step which letters may "
    "follow.",
}


TASK = build()
