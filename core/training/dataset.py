"""What a run trains on: arrays, what they mean, and what a good figure is.

Every source (`core.training.sources`) ends in a `Dataset`, so the trainer knows none of them. All
examples are in memory at once, as arrays of one length: 25,000 reviews of 500 tokens are 50 MB of
int32. Not chosen: a stream of files, which every epoch would read again; and ragged arrays, for
which Keras compiles a step per length.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.text import Vocabulary
from core.training.errors import NoValidation, OneTextOnly, TooFewExamples

Readout = Literal["last", "every"]
Side = Literal["pre", "post"]
Inputs = NDArray[Any] | Mapping[str, NDArray[Any]]
"""What a network reads: one thing, or several by name."""


def picked(inputs: Inputs, places: Any) -> Inputs:
    """The examples at some places, of each thing that is read."""
    if isinstance(inputs, Mapping):
        return {name: array[places] for name, array in inputs.items()}
    return inputs[places]


def grouped(keys: Iterable[Hashable]) -> NDArray[np.int64]:
    """A number for each key, the same one for equal keys, in the order of their first places."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


@dataclass(frozen=True, eq=False)
class Part:
    """Examples for training, for validation or for testing.

    Attributes:
        inputs: int32 (examples, time), token ids padded with 0; or float32 (examples, time,
            features), or (examples, features) where a vector is read. Several of them by name, for
            a network that reads several things.
        targets: float32 (examples, 1) for a yes or no; int32 (examples,) for one of several; int32
            (examples, time) for a class at each step; float32 (examples, outputs) or (examples,
            time, outputs) for numbers.
        counts: float32 (examples, time), 1 where the loss of a step counts and 0 where not; None:
            it counts everywhere, masked steps aside.
        texts: the text of an example by its number, as a person reads it; None where there is none.
        groups: int64 (examples,), see `grouped`: examples of one number, which read the same, are
            learned or kept aside, not both; None where each stands for itself.
    """

    inputs: Inputs
    targets: NDArray[Any]
    counts: NDArray[np.float32] | None = None
    texts: Callable[[int], str] | None = None
    groups: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def alone(self) -> NDArray[Any]:
        """What is read where that is one thing. TypeError where it is several."""
        if isinstance(self.inputs, Mapping):
            raise TypeError(f"several things are read: {', '.join(self.inputs)}")
        return self.inputs

    def at(self, places: NDArray[np.int64]) -> Part:
        """The examples of those numbers, in that order."""
        texts, groups = self.texts, self.groups
        return Part(
            picked(self.inputs, places),
            self.targets[places],
            None if self.counts is None else self.counts[places],
            None if texts is None else lambda number: texts(int(places[number])),
            None if groups is None else groups[places],
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a run trains on.

    Attributes:
        name: the source's.
        train: what weights are fitted to.
        validation: kept aside while training; None where no share was asked for.
        test: looked at when training is over.
        vocabulary: of token ids; None where inputs are numbers.
        features: how many numbers a step has; None where inputs are token ids.
        outputs: how many numbers the network gives, at the end or at each step.
        loss: "binary_crossentropy", "sparse_categorical_crossentropy" or "mean_squared_error".
        readout: "last" where one answer is given at the end, "every" where at each step.
        metric: "accuracy", "mean_squared_error" or "perplexity" (e to the loss).
        answers: what the outputs mean; () when they are the vocabulary or numbers.
        chance: the metric, in testing, of one who knows how often each answer comes and nothing of
            the input; None where nobody can say.
        solved: the metric from which on the task counts as learned: the paper's, or the best that
            there can be; None where there is no such figure.
        citation: where the data come from.
        class_counts: how many training examples (validation included) each answer has; {} if
            answers are not classes.
        padding: where the zeros of short texts stand.
        mask: whether the network should mask id 0.
        vocabularies: those of further things that are read, by name.
        contiguous: whether each example continues the one before it, so that states may be handed
            on from batch to batch (`streams`).
        remarks: what should be known of the data before an hour is spent on them, as sentences.
    """

    name: str
    train: Part
    validation: Part | None
    test: Part
    vocabulary: Vocabulary | None
    features: int | None
    outputs: int
    loss: str
    readout: Readout
    metric: str
    answers: tuple[str, ...] = ()
    chance: float | None = None
    solved: float | None = None
    citation: str = ""
    class_counts: Mapping[str, int] = field(default_factory=dict)
    padding: Side = "post"
    mask: bool = False
    contiguous: bool = False
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    remarks: tuple[CoreError, ...] = ()

    def with_validation(self, share: float, *, seed: int) -> Dataset:
        """The same with a share of the training examples, drawn at random, kept for validation.

        Groups stay whole: what is validated on must not have been learned. So a group that would
        make more than the share is passed over, and if all would, the smallest of them is taken.

        Raises:
            NoValidation: when one of the two would be empty.
            OneTextOnly: when all examples are of one group.
        """
        if share == 0:
            return self
        total = len(self.train)
        kept = round(total * share)
        if not 0 < kept < total:
            raise NoValidation(found=total, share=share, kept=kept)
        groups = self.train.groups
        groups = np.arange(total) if groups is None else grouped(groups.tolist())
        order, aside = _drawn(np.bincount(groups), most=kept, seed=seed)
        if len(order) == 1:
            raise OneTextOnly(found=total)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        places = np.argsort(rank[groups], kind="stable")
        validated = aside[groups[places]]
        return replace(
            self,
            train=self.train.at(places[~validated]),
            validation=self.train.at(places[validated]),
        )


def _drawn(
    sizes: NDArray[np.int64], *, most: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The groups in an order drawn at random, and by group whether it is kept aside."""
    order = np.random.default_rng([seed, 2]).permutation(len(sizes))
    aside = np.zeros(len(sizes), bool)
    left = most
    for group in order:
        if left == 0:
            break
        if sizes[group] <= left:
            aside[group] = True
            left -= int(sizes[group])
    if not aside.any():
        aside[order[sizes[order].argmin()]] = True
    return order, aside


def streams(part: Part, *, batch: int) -> Part:
    """Consecutive windows of one text, arranged for a stateful network.

    Row k of each batch of the result continues row k of the batch before it: the text is cut into
    `batch` streams of equal length, which are read side by side. Windows that fill no stream, fewer
    than `batch` of them at the end, are left out.

    Args:
        part: of a dataset that is `contiguous`.
        batch: how many streams.

    Raises:
        TooFewExamples: when there are fewer windows than streams.
    """
    length = len(part) // batch
    if length == 0:
        raise TooFewExamples(what="streams", found=len(part), least=batch)
    return part.at(np.arange(batch * length).reshape(batch, length).T.ravel())
