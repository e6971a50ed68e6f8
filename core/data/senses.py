"""Sentences with words of two senses, each known: 'bank' of money and of a river, 배 and 배.

What a language model that reads in both directions is trained on, and what its vectors are asked
about. The sentences are drawn from frames of our own (`core.data.grammars.senses_english`,
`senses_korean`), so the sense of each word is known without anybody having labelled it, and all of
it may be published. A frame is drawn with a word of two senses or with one that has this sense
alone ('shore'): who reads both learns that 'bank' keeps two kinds of company. What it is not: the
language of newspapers; a model that was trained on it knows these words and no others.

A sentence lies on the side of training or testing by its own text, see `core.data.task.side_of`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.data.grammars import senses_english, senses_korean
from core.data.grammars.korean_forms import particle
from core.data.task import PATIENCE, Side, drawn_until, side_of
from core.errors import OutOfRange

AMBIGUOUS_SHARE = 0.6
"""How often a frame has the word of two senses; else it has the one of this sense alone."""

LANGUAGES = ("en", "ko")
CITATION = (
    "Frames of this project. Peters, Neumann, Iyyer, Gardner, Clark, Lee & Zettlemoyer 2018, "
    "'Deep contextualized word representations'"
)
_SLOT = re.compile(r"\{(\w+)\}")
_PAIRS = ("을를", "이가", "은는")
_WORD = re.compile(rf"~({'|'.join(_PAIRS)})?(\w*)")


@dataclass(frozen=True)
class Sense:
    """One sense of a word.

    `word` is the word, `name` what the sense is called, by language; `alone` a word that has this
    sense and no other; `frames` are sentences that tell.
    """

    word: str
    language: str
    name: Mapping[str, str]
    alone: str
    frames: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name among all: `bank/money`."""
        return f"{self.word}/{self.name['en']}"


@dataclass(frozen=True)
class Labelled:
    """A sentence, its `place`th token being a word whose sense is known.

    `word` is the ambiguous word that stands there, in whatever form, and "" for one of one sense.
    """

    text: str
    place: int
    word: str
    sense: Sense


@cache
def senses() -> tuple[Sense, ...]:
    """All senses, those of one word together."""
    return tuple(
        Sense(word, language, {"en": english, "ko": korean}, alone, frames)
        for language, words in zip(
            LANGUAGES, (senses_english.WORDS, senses_korean.WORDS), strict=True
        )
        for word, of in words.items()
        for (english, korean, alone), frames in of.items()
    )


def words(language: str | None = None) -> tuple[str, ...]:
    """The ambiguous words, of one language or of both."""
    known = (sense.word for sense in senses() if language in (None, sense.language))
    return tuple(dict.fromkeys(known))


def forms(word: str) -> tuple[str, ...]:
    """The tokens in which a word stands in some frame: 'bank', or 배 with each particle.

    A word that is none of `words` has one form, itself.
    """
    found = {
        _formed(match, word): None
        for sense in senses()
        for frame in sense.frames
        for match in [_WORD.search(frame)]
        if sense.word == word and match is not None
    }
    return tuple(found) or (word,)


def draw(random: np.random.Generator, side: Side) -> Labelled:
    """A sentence of one side."""

    def propose() -> Labelled:
        known = senses()
        sense = known[int(random.integers(len(known)))]
        ambiguous = random.random() < AMBIGUOUS_SHARE
        return _filled(sense, ambiguous=ambiguous, random=random)

    return drawn_until(lambda sentence: side_of(sentence.text) == side, propose)


def generate(count: int, *, seed: int, side: Side) -> tuple[Labelled, ...]:
    """Draw sentences; the same seed gives the same ones. Those for testing are distinct.

    Raises OutOfRange where there are not so many different ones for testing.
    """
    random = np.random.default_rng(seed)
    if side == "train":
        return tuple(draw(random, side) for _ in range(count))
    found: dict[str, Labelled] = {}
    repeats = 0
    while len(found) < count:
        sentence = draw(random, side)
        repeats = repeats + 1 if sentence.text in found else 0
        if repeats > PATIENCE:
            raise OutOfRange(what="count", found=count, expected=f"at most {len(found)}")
        found.setdefault(sentence.text, sentence)
    return tuple(found.values())


def _filled(sense: Sense, *, ambiguous: bool, random: np.random.Generator) -> Labelled:
    """A frame with its slots filled, an opening before and a closing after."""
    slots = senses_english.SLOTS if sense.language == "en" else senses_korean.SLOTS

    def one_of(name: str) -> str:
        choices = slots.get(name, ("",))
        return choices[int(random.integers(len(choices)))]

    frame = sense.frames[int(random.integers(len(sense.frames)))]
    opened = " ".join(part for part in (one_of("opening"), frame, one_of("closing")) if part)
    text = _SLOT.sub(lambda match: one_of(match[1]), _SLOT.sub(lambda m: one_of(m[1]), opened))
    word = sense.word if ambiguous else sense.alone
    match = _WORD.search(text)
    assert match is not None, f"a frame without a word: {frame}"
    place = len(text[: match.start()].split())
    filled = text[: match.start()] + _formed(match, word) + text[match.end() :]
    return Labelled(f"{filled} .", place, sense.word if ambiguous else "", sense)


def _formed(match: re.Match[str], word: str) -> str:
    """The word with the particle that the frame asks for."""
    pair, rest = match[1], match[2]
    return (particle(word, pair) if pair else word) + rest
