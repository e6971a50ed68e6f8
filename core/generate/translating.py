"""A text from another text: `translate`, token by token or as the likeliest whole.

The encoder runs once and each token costs one step of the decoder (`core.generate.decoder`). What
is shown of it all is recorded afterwards, of the source and of what was written, by the one
recorder: the same numbers, which a test holds to those of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.encoder_decoder import SOURCE, TARGET
from core.engines import record
from core.errors import MissingVocabulary
from core.generate.beams import Beams, search
from core.generate.decoder import Decoder, check_translator
from core.generate.errors import (
    NeverEnds,
    NoSuchStep,
    UnknownAnswer,
    UnknownSource,
    WrongBeam,
)
from core.generate.writing import Alternative, joined, likeliest
from core.model import Model
from core.text import END, START, Encoded, Vocabulary, visible
from core.trace import Trace

MOST_TOKENS = 1_000
"""Tokens that are written at once."""
MOST_NAMED = 5
MOST_BEAMS = 100


@dataclass(frozen=True, eq=False)
class Translation:
    """What a model made of a source.

    `source` is that as it was read. `tokens` (time,) are what it wrote, the token that ends it
    included, `ids` theirs; `read` (time,) are the ids that its decoder read before each, its first
    the token that begins: under teacher forcing the right answer's, else its own. `probabilities`
    (time, tokens) are those it gave before each. `forced` are the steps at which it had no choice,
    `ended` says whether it ended by itself, `taught` whether a teacher wrote. `beams` is the search
    of a wider beam, None for one of width 1.
    """

    model: Model
    source: Encoded
    tokens: tuple[str, ...]
    ids: NDArray[np.int64]
    read: NDArray[np.int64]
    probabilities: Array
    forced: tuple[int, ...]
    ended: bool
    taught: bool
    beams: Beams | None

    @property
    def text(self) -> str:
        """What it wrote, as a text: up to where it ends."""
        return text_of(self.tokens, self._vocabulary)

    @property
    def log_probability(self) -> float:
        """The natural logarithm of the probability that it gave to this answer as a whole."""
        given = self.probabilities[np.arange(len(self.ids)), self.ids].astype(np.float64)
        with np.errstate(divide="ignore"):
            return float(np.log(given).sum())

    @cached_property
    def trace(self) -> Trace:
        """What encoder, decoder and attention did, recorded when it is first asked for.

        One step of the target is one token that was written.
        """
        return record(self.model, {SOURCE: self.source.ids[None], TARGET: self.read[None]})

    @property
    def answers(self) -> tuple[str, ...]:
        """The texts that the beam ended with, the likeliest first; one where there is none."""
        if self.beams is None:
            return (self.text,)
        nodes = self.beams.nodes
        return tuple(
            text_of(tuple(nodes[at].text for at in self.beams.path(end)), self._vocabulary)
            for end in self.beams.answers
        )

    def alternatives(self, step: int, *, most: int = 5) -> tuple[Alternative, ...]:
        """The tokens that it thought likeliest at a step, the likeliest first."""
        return likeliest(self._vocabulary, self.probabilities[step], most=most)

    @property
    def _vocabulary(self) -> Vocabulary:
        return vocabulary_of(self.model, TARGET)


def translate(
    model: Model,
    text: str,
    *,
    beams: int = 1,
    forced: Mapping[int, str] | None = None,
    teacher: str | None = None,
    most: int | None = None,
) -> Translation:
    """The text that a model makes of another, with what it weighed at each token.

    Greedy, or with `beams` the likeliest answer that a beam of that width finds. `forced` has
    tokens by step, which it has to write there, and goes on from. A `teacher` is the right answer:
    at each step the decoder reads what should stand before it, and answers by itself (teacher
    forcing), as it did in training; beams and forced tokens are not heeded then. It ends where the
    model writes the end, and after `most` tokens, unless given twice the source's and ten.

    A word that is not known is read as the unknown token; a character that is not known is refused,
    because without it the source is another.

    Raises NotATranslator, UnknownSource, UnknownAnswer, WrongBeam, NeverEnds, NoSuchStep, and what
    `Model.encode` raises for a text that is empty.
    """
    check_translator(model)
    source = _read(model, text)
    vocabulary = vocabulary_of(model, TARGET)
    most = min(2 * len(source) + 10, MOST_TOKENS) if most is None else most
    if not 1 <= most <= MOST_TOKENS:
        raise NeverEnds(found=most, highest=MOST_TOKENS)
    writable = writable_of(model, vocabulary)
    highest = _widest(writable)
    if not 1 <= beams <= highest:
        raise WrongBeam(found=beams, highest=highest)
    decoder = Decoder(model, source.ids)
    if teacher is not None:
        return _taught(model, source, decoder, teacher, writable)
    steps = dict(forced or {})
    for step in steps:
        if not 0 <= step < most:
            raise NoSuchStep(found=step, highest=most - 1)
    names = tuple(
        vocabulary.token_of(at) if at < vocabulary.size else "" for at in range(len(writable))
    )
    start, end = int(vocabulary.encode_tokens([START]).ids[0]), id_of_end(vocabulary)
    found, given = search(
        decoder,
        start=start,
        end=end,
        writable=writable,
        names=names,
        width=beams,
        most=most,
        forced={step: _id_of(token, vocabulary, writable) for step, token in steps.items()},
    )
    path = [found.nodes[at] for at in found.path(found.answers[0])]
    ids = np.array([node.identity for node in path], np.int64)
    return Translation(
        model=model,
        source=source,
        tokens=tuple(node.text for node in path),
        ids=ids,
        read=np.concatenate([[start], ids[:-1]]),
        probabilities=np.stack(given),
        forced=tuple(sorted(step for step in steps if step < len(path))),
        ended=path[-1].ended,
        taught=False,
        beams=None if beams == 1 else found,
    )


def _taught(
    model: Model, source: Encoded, decoder: Decoder, teacher: str, writable: NDArray[np.bool_]
) -> Translation:
    """What it answers at each step when it reads the right answer."""
    vocabulary = vocabulary_of(model, TARGET)
    right = vocabulary.encode(teacher)
    strange = [token for token, known in zip(right.tokens, right.known, strict=True) if not known]
    if strange and vocabulary.unit != "word":
        raise UnknownAnswer(symbols=_named(strange))
    start = vocabulary.encode_tokens([START]).ids
    read = np.concatenate([start, right.ids]).astype(np.int64)
    probabilities = np.stack([decoder.read(np.array([token]))[0] for token in read])
    ids = np.where(writable, probabilities, -1).argmax(axis=-1).astype(np.int64)
    tokens = tuple(vocabulary.token_of(int(index)) for index in ids)
    return Translation(
        model=model,
        source=source,
        tokens=tokens,
        ids=ids,
        read=read,
        probabilities=probabilities,
        forced=(),
        ended=END in tokens,
        taught=True,
        beams=None,
    )


def vocabulary_of(model: Model, name: str) -> Vocabulary:
    """The vocabulary of an input. Raises MissingVocabulary."""
    vocabulary = model.vocabulary_of(name)
    if vocabulary is None:
        raise MissingVocabulary
    return vocabulary


def _read(model: Model, text: str) -> Encoded:
    """The source. Raises UnknownSource."""
    vocabulary = vocabulary_of(model, SOURCE)
    source = vocabulary.encode(text)
    strange = [token for token, known in zip(source.tokens, source.known, strict=True) if not known]
    if strange and vocabulary.unit != "word":
        raise UnknownSource(symbols=_named(strange))
    return source


def _named(tokens: list[str]) -> str:
    different = list(dict.fromkeys(tokens))
    named = ", ".join(f"'{visible(token)}'" for token in different[:MOST_NAMED])
    return named if len(different) <= MOST_NAMED else f"{named}, …"


def _widest(writable: NDArray[np.bool_]) -> int:
    """The widest beam that makes sense: one answer for each token at the first step."""
    return min(int(writable.sum()), MOST_BEAMS)


def writable_of(model: Model, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Which tokens (tokens,) are written: all but padding, unknown, and the one that begins."""
    writable = np.ones(model.outputs, bool)
    writable[vocabulary.size :] = False
    writable[: vocabulary.first] = False
    if vocabulary.unknown is not None:
        writable[vocabulary.unknown] = False
    writable[vocabulary.encode_tokens([START]).ids] = False
    return writable


def id_of_end(vocabulary: Vocabulary) -> int:
    """The id of the token that ends what is written."""
    return int(vocabulary.encode_tokens([END]).ids[0])


def _id_of(token: str, vocabulary: Vocabulary, writable: NDArray[np.bool_]) -> int:
    """The id of a token that is to be written. Raises UnknownAnswer."""
    found = int(vocabulary.encode_tokens([token]).ids[0]) if token else 0
    if not writable[found]:
        raise UnknownAnswer(symbols=_named([token]))
    return found


def text_of(tokens: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """Tokens as a text, up to where they end."""
    kept = tokens[: tokens.index(END)] if END in tokens else tokens
    return joined(tuple(token for token in kept if token != START), vocabulary=vocabulary)
