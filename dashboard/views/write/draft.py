"""A text that is being written: what there is of it so far, and how it goes on.

A draft belongs to one session, and to the settings it was begun with; other settings begin
another. It is written a little at a time, so that the page can show it as it grows and be stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import CoreError
from core.generate import Sampling, WrittenToken, write
from core.generate.stepping import expected
from core.generate.writing import joined
from core.model import Model
from core.text import Encoded, Vocabulary
from dashboard import cache, state


@dataclass(frozen=True)
class Order:
    """What is to be written. Two that are equal are written alike."""

    model: str
    beginning: str
    steps: int
    sampling: Sampling
    seed: int


@dataclass(eq=False)
class Draft:
    """A text so far: `read` is the beginning, `written` what the model added.

    `tokens` are all, as the vocabulary has them, and `ids` theirs.
    """

    order: Order
    model: Model
    read: Encoded
    written: list[WrittenToken] = field(default_factory=list)
    stopped: bool = False
    tokens: list[str] = field(init=False)
    ids: list[int] = field(init=False)
    _rest: Iterator[WrittenToken] | None = None

    def __post_init__(self) -> None:
        self.tokens, self.ids = list(self.read.tokens), self.read.ids.tolist()
        order = self.order
        if order.steps:
            self._rest = write(
                self.model, order.beginning, steps=order.steps, sampling=order.sampling,
                seed=order.seed,
            )  # fmt: skip

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._rest is None

    @property
    def inputs(self) -> NDArray[np.int64]:
        """What the model is given to record the whole text: a batch of one."""
        return np.array([self.ids], np.int64)

    @property
    def vocabulary(self) -> Vocabulary:
        """The model's; a language model has one."""
        assert self.model.vocabulary is not None
        return self.model.vocabulary

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def text(self) -> str:
        """The whole text so far."""
        return joined(tuple(self.tokens), vocabulary=self.vocabulary)

    def until(self, at: int, *, then: str) -> str:
        """The text up to a place, with another token there."""
        return joined((*self.tokens[:at], then), vocabulary=self.vocabulary)

    def expected(self, at: int) -> Array | None:
        """The probabilities (tokens,) before the token at a place; None before the first."""
        if at < len(self.read):
            return self._expected_in_beginning[at - 1] if at else None
        return self.written[at - len(self.read)].probabilities

    @cached_property
    def _expected_in_beginning(self) -> Array:
        run = cache.trace(self.model, self.read.inputs)
        return expected(self.model, run.outputs[0])

    def advance(self, *, seconds: float) -> None:
        """Write on for so long, or to the end. Raises what `core.generate.write` raises."""
        until = time.monotonic() + seconds
        while self._rest is not None:
            try:
                token = next(self._rest, None)
            except CoreError:
                self._rest = None
                raise
            if token is None:
                self._rest = None
                return
            self.written.append(token)
            self.tokens.append(token.text)
            self.ids.append(token.identity)
            if time.monotonic() > until:
                return

    def stop(self) -> None:
        """Let it be what it is."""
        if self._rest is not None:
            self._rest, self.stopped = None, True


def draft_of(order: Order, model: Model) -> Draft:
    """Return the session's draft of this order, or begin it. Raises what writing raises."""
    kept: Draft | None = state.recall("draft")
    if kept is None or kept.order != order:
        kept = Draft(order, model, model.encode(order.beginning))
        kept.advance(seconds=0.2)
        state.remember("draft", kept)
    return kept
