"""Does a language model know in which sense a word is meant? Asked of sentences of known sense.

The sentences are those of `core.data.senses`. Two answers: how far the vectors of one word's senses
lie apart at each level (`separation`), and in how many sentences a logistic regression on the
vectors names the sense among those of all words: on the static embedding, on each level, and on the
learned mixture of all (`mixture`). A static embedding knows the word and not the sense: of two
senses that are equally frequent it can name half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.context import vectors
from core.analysis.mixture import Examples, Mixture, mixture
from core.analysis.separation import separation
from core.analysis.sequence import check_index
from core.analysis.trajectories import trajectories
from core.data import senses
from core.data.senses import Labelled
from core.errors import CoreError, MissingVocabulary
from core.model import Model

CORPUS, CORPUS_SEED = 1_200, 1_000_003
"""Sentences that the model has not learned from."""
LEARNED_FROM = 500
"""Sentences of the training side that a classifier learns from."""


class NoAmbiguousWord(CoreError):
    """None of the sentences has a word whose senses are known."""

    message = (
        "None of these sentences has a word of two senses that the corpus knows. Write one of "
        "these into them: {known}."
    )


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Sentences, and the vector of the labelled word in each: (levels, sentences, features)."""

    sentences: tuple[Labelled, ...]
    vectors: Array

    @property
    def classes(self) -> NDArray[np.intp]:
        """The sense of each, by its place among all senses."""
        places = {sense.key: at for at, sense in enumerate(senses.senses())}
        return np.array([places[each.sense.key] for each in self.sentences], np.intp)

    @property
    def ambiguous(self) -> Occurrences:
        """Those of words of two senses, without those of one."""
        return self._where([bool(each.word) for each in self.sentences])

    def of(self, word: str) -> Occurrences:
        """Those of one word; none where it is not a word of two senses."""
        return self._where([each.word == word for each in self.sentences])

    def _where(self, kept: Sequence[bool]) -> Occurrences:
        at = np.flatnonzero(kept)
        return Occurrences(tuple(self.sentences[place] for place in at), self.vectors[:, at])

    @property
    def kinds(self) -> tuple[str, ...]:
        """The sense of each, by its key."""
        return tuple(each.sense.key for each in self.sentences)

    @cached_property
    def separation(self) -> NDArray[np.float64]:
        """How far apart the senses lie at each level, (levels,)."""
        return separation(self.vectors, self.kinds)


def occurrences(model: Model, sentences: Sequence[Labelled]) -> Occurrences:
    """The labelled words of some sentences, as a model reads them.

    Raises MissingVocabulary, and what `core.analysis.context.vectors` raises.
    """
    if model.vocabulary is None:
        raise MissingVocabulary
    ids = [model.vocabulary.encode(each.text).ids for each in sentences]
    found = vectors(model, ids, [each.place for each in sentences])
    return Occurrences(tuple(sentences), found)


def corpus(model: Model) -> Occurrences:
    """The occurrences in the sentences kept for testing."""
    return occurrences(model, senses.generate(CORPUS, seed=CORPUS_SEED, side="test"))


@dataclass(frozen=True, eq=False)
class SenseTask:
    """How often the sense was named: by the mixture of all levels, and by each level alone."""

    mixed: Mixture
    alone: tuple[Mixture, ...]


def sense_task(model: Model, unseen: Occurrences) -> SenseTask:
    """Learn to name senses from sentences of the training side, and name those of `unseen`."""
    count = round(LEARNED_FROM / senses.AMBIGUOUS_SHARE)
    drawn = senses.generate(count, seed=CORPUS_SEED, side="train")
    read = occurrences(model, [each for each in drawn if each.word])
    train, test = (Examples(each.vectors, each.classes) for each in (read, unseen.ambiguous))
    alone = (mixture(train, test, only=[level]) for level in range(len(unseen.vectors)))
    return SenseTask(mixture(train, test), tuple(alone))


def separations(found: Occurrences) -> Mapping[str, NDArray[np.float64]]:
    """How far apart the senses of each word lie, by word, (levels,) each."""
    return {word: found.of(word).separation for word in senses.words()}


@dataclass(frozen=True, eq=False)
class SenseMap:
    """Vectors of a level seen along the two directions of largest spread.

    `points` (sentences, 2) are those of the corpus, `own` (own, 2) those of the reader; `shares`
    (2,) of all variance.
    """

    points: NDArray[np.float64]
    own: NDArray[np.float64]
    shares: NDArray[np.float64]


def sense_map(found: Occurrences, own: Array, *, level: int) -> SenseMap:
    """The occurrences of a word, and the reader's `own` (levels, own, features), in one plane.

    Principal components, as of `core.analysis.trajectories`. Raises OutOfRange for a level that
    there is not.
    """
    check_index("level", level, length=len(found.vectors))
    seen = trajectories(np.concatenate([found.vectors[level], own[level]])[None])
    count = len(found.sentences)
    return SenseMap(seen.points[0, :count], seen.points[0, count:], seen.shares)


def words_of_two_senses(tokens: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """Which words of two senses stand in a sentence, and at which of its tokens."""
    known = {form: word for word in senses.words() for form in senses.forms(word)}
    found: dict[str, tuple[int, ...]] = {}
    for place, token in enumerate(tokens):
        word = known.get(token.lower())
        if word is not None:
            found[word] = (*found.get(word, ()), place)
    return found
