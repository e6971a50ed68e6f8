"""For or against: sentences in English and Korean from grammars of our own.

The corpus is drawn, not gathered: `core.data.grammars` writes sentences together with what they
mean, with negation ('not good', '좋지 않았다'), contrast ('not dull but funny', '~지만',
'although') and neutral words around. So the label follows a rule that one can state
(`grammars.phrase` does), every sentence may be published, and gates have something to do: a word
late in the sentence overturns what was read before. What it is not: the language of real reviews.
A model trained on it knows these words and constructions, and takes irony for praise.

Training and test differ twice: no test sentence is ever drawn for training (`task.side_of`), and
some combinations of constructions ('although' + this kind of clause + that kind) stand in test
sentences only, so the score is not one of having seen the pattern.
"""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np

from core.data.grammars import english_sentences, english_words, korean_sentences, korean_words
from core.data.grammars.korean_forms import particle
from core.data.grammars.phrase import text_of
from core.data.task import Example, Side, Task, drawn_until, side_of

KOREAN_SHARE = 0.6
"""Korean sentences are shorter, and its words have many more forms to learn."""

HELD_OUT = 12
"""One combination of constructions in so many is kept for testing."""


def held_out(shape: str) -> bool:
    """Whether a combination of clauses is for test sentences only. Single clauses never are."""
    return "," in shape and zlib.crc32(shape.encode()) % HELD_OUT == 0


def side_of_sentence(example: Example) -> Side:
    """The side of a sentence: of its combination if that is held out, else of its text."""
    return "test" if held_out(example.shape) else side_of(example.text)


def draw(random: np.random.Generator, side: Side) -> Example:
    """A sentence in one of the two languages; answer 1 is for, 0 against."""

    def propose() -> Example:
        korean = random.random() < KOREAN_SHARE
        phrase = (korean_sentences if korean else english_sentences).sentence(random)
        return Example(text_of(phrase.words), int(phrase.polarity > 0), phrase.shape)

    return drawn_until(lambda example: side_of_sentence(example) == side, propose)


@cache
def neutral_words() -> frozenset[str]:
    """Words that never decide: names of things, people, times, intensifiers."""
    english = {noun for nouns in english_words.NOUNS.values() for noun in nouns}
    english |= {noun for nouns in english_words.PLURALS.values() for noun in nouns}
    english |= {*english_words.DEGREES, "the", "this", "that", "new", "old", "whole", "second"}
    english -= {"that", "so"}
    phrases = (*english_words.PERSONS, *english_words.NEUTRAL_CLAUSES)
    english |= {word for phrase in phrases for word in phrase} - {"we", "i", "it", "was"}
    nouns = {noun for group in korean_words.NOUNS.values() for noun in group}
    pairs = ("은는", "이가", "을를", "도도")
    korean = {particle(noun, pair) for noun in nouns for pair in pairs} | nouns
    korean |= {noun + ending for noun in nouns for ending in ("에", "에게", "에도")}
    korean |= {*korean_words.DEGREES, *korean_words.PERSONS, "이", "그", "이번"} - {"너무"}
    return frozenset(english | korean)


TASK = Task(
    name="sentiment",
    description="Reads a sentence in English or Korean, word by word, and says whether it is for "
    "or against what it speaks of.",
    unit="word",
    loss="binary_crossentropy",
    readout="last",
    metric="accuracy",
    draw=draw,
    samples_by_language={
        "en": (
            "the movie was not good, but the music was wonderful",
            "the movie was wonderful, but the ending was not good",
            "although the plot was predictable, i loved the acting",
            "i loved the acting although the plot was predictable",
            "it was not boring but funny",
            "we went there on sunday. the staff was friendly and the food was not bad at all.",
        ),
        "ko": (
            "이 영화는 지루하지 않았지만 결말이 아쉬웠다",
            "결말은 아쉬웠지만 이 영화는 지루하지 않았다",
            "음악이 정말 좋았다. 하지만 이야기가 너무 뻔했다.",
            "재미있을 줄 알았는데 별로 재미있지 않았어요",
            "이 책은 지루한 것이 아니라 흥미로웠다",
            "지난주에 친구와 봤는데 배우들 연기가 훌륭했고 돈이 아깝지 않았습니다.",
        ),
    },
    citation="A grammar of this project. On contrast and negation in sentiment: Polanyi & Zaenen "
    "2006, 'Contextual valence shifters'; Socher et al. 2013, 'Recursive deep models for semantic "
    "compositionality over a sentiment treebank'",
    answers=("against", "for"),
    neutral=neutral_words(),
)
