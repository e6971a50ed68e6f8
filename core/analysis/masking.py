"""What does padding do to a batch of uneven texts, and what does a mask undo?

A batch is a rectangle, so shorter texts are filled up with the token of id 0, behind them or before
them. Read like a word, it moves the state and takes a share of the gradient. With a mask its steps
are skipped: the state is carried on as it is, what a padded step read gets a gradient of exactly
zero, and the answer is that to the text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.bptt import backprop
from core.engines import record
from core.errors import EmptyText, OutOfRange
from core.model import Model
from core.nodes import Embedding, Mask
from core.text import PADDING_ID, Padding

MOST = 8
"""Texts in a batch: what a picture shows of each other."""


@dataclass(frozen=True, eq=False)
class Read:
    """The batch as it was read once: `states` (batch, time, units), the hidden one of the first
    layer; `gradients` (batch, time, features), ∂loss/∂ of what each step read; `outputs`
    (batch, outputs).
    """

    states: Array
    gradients: Array
    outputs: Array

    @property
    def sizes(self) -> NDArray[np.float64]:
        """The length of the gradient of what each step read, (batch, time)."""
        return np.linalg.norm(self.gradients.astype(np.float64), axis=-1)


@dataclass(frozen=True, eq=False)
class Batch:
    """Some texts in one rectangle.

    `ids` (batch, time); `real` is False where they are padding; `plain` is the batch read without a
    mask, `masked` with one; `alone` (batch, outputs) the answers to each text by itself.
    """

    ids: NDArray[np.int64]
    real: Mask
    plain: Read
    masked: Read
    alone: Array

    @property
    def padded(self) -> NDArray[np.int64]:
        """Padded steps of each text."""
        return (~self.real).sum(axis=1)

    def on_padding(self, read: Read) -> NDArray[np.float64]:
        """The share of the gradient of what was read that falls on padded steps, by text."""
        total = read.sizes.sum(axis=1)
        lost = np.where(self.real, 0, read.sizes).sum(axis=1)
        return np.divide(lost, total, out=np.zeros_like(total), where=total > 0)

    def moved(self, read: Read) -> NDArray[np.float64]:
        """The largest difference of each answer from that to the text alone."""
        return np.abs(read.outputs.astype(np.float64) - self.alone).max(axis=1)


def batch(model: Model, texts: Sequence[NDArray[np.integer]], *, padding: Padding) -> Batch:
    """Texts (ids) side by side, padded "before" or "after", read with and without a mask.

    The loss of each text is its own: the distance from its answer to the class that it is given
    alone. Raises EmptyText, and OutOfRange for more than MOST texts.
    """
    if not texts or not all(len(text) for text in texts):
        raise EmptyText
    if len(texts) > MOST:
        raise OutOfRange(what="The number of texts", found=len(texts), expected=f"at most {MOST}")
    time = max(map(len, texts))
    ids = np.full((len(texts), time), PADDING_ID, np.int64)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
        if padding == "before":
            row[:] = np.roll(row, time - len(text))
    lengths = np.array([len(text) for text in texts])
    places = np.arange(time)
    real = places < lengths[:, None]
    if padding == "before":
        real = real[:, ::-1]
    plain = unmasked(model)
    alone = np.concatenate([record(plain, np.asarray(text)[None]).outputs for text in texts])
    targets = np.rint(alone) if alone.shape[1] == 1 else np.eye(alone.shape[1])[alone.argmax(1)]
    return Batch(
        ids,
        real,
        _read(plain, ids, targets, mask=None),
        _read(plain, ids, targets, mask=real),
        alone,
    )


def unmasked(model: Model) -> Model:
    """The same model, to which padding is a token like others unless a mask is given."""
    nodes = tuple(
        replace(node, mask_zero=False) if isinstance(node, Embedding) else node
        for node in model.nodes
    )
    return replace(model, nodes=nodes)


def _read(model: Model, ids: NDArray[np.int64], targets: Array, *, mask: Mask | None) -> Read:
    trace = record(model, ids, mask=mask)
    name = "binary_crossentropy" if targets.shape[1] == 1 else "categorical_crossentropy"
    gradients = backprop(model, trace, targets, loss=name)
    states = next(iter(trace.layers[0].states.values()))
    return Read(states, gradients.inputs, trace.outputs)
