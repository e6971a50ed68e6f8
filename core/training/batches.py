"""Examples of a task as arrays that a network can be trained on.

A text becomes token ids; its answer becomes a target. Where each token's answer is the next one,
the inputs are all tokens but the last and the targets all but the first. Texts of a batch are
padded at the end with id 0, which every model masks.

Batches hold texts of similar length (`by_length`), since a short text beside a long one costs as
much as the long one. Lengths are rounded up, so that Keras compiles a step for a few shapes only.
Not chosen: one length for all, three times the work for sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Example, Task
from core.errors import OutOfRange
from core.text import PADDING_ID, UNKNOWN_ID, Vocabulary, tokenize

LENGTHS = (16, 32, 64, 104, 192, 512, 1024)


@dataclass(frozen=True, eq=False)
class Batch:
    """Some texts and their answers.

    Attributes:
        ids: int32 (batch, time), padded with 0 at the end.
        targets: float32 (batch, 1) for a binary answer, int32 (batch,) for one of several, int32
            (batch, time) where each step has one.
    """

    ids: NDArray[np.int32]
    targets: NDArray[Any]


def vocabulary_of(task: Task, examples: Sequence[Example]) -> Vocabulary:
    """The task's own vocabulary, or that of the examples where it has none.

    What stands in the examples once only is left out: there is nothing to learn it from.
    """
    if task.tokens:
        return Vocabulary(task.tokens, task.unit)
    texts = (example.text for example in examples)
    return Vocabulary.build(texts, unit=task.unit, at_least=2)


def outputs_of(task: Task, vocabulary: Vocabulary) -> int:
    """How many outputs a model of the task has: one for yes or no, else one for each answer."""
    if task.readout == "every":
        return vocabulary.size
    return 1 if task.loss == "binary_crossentropy" else len(task.answers)


def encode(task: Task, vocabulary: Vocabulary, examples: Sequence[Example]) -> Batch:
    """All the examples in one batch, as long as the longest, rounded up."""
    rows = [vocabulary.encode_tokens(tokenize(example.text, task.unit)).ids for example in examples]
    follows = task.readout == "every"
    longest = max(map(len, rows)) - follows
    ids = np.full((len(rows), _rounded(longest)), PADDING_ID, np.int32)
    after = np.zeros_like(ids)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens) - follows] = tokens[:-1] if follows else tokens
        after[row, : len(tokens) - 1] = tokens[1:]
    if follows:
        return Batch(ids, after)
    answers = np.array([example.answer for example in examples])
    if task.loss == "binary_crossentropy":
        return Batch(ids, answers.astype(np.float32)[:, None])
    return Batch(ids, answers.astype(np.int32))


def by_length(
    task: Task, vocabulary: Vocabulary, examples: Sequence[Example], *, size: int,
    random: np.random.Generator,
) -> Iterator[Batch]:  # fmt: skip
    """Batches of `size` examples of similar length, in random order; what is left over is left."""
    order = random.permutation(len(examples))
    order = order[np.argsort([len(examples[place].text) for place in order], kind="stable")]
    starts = np.arange(0, len(order) - size + 1, size)
    for start in random.permutation(starts):
        yield encode(task, vocabulary, [examples[place] for place in order[start : start + size]])


def hidden(
    ids: NDArray[np.int32], neutral: NDArray[np.int64], *, share: float, random: np.random.Generator
) -> NDArray[np.int32]:
    """The ids with a share of the neutral tokens made unknown.

    So a model learns that an unknown word says nothing, and a user's own words do not upset it.
    """
    chosen = np.isin(ids, neutral) & (random.random(ids.shape) < share)
    return np.where(chosen, np.int32(UNKNOWN_ID), ids)


def _rounded(length: int) -> int:
    for rounded in LENGTHS:
        if length <= rounded:
            return rounded
    raise OutOfRange(what="length", found=length, expected=f"at most {LENGTHS[-1]} tokens")
