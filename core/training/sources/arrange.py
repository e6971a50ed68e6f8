"""Texts as rows of one length.

Texts that are too long are cut at their beginning ("pre") or end ("post"), short ones are filled
with id 0 there, as Keras's `pad_sequences` does it. How many zeros there are matters to a network
that does not mask them, so the length is always the one asked for; with a mask, callers ask for no
more than the longest text has, since padding costs as much time as anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.text import PADDING_ID, UNKNOWN_ID, Vocabulary, compose
from core.training.dataset import Part, Side
from core.training.sources.errors import MostlyUnknown, PartMostlyUnknown, TextsCut

MUCH_UNKNOWN = 0.3
"""A share of unknown tokens from which on the reader is told."""


def padded(
    rows: Sequence[NDArray[Any]], *, length: int, padding: Side, cut: Side
) -> NDArray[np.int32]:
    """The rows beside each other: int32 (rows, length)."""
    ids = np.full((len(rows), length), PADDING_ID, np.int32)
    for number, row in enumerate(rows):
        kept = row[-length:] if cut == "pre" else row[:length]
        if padding == "pre":
            ids[number, length - len(kept) :] = kept
        else:
            ids[number, : len(kept)] = kept
    return ids


def remarks(
    rows: Sequence[NDArray[Any]], *, length: int, vocabulary: Vocabulary
) -> tuple[CoreError, ...]:
    """What the reader should hear of texts before they are trained on for an hour.

    `rows` are all of them, before they are cut to `length`.
    """
    said: list[CoreError] = []
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    if (count := int(np.sum(lengths > length))) > 0:
        longest = int(lengths.max())
        said.append(TextsCut(count=count, total=len(rows), length=length, longest=longest))
    share = sum(int(np.sum(row == UNKNOWN_ID)) for row in rows) / max(1, int(lengths.sum()))
    if share > MUCH_UNKNOWN:
        said.append(MostlyUnknown(share=share, words=vocabulary.size))
    return tuple(said)


def unknown_in(
    ids: NDArray[Any], vocabulary: Vocabulary, *, what: str
) -> tuple[PartMostlyUnknown, ...]:
    """Whether much of a part is not in the vocabulary; padding does not count."""
    read = int((ids != PADDING_ID).sum())
    share = int((ids == UNKNOWN_ID).sum()) / max(1, read)
    if share <= MUCH_UNKNOWN:
        return ()
    return (PartMostlyUnknown(what=what, share=share, words=vocabulary.size),)


def texts_of(ids: NDArray[np.int32], vocabulary: Vocabulary) -> Callable[[int], str]:
    """What stands in a row, where nothing else is left of the text: words parted by blanks."""

    def text(number: int) -> str:
        tokens = [vocabulary.token_of(int(token)) for token in ids[number] if token]
        if vocabulary.unit == "word":
            return " ".join(tokens)
        return compose("".join(tokens))

    return text


def some_of(total: int, most: int | None, *, seed: int) -> NDArray[np.int64]:
    """Which examples to take: all, in their order, or `most` of them drawn at random."""
    if most is None or most >= total:
        return np.arange(total)
    return np.sort(np.random.default_rng([seed, 3]).permutation(total)[:most])


def by_rote(train: Part, test: Part) -> float:
    """The accuracy in testing of who always gives the most frequent answer of training."""
    likeliest = np.bincount(asked(train).astype(np.int64)).argmax()
    return float(np.mean(asked(test) == likeliest))


def by_frequency(train: Part, test: Part, *, outputs: int) -> float:
    """The perplexity in testing of who expects each answer as often as it came in training.

    One is added to each count, so that nothing is impossible.
    """
    counts = np.bincount(asked(train), minlength=outputs) + 1.0
    return float(np.exp(-np.log(counts / counts.sum())[asked(test)].mean()))


def asked(part: Part) -> NDArray[Any]:
    """All answers that count, one after the other: classes, or 0 and 1."""
    if part.targets.ndim == 2 and part.targets.dtype == np.int32:
        counts = part.inputs != PADDING_ID if part.counts is None else part.counts > 0
        return part.targets[counts]
    return part.targets.ravel()
