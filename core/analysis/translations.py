"""How good whole answers are, and whether they hold out on long sources.

A translator that is asked for the next token, the right ones before it given, hides what goes wrong
when it has to read its own. So it is let write alone, greedily, many sources side by side, and an
answer counts if it is the wanted one from its first token to its end. By the length of the source:
an encoder that hands on its last state alone has to hold a long text in as many numbers as a short
one; with attention nothing has to be held (Bahdanau et al. 2015, figure 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.encoder_decoder import SOURCE, TARGET
from core.errors import EmptyText
from core.generate.decoder import Decoder
from core.generate.translating import id_of_end, text_of, vocabulary_of, writable_of
from core.model import Model
from core.padding import padded_after
from core.text import START

AT_ONCE = 256
LONGER = 3
"""Tokens that an answer may have beyond the longest wanted one."""


class LengthScore(NamedTuple):
    """How sources of a length were answered, of which there were so many `examples`.

    The share right as a `whole`, and the share of their `tokens` that is right, place by place,
    when the network writes alone.
    """

    length: int
    examples: int
    whole: float
    tokens: float


@dataclass(frozen=True, eq=False)
class Judged:
    """What a translator wrote of some sources.

    `wanted` and `written` are ids (examples, time), padded with 0 behind the token that ends them.
    `lengths` (examples,) are those of the sources, `right` says whether the whole answer is the
    wanted one, `tokens` (examples,) the share of wanted tokens that stand in their places,
    `probabilities` what the network gave to what it wrote, as a whole.
    """

    model: Model
    wanted: NDArray[np.int64]
    written: NDArray[np.int64]
    lengths: NDArray[np.int64]
    right: NDArray[np.bool_]
    tokens: Array
    probabilities: Array

    @property
    def whole(self) -> float:
        """The share of sources whose whole answer is right."""
        return float(self.right.mean())

    @property
    def losses(self) -> Array:
        """−log of what it gave to its answer."""
        return -np.log(np.maximum(self.probabilities, 1e-30))

    def by_length(self) -> tuple[LengthScore, ...]:
        """The same for sources of each length that there is, the shortest first."""
        return tuple(
            LengthScore(
                int(length),
                int(own.sum()),
                float(self.right[own].mean()),
                float(self.tokens[own].mean()),
            )
            for length in np.unique(self.lengths)
            for own in [self.lengths == length]
        )

    def wanted_text(self, number: int) -> str:
        """What should have been written of a source."""
        return _text(self.wanted[number], self.model)

    def written_text(self, number: int) -> str:
        """What was written of a source."""
        return _text(self.written[number], self.model)


def judge_texts(model: Model, pairs: Sequence[tuple[str, str]]) -> Judged:
    """What a translator writes of sources, beside what is wanted. Raises EmptyText for no pairs.

    Raises what `Model.encode` raises.
    """
    if not pairs:
        raise EmptyText
    target = vocabulary_of(model, TARGET)
    source = vocabulary_of(model, SOURCE)
    end = id_of_end(target)
    read = [source.encode(text).ids for text, _ in pairs]
    wanted = [np.append(target.encode(text).ids, end) for _, text in pairs]
    return judged(model, sources=padded_after(read), targets=padded_after(wanted))


def judged(model: Model, *, sources: NDArray[np.integer], targets: NDArray[np.integer]) -> Judged:
    """The same from ids (examples, time), padded with 0 at the end; targets end with END.

    Raises NotATranslator.
    """
    most = targets.shape[1] + LONGER
    written = np.zeros((len(sources), most), np.int64)
    logs = np.zeros(len(sources))
    for start in range(0, len(sources), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        written[rows], logs[rows] = _write(model, sources[rows], most=most)
    wanted = np.zeros_like(written)
    wanted[:, : targets.shape[1]] = targets
    asked = wanted != 0
    same = (written == wanted) & asked
    return Judged(
        model=model,
        wanted=wanted,
        written=written,
        lengths=(sources != 0).sum(axis=1),
        right=(written == wanted).all(axis=1),
        tokens=same.sum(axis=1) / asked.sum(axis=1),
        probabilities=np.exp(logs),
    )


def _write(
    model: Model, sources: NDArray[np.integer], *, most: int
) -> tuple[NDArray[np.int64], Array]:
    """Greedy answers to some sources at once, and the logarithm of what was given to each."""
    vocabulary = vocabulary_of(model, TARGET)
    longest = int((sources != 0).sum(axis=1).max())
    decoder = Decoder(model, sources[:, :longest])
    writable, end = writable_of(model, vocabulary), id_of_end(vocabulary)
    rows = np.arange(len(sources))
    reading = np.full(len(sources), vocabulary.encode_tokens([START]).ids[0])
    written = np.zeros((len(sources), most), np.int64)
    logs = np.zeros(len(sources))
    for step in range(most):
        given = decoder.read(reading)
        chosen = np.where(writable, given, -1).argmax(axis=1)
        with np.errstate(divide="ignore"):
            logs[rows] += np.log(given[np.arange(len(rows)), chosen].astype(np.float64))
        written[rows, step] = chosen
        going = np.flatnonzero(chosen != end)
        if not len(going):
            break
        decoder.keep(going)
        rows, reading = rows[going], chosen[going]
    return written, logs


def _text(ids: NDArray[np.int64], model: Model) -> str:
    vocabulary = vocabulary_of(model, TARGET)
    return text_of(tuple(vocabulary.token_of(int(index)) for index in ids if index), vocabulary)
