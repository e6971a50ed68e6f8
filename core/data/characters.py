"""What comes next: a language model over text that the project wrote itself.

Two essays for learners, on memory, loops and reading, one in English and one in Korean
(`texts/en.txt`, `texts/ko.txt`, one paragraph a line). Korean is read by jamo, the letters that
syllables are written with, so that 67 of them do instead of a thousand syllables, and the model can
be seen expecting a vowel after a first consonant; Latin letters pass through as they are.

Some 28,000 tokens are little: a model learns how words are built and the frequent words, not more,
and its score is that of paragraphs it has not read (each ninth). The corpus is the project's own so
that it can be shipped, shown and typed along with. Not chosen: more text of the same kind by
repetition, which would lower the loss and teach nothing.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from core.data.task import Example, Side, Task
from core.text.lines import lines_of

LANGUAGES = ("en", "ko")
WINDOW = {"en": 160, "ko": 70}
"""Characters that are read at a time; a Korean one is about two and a half jamo."""

NINTH = 9


@cache
def paragraphs(language: str, side: Side) -> tuple[str, ...]:
    """The paragraphs of one side, each with the line break that ends it.

    Each ninth, from the fifth on, is for testing: from all over the text, not its end alone.
    """
    text = (files("core.data") / "texts" / f"{language}.txt").read_text(encoding="utf-8")
    lines = [line + "\n" for line in lines_of(text) if line.strip()]
    test = {number for number in range(len(lines)) if number % NINTH == NINTH // 2}
    return tuple(line for n, line in enumerate(lines) if (n in test) == (side == "test"))


def draw(random: np.random.Generator, side: Side) -> Example:
    """A stretch of the text in one of the languages, from a place drawn at random."""
    language = LANGUAGES[int(random.integers(len(LANGUAGES)))]
    text = (
        "".join(paragraphs(language, side)) if side == "train" else _a_paragraph(random, language)
    )
    start = int(random.integers(len(text) - WINDOW[language] + 1))
    return Example(text[start : start + WINDOW[language]], shape=language)


def _a_paragraph(random: np.random.Generator, language: str) -> str:
    # Test paragraphs do not stand beside each other, so a stretch must not run from one into the
    # next.
    held_out = paragraphs(language, "test")
    return held_out[int(random.integers(len(held_out)))]


TASK = Task(
    name="characters",
    description="Reads English or Korean letter by letter, Hangul by its jamo, and predicts the "
    "next letter.",
    unit="jamo",
    loss="sparse_categorical_crossentropy",
    readout="every",
    metric="bits per token",
    draw=draw,
    samples_by_language={
        "en": (
            "The network reads one word at a time, and at every step it",
            "A gate is a number between zero and one.",
            "Memory is a loop that keeps what matters and lets the rest go by.",
        ),
        "ko": (
            "신경망은 글을 한 걸음씩 읽는다. 걸음마다 새로 들어온",
            "게이트는 영과 일 사이의 수이다.",
            "기억이란 중요한 것을 남기고 나머지를 흘려보내는 일이다.",
        ),
    },
    citation="Two essays of this project. Sutskever, Martens & Hinton 2011, 'Generating text with "
    "recurrent neural networks'; Karpathy, Johnson & Fei-Fei 2015, 'Visualizing and understanding "
    "recurrent networks'",
)
