"""The tasks of the models that ship, as sources: sentiment, brackets, flip-flop, characters.

The latch, the fifth of them, has options of its own (`core.training.sources.latch`). What is not
in the vocabulary is learned as unknown from words that stand in the examples once; a share of the
words that decide nothing can be hidden beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Task, brackets, characters, flip_flop, sentiment
from core.text import PADDING_ID, UNKNOWN_ID
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source


@settings
class SentimentOptions(DrawnOptions):
    """How many sentences, how many of their words are hidden, and how many of them break off.

    Attributes:
        hide: the share of the words that decide nothing that is made unknown in training, so that a
            user's own words do not upset the network.
        broken_off: the share of the sentences that stop in the middle in training, with the answer
            of the whole: after "not", where both may follow, that teaches to doubt.
    """

    train_examples: int = setting(20_000, low=10, high=1_000_000)
    hide: float = setting(0.0, low=0.0, high=0.9)
    broken_off: float = setting(0.0, low=0.0, high=0.9)


@settings
class BracketsOptions(DrawnOptions):
    """How many rows of brackets."""


@settings
class FlipFlopOptions(DrawnOptions):
    """How many rows of pulses."""


@settings
class CharactersOptions(DrawnOptions):
    """How many stretches of the project's own texts."""

    train_examples: int = setting(1_000, low=10, high=1_000_000)
    test_examples: int = setting(300, low=1, high=1_000)


def _sentences(options: SentimentOptions, setting: Setting) -> Dataset:
    dataset = drawn(sentiment.TASK, options, setting)
    if dataset.vocabulary is None:
        return dataset
    ids = dataset.train.alone
    if options.hide:
        neutral = dataset.vocabulary.encode_tokens(sorted(sentiment.TASK.neutral)).ids
        random = np.random.default_rng([setting.seed, 4])
        ids = hidden(ids, neutral, share=options.hide, random=random)
    if options.broken_off:
        random = np.random.default_rng([setting.seed, 5])
        ids = broken_off(ids, share=options.broken_off, random=random)
    return replace(dataset, train=replace(dataset.train, inputs=ids))


def hidden(
    ids: NDArray[np.int32], neutral: NDArray[np.int64], *, share: float, random: np.random.Generator
) -> NDArray[np.int32]:
    """The ids with a share of the neutral tokens made unknown."""
    chosen = np.isin(ids, neutral) & (random.random(ids.shape) < share)
    return np.where(chosen, np.int32(UNKNOWN_ID), ids)


def broken_off(
    ids: NDArray[np.int32], *, share: float, random: np.random.Generator
) -> NDArray[np.int32]:
    """The ids with a share of the rows cut somewhere before their end, and padded after that."""
    lengths = (ids != PADDING_ID).sum(axis=1)
    cut = 1 + (random.random(len(ids)) * (lengths - 1)).astype(int)
    chosen = random.random(len(ids)) < share
    stop = np.where(chosen & (lengths > 1), cut, lengths)
    return np.where(np.arange(ids.shape[1]) < stop[:, None], ids, np.int32(PADDING_ID))


def _source(
    task: Task,
    options: type[DrawnOptions],
    make: Callable[[Any, Setting], Dataset] | None = None,
) -> Source:
    def plain(options: DrawnOptions, setting: Setting) -> Dataset:
        return drawn(task, options, setting)

    return Source(
        name=task.name,
        description=task.description,
        citation=task.citation,
        options=options,
        make=make or plain,
        gathers=not task.tokens,
    )


SOURCES = (
    _source(sentiment.TASK, SentimentOptions, _sentences),
    _source(brackets.TASK, BracketsOptions),
    _source(flip_flop.TASK, FlipFlopOptions),
    _source(characters.TASK, CharactersOptions),
)
