"""What is the vector of a word in its sentence, layer by layer?

A language model that reads in both directions (Peters et al. 2018, ELMo) has, at each token, the
state of each forward layer, which knows what stands before it, and of each backward layer, which
knows what follows. Side by side they are the vector of that token in that sentence: h_j = [→h_j ;
←h_j], j = 1 … L. Level 0 is the embedding, [x ; x], the same in every sentence: the static vector
that the others are measured against. Cost: that of reading. Not chosen: the vectors of the readout,
which say what stands beside the token and not what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.engines import record
from core.errors import CoreError, OutOfRange, ShapeMismatch
from core.model import Model
from core.nodes import Layer
from core.text import PADDING_ID

_AT_ONCE = 256
"""Sentences that are recorded at a time."""


class ReadsOneWay(CoreError):
    """A model has no vector from both sides of a word."""

    message = (
        "{name} is no language model that reads in both directions: vectors of words in their "
        "sentences need as many forward as backward layers, all as wide as the embedding."
    )


@dataclass(frozen=True)
class Level:
    """The names of the layers of one depth, the one reading forward and the one reading back."""

    forward: str
    backward: str


def levels(model: Model) -> tuple[Level, ...]:
    """The pairs of layers, the lowest first. Raises ReadsOneWay."""
    forward, backward = (_column(model, direction) for direction in ("forward", "backward"))
    width = None if model.embedding is None else model.embedding.outputs
    fits = len(forward) == len(backward) > 0 and len(model.output_ports) == 2
    if not fits or any(layer.units != width for layer in (*forward, *backward)):
        raise ReadsOneWay(name=model.name)
    return tuple(Level(one.name, other.name) for one, other in zip(forward, backward, strict=True))


def _column(model: Model, direction: str) -> list[Layer]:
    """The layers that stand above each other, each reading the one below; else none."""
    found = [layer for layer in model.layers if layer.direction == direction]
    below = "" if model.embedding is None else model.embedding.name
    for layer in found:
        if model.wiring.reads[layer.name] != (below,):
            return []
        below = layer.name
    return found


def vectors(model: Model, sentences: Sequence[NDArray[np.integer]], places: Sequence[int]) -> Array:
    """The vector of one token of each sentence, at every level: (levels, sentences, 2 units).

    `sentences` are token ids, `places` the index of the token in each. Level 0 is the embedding
    twice. Raises ReadsOneWay, OutOfRange for a place outside of its sentence, ShapeMismatch where
    there are more places than sentences or fewer.
    """
    pairs = levels(model)
    if len(sentences) != len(places):
        raise ShapeMismatch(what="places", found=(len(places),), expected=(len(sentences),))
    for ids, place in zip(sentences, places, strict=True):
        if not 0 <= place < len(ids):
            raise OutOfRange(what="place", found=place, expected=f"from 0 to {len(ids) - 1}")
    assert model.embedding is not None
    width = model.embedding.outputs
    found = np.zeros((len(pairs) + 1, len(sentences), 2 * width), model.dtype)
    for start in range(0, len(sentences), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        ids, at = padded(sentences[rows]), np.asarray(places[rows])
        trace = record(model, ids, mask=ids != PADDING_ID)
        each = np.arange(len(at))
        found[0, rows] = np.tile(model.embedding.weights[ids[each, at]], 2)
        for number, pair in enumerate(pairs, start=1):
            sides = (trace.nodes[name].outputs[each, at] for name in (pair.forward, pair.backward))
            found[number, rows] = np.concatenate(list(sides), axis=1)
    return found


def padded(sentences: Sequence[NDArray[np.integer]]) -> NDArray[np.int32]:
    """Sentences of token ids beside each other, padding after their ends."""
    ids = np.full((len(sentences), max(map(len, sentences))), PADDING_ID, np.int32)
    for number, sentence in enumerate(sentences):
        ids[number, : len(sentence)] = sentence
    return ids


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest of some vectors, nearest first: their `places` and `cosines`, (levels, most)."""

    places: NDArray[np.intp]
    cosines: NDArray[np.float64]


def neighbours(of: Array, among: Array, *, most: int, without: int | None = None) -> Neighbours:
    """The vectors with the largest cosine to one, at every level.

    `of` is (levels, features), `among` (levels, vectors, features); `without` is the place of a
    vector that does not count, such as itself. The cosine with a vector of zeros is 0. Equally
    near ones stand in their order. Raises ShapeMismatch.
    """
    if of.ndim != 2 or among.ndim != 3 or (of.shape[0], of.shape[1]) != among.shape[::2]:
        raise ShapeMismatch(what="vectors", found=of.shape, expected=among.shape[::2])
    cosines = np.einsum("lf,lnf->ln", unit_length(of), unit_length(among))
    if without is not None:
        cosines[:, without] = -np.inf
    count = among.shape[1] - (without is not None)
    places = np.argsort(-np.round(cosines, 6), axis=1, kind="stable")[:, : min(most, count)]
    return Neighbours(places, np.take_along_axis(cosines, places, axis=1))


def unit_length(vectors: Array) -> NDArray[np.float64]:
    """The vectors divided by their lengths; zeros stay zeros."""
    exact = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(exact, axis=-1, keepdims=True)
    return exact / np.where(lengths > 0, lengths, 1)
