"""Texts for models of one length: to how many tokens they are cut or padded, and on which side.

Most text classifiers have learned from texts that Keras's `pad_sequences` has made equally long,
which puts zeros before a text and keeps the end of one that is too long. Where no mask leaves those
zeros out they are read like words, and the answer depends on them. Not chosen: to pad arrays of ids
that are given as arrays; those are read as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import ShapeMismatch
from core.nodes import Embedding
from core.text import PADDINGS, Encoded, Padding, Vocabulary


class Reader(Protocol):
    """What counts of a model here."""

    @property
    def embedding(self) -> Embedding | None:
        """The table of its tokens."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """What it reads texts with."""

    @property
    def steps(self) -> int | None:
        """The only number of steps that it can read."""

    @property
    def pooled(self) -> bool:
        """Whether its answer is gathered from all steps."""

    @property
    def card(self) -> Mapping[str, Any]:
        """Its description; "length" is the number of ids that its file declares, "window" the
        number of steps of a model that reads numbers.
        """


def padded_after(rows: Sequence[NDArray[np.integer]]) -> NDArray[np.int64]:
    """Rows of ids as one array (rows, time), id 0 after the shorter ones."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for row, own in zip(ids, rows, strict=True):
        row[: len(own)] = own
    return ids


def check_rows(vocabulary: Vocabulary | None, table: Embedding | None) -> None:
    """Raises ShapeMismatch where an embedding has fewer rows than the vocabulary has ids."""
    if vocabulary is None or table is None or len(table.weights) >= vocabulary.size:
        return
    expected = f"at least {vocabulary.size} rows, one a token of the vocabulary"
    raise ShapeMismatch(what=table.name, found=f"{len(table.weights)} rows", expected=expected)


def length_of(model: Reader) -> int | None:
    """To how many tokens a model's texts are cut or padded; None where any number will do.

    A vocabulary that has a length of its own, as TextVectorization has, pads them already.
    """
    if model.embedding is None or (model.vocabulary and model.vocabulary.length):
        return None
    declared = model.card.get("length")
    return model.steps or (declared if type(declared) is int and declared > 0 else None)


def window_of(model: Reader) -> int | None:
    """How many steps a model of numbers reads at once, as it has learned; None where nobody says.

    A longer series is read through a window of that length.
    """
    if model.embedding is not None:
        return None
    declared = model.card.get("window")
    return model.steps or (declared if type(declared) is int and declared > 0 else None)


def paddings(model: Reader) -> tuple[Padding, ...]:
    """Where padding may stand so that answers depend on it, the likeliest first; else none.

    Masked padding changes no number unless something gathers the steps. A model that can read one
    length alone leaves no choice but a side.
    """
    if length_of(model) is None or model.embedding is None:
        return ()
    if model.steps is not None:
        return ("before", "after")
    return () if model.embedding.mask_zero and not model.pooled else PADDINGS


def fitted(model: Reader, read: Encoded, *, padding: Padding | None = None) -> Encoded:
    """What was read, cut and padded to the model's length: before it, unless told otherwise.

    Where padding would change no number, a longer text is cut alone.
    """
    length, choices = length_of(model), paddings(model)
    if length is None or (not choices and len(read) <= length):
        return read
    if padding is None or padding not in choices:
        padding = "before"
    return read.fitted(length, padding=padding)
