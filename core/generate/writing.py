"""A language model goes on with a text, token by token, and may be stopped at any.

`write` is the loop, as an iterator: closing it ends the writing. `generate` runs it to its end.
Padding and the unknown token are never written, whatever the model thinks of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.engines import record
from core.generate.errors import NeverEnds, UnknownSymbols
from core.generate.sampling import Sampling, Strategy
from core.generate.stepping import Stepper, check_language_model
from core.model import Model
from core.text import PADDING_ID, Vocabulary, compose, visible
from core.threads import one_thread
from core.trace import Trace

MOST_STEPS = 100_000
"""Tokens that are written at once."""
MOST_NAMED = 5
AHEAD = 32
"""Tokens that are made before they are handed on: holding BLAS to one thread costs as much as one,
and may not last while others compute."""


class WrittenToken(NamedTuple):
    """A token that was written, and the probabilities (tokens,) that the model gave before it."""

    identity: int
    text: str
    probabilities: Array


@dataclass(frozen=True, eq=False)
class Written:
    """A text that a model went on with.

    `tokens` are all, the `read` first ones those of the beginning; `ids` (time,) theirs;
    `probabilities` (written, tokens) what the model gave before each that it wrote, before
    temperature and the like; `ended` says why it ends: at the "stop", or at the "length".
    """

    model: Model
    tokens: tuple[str, ...]
    ids: NDArray[np.int64]
    read: int
    probabilities: Array
    ended: str

    @property
    def text(self) -> str:
        """The whole text, beginning and all."""
        assert self.model.vocabulary is not None
        return joined(self.tokens, vocabulary=self.model.vocabulary)

    @cached_property
    def trace(self) -> Trace:
        """What the network did with the whole text, recorded when it is first asked for."""
        return record(self.model, self.ids[None])


class Alternative(NamedTuple):
    """A token that could have come, and the probability that the model gave it."""

    text: str
    probability: float


def likeliest(
    vocabulary: Vocabulary, probabilities: Array, *, most: int
) -> tuple[Alternative, ...]:
    """The tokens that a model thought likeliest, first one first; none that is never written."""
    writable = probabilities * _allowed(len(probabilities), vocabulary)
    order = np.argsort(-writable, kind="stable")[:most]
    return tuple(
        Alternative(vocabulary.token_of(int(index)), float(writable[index]))
        for index in order
        if writable[index] > 0
    )


def joined(tokens: tuple[str, ...], *, vocabulary: Vocabulary) -> str:
    """Tokens as a text: words with blanks between, jamo as syllables."""
    if vocabulary.unit == "word":
        return " ".join(tokens)
    text = "".join(tokens)
    return compose(text) if vocabulary.unit == "jamo" else text


def write(
    model: Model,
    beginning: str,
    *,
    steps: int = 200,
    sampling: Sampling | None = None,
    stop: str | None = None,
    seed: int = 0,
) -> Iterator[WrittenToken]:
    """Each token as it is written, at the cost of one step of the network.

    At most `steps`, and no further than a token that is `stop`. Everything is checked at the
    first token. Raises what `generate` does.
    """
    vocabulary, ids = _beginning(model, beginning, steps=steps)
    chosen, random = sampling or Sampling(), np.random.default_rng(seed)
    stepper = Stepper(model)
    probabilities = stepper.begin(ids)
    allowed = _allowed(len(probabilities), vocabulary)
    left = steps
    while left:
        ahead: list[WrittenToken] = []
        with one_thread():
            for _ in range(min(AHEAD, left)):
                index = chosen.draw(probabilities * allowed, random=random)
                token = WrittenToken(index, vocabulary.token_of(index), probabilities)
                ahead.append(token)
                left -= 1
                if token.text == stop:
                    left = 0
                    break
                if left:
                    probabilities = stepper.read(index)
        yield from ahead


def generate(
    model: Model,
    beginning: str,
    *,
    steps: int = 200,
    strategy: Strategy = "sample",
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    stop: str | None = None,
    seed: int = 0,
) -> Written:
    """The text that a model makes of a beginning, with what it weighed at each token.

    Raises NotALanguageModel for a model that does not say at each step what comes next,
    UnknownSymbols, ZeroTemperature, NeverEnds, UnknownName, OutOfRange, and what `Model.encode`
    raises for a text that is empty.
    """
    sampling = Sampling(strategy, temperature, top_k, top_p)
    _, read = _beginning(model, beginning, steps=steps)
    made = list(write(model, beginning, steps=steps, sampling=sampling, stop=stop, seed=seed))
    encoded = model.encode(beginning)
    return Written(
        model=model,
        tokens=(*encoded.tokens, *(token.text for token in made)),
        ids=np.concatenate([read, [token.identity for token in made]]).astype(np.int64),
        read=len(read),
        probabilities=np.stack([token.probabilities for token in made]),
        ended="stop" if made[-1].text == stop else "length",
    )


def _beginning(model: Model, beginning: str, *, steps: int) -> tuple[Vocabulary, NDArray[np.int64]]:
    """The vocabulary and the ids of the beginning, all of them known."""
    check_language_model(model)
    if not 1 <= steps <= MOST_STEPS:
        raise NeverEnds(found=steps, highest=MOST_STEPS)
    encoded = model.encode(beginning)
    strange = dict.fromkeys(
        token for token, known in zip(encoded.tokens, encoded.known, strict=True) if not known
    )
    if strange:
        names = [f"'{visible(token)}'" for token in strange][:MOST_NAMED]
        raise UnknownSymbols(symbols=", ".join(names) + ", …" * (len(strange) > MOST_NAMED))
    assert model.vocabulary is not None
    return model.vocabulary, encoded.ids


def _allowed(size: int, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """1 for each token (tokens,), 0 for padding, the unknown token and rows of no token."""
    allowed = np.ones(size)
    allowed[vocabulary.size :] = 0
    if vocabulary.first > PADDING_ID:
        allowed[: vocabulary.first] = 0
    if vocabulary.unknown is not None:
        allowed[vocabulary.unknown] = 0
    return allowed
