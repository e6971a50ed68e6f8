"""What way do a network's states take on many texts, and what does it say at each step?

All that the network carries on, the states of every layer side by side, since only that decides
what comes next. Each kind of state is divided by its own size, so that cells that count to ten do
not outweigh hidden states below 1. A network that answers at the end alone is read as if it
answered at every step; it is asked at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.activity import MOST_NUMBERS, batches, encoded_texts
from core.data.task import Example
from core.engines import record
from core.errors import StatesOverflow, UnsupportedModel
from core.model import Model
from core.trace import Trace

MOST_TOKENS = 60_000


@dataclass(frozen=True, eq=False)
class Walks:
    """The ways of some texts, arrays (texts, time) with −1 after the end of each.

    Attributes:
        states: (tokens, size), float32, text after text; each kind divided by its `sizes`.
        sizes: of each kind of state, in the order of `kinds`.
        ids: what was read, each a place in `known`.
        answers: the output that was largest, or 1 for yes; −1 everywhere without a readout.
        last: whether the network is asked at the end of each text alone.
        known: the different ids that were read, in order.
        names: their tokens.
    """

    states: Array
    sizes: tuple[float, ...]
    ids: NDArray[np.int64]
    answers: NDArray[np.int64]
    last: bool
    known: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Which steps there are."""
        return self.ids >= 0

    @cached_property
    def asked(self) -> NDArray[np.bool_]:
        """At which steps the network is asked."""
        if not self.last:
            return self.valid & (self.answers >= 0)
        after = np.zeros_like(self.valid)
        after[:, :-1] = self.valid[:, 1:]
        return self.valid & ~after & (self.answers >= 0)

    @property
    def said(self) -> NDArray[np.int64]:
        """(tokens,), the answers text after text, as `states` lie."""
        return self.answers[self.valid]

    def part(self, rows: NDArray[np.intp]) -> Walks:
        """Some of the texts."""
        ends = np.cumsum(self.valid.sum(axis=1))
        starts = np.concatenate([[0], ends[:-1]])
        places = [np.arange(starts[row], ends[row]) for row in rows]
        longest = max(len(place) for place in places)
        return replace(
            self,
            states=self.states[np.concatenate(places)],
            ids=self.ids[rows, :longest],
            answers=self.answers[rows, :longest],
        )

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Ids of the vocabulary as places in `known`; −2 for one that was never read."""
        at = np.searchsorted(self.known, ids).clip(max=len(self.known) - 1)
        return np.where(self.known[at] == ids, at, -2)

    def seen(self, trace: Trace, *, batch: int = 0) -> Array:
        """The states of a recorded text (time, size), divided as these are."""
        return _divided(_beside(trace)[batch], self.sizes, trace)


def walks(model: Model, texts: Sequence[Example], *, most: int = MOST_TOKENS) -> Walks:
    """Read texts, at most `most` tokens of them, and keep where the states went.

    Raises UnsupportedModel for a network that reads from the end of a text too, or several things
    at once, and as `activity` does.
    """
    if any(layer.direction == "backward" for layer in model.layers):
        raise UnsupportedModel(what=model.name, why="it reads texts from their end as well")
    if len(model.inputs) > 1:
        raise UnsupportedModel(what=model.name, why="the model reads several things at once")
    asked = _at_every_step(model)
    size = sum(layer.units for layer in model.layers)
    read, _, _ = encoded_texts(model, texts, most=max(1, min(most, MOST_NUMBERS // (2 * size))))
    lengths = np.array([len(encoded) for _, encoded in read])
    shape = (len(read), int(lengths.max()))
    ids, answers = np.full(shape, -1, np.int64), np.full(shape, -1, np.int64)
    found: dict[int, Array] = {}
    trace: Trace | None = None
    for rows in batches(model, lengths):
        trace = record(asked or model, np.stack([read[row][1].ids for row in rows]))
        if trace.overflow is not None:
            raise StatesOverflow(step=trace.overflow + 1, cell=trace.layers[0].cell)
        beside = _beside(trace)
        if beside.shape[1] != trace.time:
            raise UnsupportedModel(what=model.name, why="its steps are not those of the tokens")
        named = None if asked is None else _largest(trace)
        for place, row in enumerate(rows):
            ids[row, : lengths[row]] = read[row][1].ids
            found[row] = beside[place].astype(np.float32)
            if named is not None:
                answers[row, : lengths[row]] = named[place]
    assert trace is not None, "there is at least one text"
    states = np.concatenate([found[row] for row in range(len(read))])
    sizes = _sizes(states, trace)
    names = {
        int(at): token
        for _, encoded in read
        for at, token in zip(encoded.ids, encoded.tokens, strict=True)
    }
    known = np.array(sorted(names), np.int64)
    return Walks(
        _divided(states, sizes, trace),
        sizes,
        np.where(ids >= 0, np.searchsorted(known, ids), -1),
        answers,
        model.readout == "last",
        known,
        tuple(names[at] for at in known.tolist()),
    )


def _at_every_step(model: Model) -> Model | None:
    """The model as it would answer at every step; None where it cannot."""
    if model.readout is None or model.pooled:
        return None
    return model if model.readout == "every" else model.with_readout("every")


def _largest(trace: Trace) -> NDArray[np.int64]:
    outputs = trace.outputs
    if outputs.shape[-1] == 1:
        return (outputs[..., 0] > 0.5).astype(np.int64)
    return outputs.argmax(axis=-1)


def _kinds(trace: Trace) -> list[Array]:
    return [state for layer in trace.layers for state in layer.states.values()]


def _beside(trace: Trace) -> Array:
    """All states of all layers, (batch, time, size)."""
    kinds = _kinds(trace)
    if len({state.shape[1] for state in kinds}) > 1:
        why = "its steps are not those of the tokens"
        raise UnsupportedModel(what=trace.layers[-1].name, why=why)
    return np.concatenate(kinds, axis=2)


def _edges(trace: Trace) -> list[int]:
    return np.cumsum([state.shape[2] for state in _kinds(trace)])[:-1].tolist()


def _sizes(states: Array, trace: Trace) -> tuple[float, ...]:
    parts = np.split(states, _edges(trace), axis=1)
    return tuple(float(np.sqrt((part.astype(np.float64) ** 2).mean())) or 1.0 for part in parts)


def _divided(states: Array, sizes: Sequence[float], trace: Trace) -> Array:
    parts = np.split(states, _edges(trace), axis=1)
    return np.concatenate(
        [part / np.float32(size) for part, size in zip(parts, sizes, strict=True)], axis=1
    )
