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

from core import cells
from core.activations import Array
from core.data.task import Example
from core.engines import record
from core.errors import CoreError, EmptyText, StatesOverflow, UnknownName, UnsupportedModel
from core.model import Model
from core.nodes import LayerTrace
from core.text import PADDING, Encoded
from core.trace import Trace

MOST_TOKENS = 200_000
MOST_NUMBERS = 25_000_000
"""Values that are kept at most, 100 MB: a layer of many units reads fewer tokens."""
LONGEST = 400
"""Tokens that are read in one go."""
BATCH = 4_000_000
"""Numbers that one batch may record, about 16 MB."""
RECORDED = 10
"""Numbers that are recorded a unit and step, in the largest of cells."""
MOST_CLASSES = 12
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
    bounds: tuple[float | None, float | None]
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
) -> Activity:
    """Read texts, at most `most` tokens of them, and keep one quantity of one layer.

    Texts that the model cannot read are passed over and counted; where it can read none, the error
    of the first is raised. Raises UnknownName for a quantity that the layer has not,
    UnsupportedModel for a model that reads several texts at once or a layer whose steps are no
    tokens, MissingVocabulary and StatesOverflow.
    """
    if len(model.inputs) > 1:
        raise UnsupportedModel(what=model.name, why="the model reads several things at once")
    most = max(1, min(most, MOST_NUMBERS // max(model.layers[layer].units, 1)))
    read, left_out, unread = encoded_texts(model, texts, most=most, longest=longest)
    found = _run(model, read, layer=layer, quantity=quantity)
    return replace(found, left_out=left_out, unread=unread)


def read_again(model: Model, read: Activity, *, texts: int) -> Activity:
    """The same quantity of a model of the same parts at the first so many of the same texts.

    Raises StatesOverflow.
    """
    again = list(zip(read.texts[:texts], read.encoded[:texts], strict=True))
    return _run(model, again, layer=read.layer, quantity=read.quantity)


def _run(
    model: Model, read: Sequence[tuple[Example, Encoded]], *, layer: int, quantity: str
) -> Activity:
    lengths = np.array([len(encoded) for _, encoded in read])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    values: Array | None = None
    answers = np.empty(starts[-1], np.int64) if _classes(model) else None
    bounds: tuple[float | None, float | None] = (None, None)
    for rows in batches(model, lengths):
        trace = record(model, np.stack([read[row][1].ids for row in rows]))
        run = trace.layers[layer]
        if trace.overflow is not None:
            raise StatesOverflow(step=trace.overflow + 1, cell=run.cell)
        if quantity not in run.arrays:
            raise UnknownName(kind="quantity", found=quantity, known=", ".join(run.arrays))
        found = run.arrays[quantity]
        if found.shape[1] != trace.time:
            raise UnsupportedModel(what=run.name, why="its steps are not those of the tokens")
        if values is None:
            values = np.empty((starts[-1], run.units), np.float32)
            bounds = _bounds(run, quantity)
        given = None if answers is None else _answers(model, trace)
        for place, row in enumerate(rows):
            here = slice(starts[row], starts[row + 1])
            values[here] = found[place]
            if answers is not None and given is not None:
                answers[here] = given[place]
    assert values is not None, "there is at least one text"
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


def _bounds(run: LayerTrace, quantity: str) -> tuple[float | None, float | None]:
    kind, name = quantity.split("/", 1)
    if kind == "gates":
        return cells.get(run.cell).bounds(name, run.kernels)
    bounded = run.kernels.activation.name in ("tanh", "softsign", "sigmoid")
    return (-1.0, 1.0) if name == "hidden" and bounded else (None, None)


def _classes(model: Model) -> int:
    """How many classes the model tells apart; 0 where it does not answer in few of them."""
    if model.readout is None or model.outputs > MOST_CLASSES:
        return 0
    return 2 if model.outputs == 1 and model.activation == "sigmoid" else model.outputs


def _answers(model: Model, trace: Trace) -> NDArray[np.int64]:
    """The class that is named at each step, (batch, time), or once, (batch, 1)."""
    outputs = trace.outputs if trace.outputs.ndim == 3 else trace.outputs[:, None]
    named = outputs[..., 0] > 0.5 if model.outputs == 1 else outputs.argmax(axis=-1)
    return named.astype(np.int64)


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
