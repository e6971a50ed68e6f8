"""What a task is: texts with answers, drawn from a seed, and what a model needs to learn them.

The idea: a task is a frozen record of a few words and one function, `draw`. Everything else (how
many examples, which seed, training or test) is the same for all tasks and stands here once, so a
new task is one file and one line in `core.data.TASKS`.

Training and test never share a text. For tasks that can draw the same text twice this is decided
by the text itself: its checksum says on which side it lies (`side_of`), whatever the seed. The cost
is that draws of the wrong side are thrown away. Not chosen: one seed for training and another for
testing, because short texts would then be on both sides.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np

from core.data.errors import NoFurtherExamples
from core.errors import OutOfRange

Side = Literal["train", "test"]
Unit = Literal["character", "word", "jamo"]
Proposal = TypeVar("Proposal")
Draw = Callable[[np.random.Generator, Side], "Example"]

TEST_SHARE = 6
"""One text in so many lies on the test side."""

PATIENCE = 2_000
"""So many repeats in a row, and the task is taken to have no further test texts."""

NEARLY_ALWAYS = 0.99
"""The accuracy from which on a task counts as solved, where the paper wants no mistake in hundreds
or thousands of texts, or gives curves only."""

MOST_PROPOSALS = 10_000
"""So many proposals refused in a row, and none is taken to be acceptable."""


@dataclass(frozen=True)
class Example:
    """One text and its answer.

    Attributes:
        text: what is read.
        answer: an index into the task's `answers`; None where there is one at each token.
        steps: the answer at each token, an index into the task's `answers`, or None where none is
            asked for; empty where there is one answer only, or each token's is the next one.
        shape: how the text was built, for those who want to group examples; may be empty.
    """

    text: str
    answer: int | None = None
    shape: str = ""
    steps: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Task:
    """A task that a recurrent network can be trained on.

    Attributes:
        name: its name in code, in file names and in links.
        description: one English sentence: what is read, what is asked.
        unit: how texts become tokens.
        loss: the loss by its Keras name.
        readout: "last" when one answer is given at the end, "every" when at each token.
        metric: the name of its score, see `core.training.scores`.
        draw: one random example of one side.
        samples_by_language: texts to begin with, per language of the interface.
        citation: where the task comes from.
        tokens: its vocabulary; empty when the vocabulary is to be gathered from the texts.
        answers: what the outputs mean, "no" before "yes"; empty when they are the vocabulary.
        neutral: tokens that never decide the answer, so that training may hide them.
        chance: the metric of one who knows nothing of the text; None where nobody can say.
        solved: the metric from which on the paper calls the task learned, if it does.
    """

    name: str
    description: str
    unit: Unit
    loss: str
    readout: Literal["last", "every"]
    metric: str
    draw: Draw = field(repr=False)
    samples_by_language: Mapping[str, tuple[str, ...]] = field(repr=False)
    citation: str
    tokens: tuple[str, ...] = field(default=(), repr=False)
    answers: tuple[str, ...] = ()
    neutral: frozenset[str] = field(default=frozenset(), repr=False)
    chance: float | None = None
    solved: float | None = None

    @property
    def samples(self) -> tuple[str, ...]:
        """All sample texts, those in English first, each once."""
        return tuple(dict.fromkeys(s for texts in self.samples_by_language.values() for s in texts))

    def generate(self, count: int, *, seed: int, side: Side = "train") -> tuple[Example, ...]:
        """Draw examples; the same seed gives the same ones.

        Training examples may repeat, as they would in life. Test examples are distinct, so that
        a score is not that of a few short texts counted many times.

        Raises:
            OutOfRange: when there are not so many distinct test texts.
        """
        random = np.random.default_rng(seed)
        if side == "train":
            return tuple(self.draw(random, side) for _ in range(count))
        found: dict[str, Example] = {}
        repeats = 0
        while len(found) < count:
            example = self.draw(random, side)
            repeats = repeats + 1 if example.text in found else 0
            if repeats > PATIENCE:
                raise OutOfRange(what="count", found=count, expected=f"at most {len(found)}")
            found.setdefault(example.text, example)
        return tuple(found.values())


def side_of(text: str) -> Side:
    """On which side a text lies: a property of the text, the same in every run and place."""
    return "test" if zlib.crc32(text.encode()) % TEST_SHARE == 0 else "train"


def drawn_until(accept: Callable[[Proposal], bool], propose: Callable[[], Proposal]) -> Proposal:
    """The first proposal that is accepted.

    Raises:
        NoFurtherExamples: when ever so many are refused: with few symbols and short texts it may
            be that none lies on the side that is wanted.
    """
    for _ in range(MOST_PROPOSALS):
        if accept(example := propose()):
            return example
    raise NoFurtherExamples
