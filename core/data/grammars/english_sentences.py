"""English sentences of one to three clauses, and which of the clauses decides."""

from __future__ import annotations

import numpy as np

from core.data.grammars import english_words as lexicon
from core.data.grammars.english import adjective, clause, fragment
from core.data.grammars.phrase import Phrase, Writer, joined


def single(writer: Writer, polarity: int) -> Phrase:
    """One clause."""
    return clause(writer, polarity)


def agreeing(writer: Writer, polarity: int) -> Phrase:
    """Two clauses that say the same: 'and', 'because', one after the other."""
    between = writer.words("and|, and|because|.|and also|, so")
    shape = "then" if between == ["."] else next(word for word in between if word.isalpha())
    return joined(shape, polarity, clause(writer, polarity), between, clause(writer, polarity))


def but(writer: Writer, polarity: int) -> Phrase:
    """Two clauses against each other: the second decides."""
    between = writer.words(
        "but|but|, but|, but|. but|, yet|yet|. however ,|, however ,|. still ,|. nevertheless ,"
    )
    shape = next(word for word in between if word.isalpha())
    return joined(shape, polarity, clause(writer, -polarity), between, clause(writer, polarity))


def although(writer: Writer, polarity: int) -> Phrase:
    """A clause that is granted and one that decides, in either order."""
    word = writer.words("although|although|though|even though")
    granted, main = clause(writer, -polarity), clause(writer, polarity)
    if writer.chance(0.5):
        return joined(f"{word[-1]}-first", polarity, word, granted, [","], main)
    return joined(f"{word[-1]}-last", polarity, main, writer.words("||,"), word, granted)


def expectation(writer: Writer, polarity: int) -> Phrase:
    """'I thought it would be dull, but …': what was expected decides nothing."""
    kind = writer.pick(writer.kinds)
    hoped = writer.words("i thought|i expected|we thought|i hoped|everyone said")
    hoped += writer.words("it would be|it was going to be")
    hoped.append(adjective(writer, kind, -polarity))
    turn = writer.words("but|, but|, but|. but")
    return joined("expectation", polarity, hoped, turn, clause(writer, polarity))


def despite(writer: Writer, polarity: int) -> Phrase:
    """A thing that is granted and a clause that decides, in either order."""
    kind = writer.pick(writer.kinds)
    granted = writer.words("despite the|in spite of the|despite their")
    granted += [adjective(writer, kind, -polarity), writer.pick(lexicon.NOUNS[kind])]
    main = clause(writer, polarity)
    if writer.chance(0.5):
        return joined("despite-first", polarity, granted, [","], main)
    return joined("despite-last", polarity, main, granted)


def three(writer: Writer, polarity: int) -> Phrase:
    """Three clauses with one turn, before or after an 'and'."""
    first, last = clause(writer, -polarity), clause(writer, polarity)
    turn = writer.words("but|, but|, but")
    if writer.chance(0.5):
        more = clause(writer, polarity)
        return joined("but-and", polarity, first, turn, more, ["and"], last)
    more = clause(writer, -polarity)
    return joined("and-but", polarity, first, ["and"], more, turn, last)


def padded(writer: Writer, polarity: int) -> Phrase:
    """What decides beside a clause that says nothing."""
    neutral = writer.pick(lexicon.NEUTRAL_CLAUSES)
    main = but(writer, polarity) if writer.chance(0.3) else clause(writer, polarity)
    if writer.chance(0.65):
        return joined("after-neutral", polarity, neutral, writer.words("and|.|, and"), main)
    return joined("before-neutral", polarity, main, ["."], neutral)


SENTENCES = (
    single, single, single, single, agreeing, but, but, but, although, although, expectation,
    despite, three, padded,
)  # fmt: skip


def sentence(random: np.random.Generator) -> Phrase:
    """A sentence for or against, with what people put around it."""
    polarity = 1 if random.random() < 0.5 else -1
    writer = Writer(random, Writer(random).pick(lexicon.THEMES))
    if writer.chance(0.08):
        return fragment(writer, polarity)
    core = writer.pick(SENTENCES)(writer, polarity)
    words = list(core.words)
    if writer.chance(0.04):
        words = [writer.pick(lexicon.LUCK if polarity > 0 else lexicon.BAD_LUCK), ",", *words]
    elif writer.chance(0.2):
        words = [*writer.pick(lexicon.OPENINGS), *writer.words(",|,|"), *words]
    if writer.chance(0.12):
        words += writer.pick(lexicon.CLOSINGS)
    words += writer.words("|||.|.|.|.|!")
    return Phrase(tuple(words), core.polarity, core.shape)
