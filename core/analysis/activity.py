"""What did the units of a layer do at every token of many texts?

One quantity of one layer (a state or a gate) over a corpus, as float32: 64 units over 200,000
tokens are 51 MB. Texts of one length are recorded together, so that nothing is padded and every
number is that of the text read alone; of each batch only what is asked is kept, so memory beyond
the answer is bounded whatever the corpus. A text that is longer than `longest` is read in parts,
each from the beginning of a text. Cost: one forward run of the corpus.

Not chosen: padding with a mask, which not every node reads alike; and running sums in place of the
values, which could not tell contexts, shuffles or duplicates afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.activity_batch import Bounds, batches_read, classes_told
from core.data.task import Example
from core.errors import CoreError, EmptyText, UnsupportedModel
from core.model import Model
from core.scale import Scale
from core.scale.errors import GivenUp
from core.text import PADDING, Encoded

MOST_TOKENS = 200_000
MOST_NUMBERS = 25_000_000
"""Values that are kept at most, 100 MB: a layer of many units reads fewer tokens."""
LONGEST = 400
"""Tokens that are read in one go."""
BATCH = 4_000_000
"""Numbers that one batch may record, about 16 MB."""
RECORDED = 10
"""Numbers that are recorded a unit and step, in the largest of cells."""
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Activity:
    """One quantity of one layer at every token of some texts, read one after another.

    Attributes:
        values: (tokens, units), float32; padding that a model reads with a text is left out.
        tokens: as they were read, (tokens,) of them.
        ids: (tokens,), int64.
        starts: (texts + 1,); text i is from `starts[i]` up to `starts[i + 1]`.
        texts: what was read, in this order; parts of a long text are texts of their own.
        encoded: the same as the model was given them.
        answers: the class that the model itself named at each token, or for each of its text;
            None where it names none, or more than twelve.
        layer: its place in `model.layers`.
        quantity: as `LayerTrace.arrays` calls it, such as "states/hidden".
        bounds: between what its function lets it lie, None where it has no such end.
        left_out: tokens of the corpus that were not read, beyond the largest number.
        unread: texts that the model cannot read.
    """

    values: Array
    tokens: tuple[str, ...]
    ids: NDArray[np.int64]
    starts: Places
    texts: tuple[Example, ...]
    encoded: tuple[Encoded, ...]
    answers: NDArray[np.int64] | None
    layer: int
    quantity: str
    bounds: Bounds
    left_out: int = 0
    unread: int = 0

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def units(self) -> int:
        """The number of units."""
        return int(self.values.shape[1])

    @cached_property
    def lengths(self) -> Places:
        """The tokens of each text, (texts,)."""
        return np.diff(self.starts)

    @cached_property
    def text_of(self) -> Places:
        """Which text each token is in, (tokens,)."""
        return np.repeat(np.arange(len(self.texts)), self.lengths)

    @cached_property
    def steps(self) -> Places:
        """Which step of its text each token is, (tokens,)."""
        return np.arange(len(self)) - self.starts[self.text_of]

    def texts_within(self, tokens: int) -> int:
        """How many of the texts, from the first on, have at most so many tokens; at least one."""
        return max(1, int(np.searchsorted(self.starts, tokens, side="right")) - 1)


def activity(
    model: Model,
    texts: Sequence[Example],
    *,
    layer: int = 0,
    quantity: str = "states/hidden",
    most: int = MOST_TOKENS,
    longest: int = LONGEST,
    by: Scale | None = None,
) -> Activity:
    """Read texts, at most `most` tokens of them, and keep one quantity of one layer.

    `by` are those who read, `core.scale.workers()`: the same numbers, on as many machines as there
    are; this process where nobody is given.

    Texts that the model cannot read are passed over and counted; where it can read none, the error
    of the first is raised. Raises UnknownName for a quantity that the layer has not,
    UnsupportedModel for a model that reads several texts at once or a layer whose steps are no
    tokens, MissingVocabulary and StatesOverflow; of `by` what `Scale.map` raises, and GivenUp.
    """
    if len(model.inputs) > 1:
        raise UnsupportedModel(what=model.name, why="the model reads several things at once")
    most = max(1, min(most, MOST_NUMBERS // max(model.layers[layer].units, 1)))
    read, left_out, unread = encoded_texts(model, texts, most=most, longest=longest)
    found = _run(model, read, layer=layer, quantity=quantity, by=by)
    return replace(found, left_out=left_out, unread=unread)


def read_again(model: Model, read: Activity, *, texts: int, by: Scale | None = None) -> Activity:
    """The same quantity of a model of the same parts at the first so many of the same texts.

    Raises StatesOverflow.
    """
    again = list(zip(read.texts[:texts], read.encoded[:texts], strict=True))
    return _run(model, again, layer=read.layer, quantity=read.quantity, by=by)


def _run(
    model: Model,
    read: Sequence[tuple[Example, Encoded]],
    *,
    layer: int,
    quantity: str,
    by: Scale | None,
) -> Activity:
    lengths = np.array([len(encoded) for _, encoded in read])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    answers = np.empty(starts[-1], np.int64) if classes_told(model) else None
    values = np.empty((0, 0), np.float32)
    bounds: Bounds = (None, None)
    groups = list(batches(model, lengths))
    given = (np.stack([read[row][1].ids for row in rows]) for rows in groups)
    found = batches_read(model, given, layer=layer, quantity=quantity, by=by, total=len(groups))
    done = 0
    for batch, rows in zip(found, groups, strict=False):
        if not done:
            values = np.empty((starts[-1], batch["values"].shape[2]), np.float32)
            bounds = tuple(batch["bounds"])
        for place, row in enumerate(rows):
            here = slice(starts[row], starts[row + 1])
            values[here] = batch["values"][place]
            if answers is not None:
                answers[here] = batch["answers"][place]
        done += 1
    if done < len(groups):
        raise GivenUp(done=done, total=len(groups))
    tokens = tuple(token for _, encoded in read for token in encoded.tokens)
    ids = np.concatenate([encoded.ids for _, encoded in read])
    examples, given_to = zip(*read, strict=True)
    return _without_padding(
        Activity(values, tokens, ids, starts, examples, given_to, answers, layer, quantity, bounds)
    )


def encoded_texts(
    model: Model, texts: Sequence[Example], *, most: int, longest: int = LONGEST
) -> tuple[list[tuple[Example, Encoded]], int, int]:
    """The texts as the model reads them, at most `most` tokens; how many of these were left out,
    and how many texts could not be read. Raises as `activity`.
    """
    read: list[tuple[Example, Encoded]] = []
    total, left_out, unread, first = 0, 0, 0, None
    for text in texts:
        try:
            encoded = model.encode(text.text, limit=None)
        except CoreError as error:
            unread, first = unread + 1, first or error
            continue
        for start in range(0, len(encoded), longest):
            stop = min(start + longest, len(encoded), start + most - total)
            left_out += min(start + longest, len(encoded)) - max(stop, start)
            if stop <= start or (model.steps is not None and stop - start != model.steps):
                continue
            # Where a text is whole, so are its answers at each step; a part has its own.
            part = text if stop - start == len(encoded) else _part(text, start, stop, len(encoded))
            read.append((part, encoded.part(start, stop)))
            total += stop - start
    if not read:
        raise first or EmptyText
    return read, left_out, unread


def _part(text: Example, start: int, stop: int, length: int) -> Example:
    return replace(text, steps=text.steps[start:stop] if len(text.steps) == length else ())


def batches(model: Model, lengths: Places) -> Iterator[list[int]]:
    """Texts of one length, as many as may be recorded together, by their places."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for row, length in enumerate(lengths.tolist()):
        by_length[length].append(row)
    wide = RECORDED * sum(layer.units for layer in model.layers) + model.outputs
    for length, rows in by_length.items():
        together = max(1, BATCH // (length * wide))
        for first in range(0, len(rows), together):
            yield rows[first : first + together]


def _without_padding(whole: Activity) -> Activity:
    """The same without the padding that models of one length read with a text."""
    kept = np.array([token != PADDING for token in whole.tokens])
    if kept.all():
        return whole
    counts = np.add.reduceat(kept.astype(np.intp), whole.starts[:-1])
    some = counts > 0
    return replace(
        whole,
        values=whole.values[kept],
        tokens=tuple(compress(whole.tokens, kept)),
        ids=whole.ids[kept],
        starts=np.concatenate([[0], np.cumsum(counts[some])]),
        texts=tuple(compress(whole.texts, some)),
        encoded=tuple(compress(whole.encoded, some)),
        answers=None if whole.answers is None else whole.answers[kept],
    )
