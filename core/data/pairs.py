"""A task of two texts: one is read, the other is to be written.

What `core.data.task.Task` is for a text and an answer. Which side a pair lies on is a property of
its source (`side_of`), so that no source is both learned and tested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from core.data.errors import NoFurtherExamples
from core.data.task import MOST_PROPOSALS, PATIENCE, Side, side_of
from core.errors import OutOfRange


class Pair(NamedTuple):
    """A text that is read, and what is to be written of it."""

    source: str
    target: str


@dataclass(frozen=True)
class PairTask:
    """A task that an encoder and decoder can be trained on, by characters.

    Attributes:
        name: its name in code, in file names and in links.
        description: one English sentence: what is read, what is to be written.
        draw: one random pair.
        samples_by_language: sources to begin with, per language of the interface.
        citation: where the task comes from.
        source_tokens: what sources are written in.
        target_tokens: what targets are written in.
    """

    name: str
    description: str
    draw: Callable[[np.random.Generator], Pair] = field(repr=False)
    samples_by_language: Mapping[str, tuple[str, ...]] = field(repr=False)
    citation: str
    source_tokens: tuple[str, ...] = field(repr=False)
    target_tokens: tuple[str, ...] = field(repr=False)

    def generate(self, count: int, *, seed: int, side: Side = "train") -> tuple[Pair, ...]:
        """Draw pairs; the same seed gives the same ones. Those of tests are all different.

        Raises:
            OutOfRange: when there are not so many different test sources.
            NoFurtherExamples: when none lies on the side that is wanted.
        """
        random = np.random.default_rng(seed)
        if side == "train":
            return tuple(self._one(random, side) for _ in range(count))
        found: dict[str, Pair] = {}
        repeats = 0
        while len(found) < count:
            pair = self._one(random, side)
            repeats = repeats + 1 if pair.source in found else 0
            if repeats > PATIENCE:
                raise OutOfRange(what="count", found=count, expected=f"at most {len(found)}")
            found.setdefault(pair.source, pair)
        return tuple(found.values())

    def _one(self, random: np.random.Generator, side: Side) -> Pair:
        for _ in range(MOST_PROPOSALS):
            pair = self.draw(random)
            if side_of(pair.source) == side:
                return pair
        raise NoFurtherExamples
