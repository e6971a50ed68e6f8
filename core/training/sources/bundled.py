"""The tasks of the models that ship, as sources: sentiment, brackets, characters.

The latch, the fourth of them, has options of its own (`core.training.sources.latch`). Other than in
`core.training.bundled`, no words are hidden in training: what is not in the vocabulary is learned
as unknown from words that stand in the examples once.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.data import Task, brackets, characters, sentiment
from core.training.dataset import Dataset
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source, whole


@dataclass(frozen=True)
class SentimentOptions(DrawnOptions):
    """How many sentences."""

    train_examples: int = whole(20_000, low=10, high=1_000_000)


@dataclass(frozen=True)
class BracketsOptions(DrawnOptions):
    """How many rows of brackets."""


@dataclass(frozen=True)
class CharactersOptions(DrawnOptions):
    """How many stretches of the project's own texts."""

    train_examples: int = whole(1_000, low=10, high=1_000_000)
    test_examples: int = whole(300, low=1, high=1_000)


def _source(task: Task, options: type[DrawnOptions]) -> Source:
    def make(options: DrawnOptions, setting: Setting) -> Dataset:
        return drawn(task, options, setting)

    return Source(
        name=task.name,
        description=task.description,
        citation=task.citation,
        options=options,
        make=make,
    )


SOURCES = (
    _source(sentiment.TASK, SentimentOptions),
    _source(brackets.TASK, BracketsOptions),
    _source(characters.TASK, CharactersOptions),
)
