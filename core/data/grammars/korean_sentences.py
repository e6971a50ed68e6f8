"""Korean sentences of one to three clauses, and which of the clauses decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.grammars import korean_words as lexicon
from core.data.grammars.korean import Clause, clause, described, subject
from core.data.grammars.korean_forms import Style, Tense, predicate
from core.data.grammars.phrase import Phrase, Writer, joined

STYLES: tuple[Style, ...] = ("plain", "plain", "plain", "polite", "polite", "formal", "casual",
                             "remark")  # fmt: skip
AND, BECAUSE = ("고", "았고"), ("아서", "아서")
BUT = ("지만", "았지만", "았지만", "는데", "았는데", "았는데", "아도")


@dataclass(frozen=True)
class Manner:
    """How one text is written throughout: its style and tense."""

    style: Style
    tense: Tense

    def end(self, clause: Clause) -> Phrase:
        """The clause as a sentence of this text."""
        return clause.ended(self.style, self.tense)


def single(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """One clause."""
    return manner.end(clause(writer, polarity))


def agreeing(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """Two clauses that say the same: '~고', '~아서', one after the other."""
    first, last = clause(writer, polarity), manner.end(clause(writer, polarity))
    if writer.chance(0.25):
        more = writer.words("|그리고|게다가|또")
        return joined("then", polarity, manner.end(first), ["."], more, last)
    link = writer.pick((*AND, *AND, *BECAUSE))
    return joined(link, polarity, first.linked(link), writer.words("|||,"), last)


def but(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """Two clauses against each other: the second decides."""
    first, last = clause(writer, -polarity), manner.end(clause(writer, polarity))
    if writer.chance(0.3):
        word = writer.words("하지만|하지만|그러나|그런데|그래도|그렇지만|다만")
        return joined(word[0], polarity, manner.end(first), ["."], word, writer.words("|||,"), last)
    if first.predicate.kind == "adjective" and writer.chance(0.12):
        granted = (*first.words, *first.predicate.before, first.predicate.stem + "기는")
        grant = Phrase((*granted, writer.pick(("했지만", "하지만"))), -polarity, first.shape)
        return joined("기는", polarity, grant, last)
    link = writer.pick(BUT)
    start = writer.words("||||||비록") if link.endswith("지만") else ()
    return joined(link, polarity, start, first.linked(link), writer.words("|||,"), last)


def expectation(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """'재미있을 줄 알았는데 지루했다': what was expected decides nothing."""
    kind = writer.pick(writer.kinds)
    hoped = predicate(described(writer, kind, -polarity))
    last = manner.end(clause(writer, polarity))
    words = (*subject(writer, kind), hoped.prospective, "줄", "알았는데")
    return joined("expectation", polarity, words, last)


def despite(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """'지루한 초반에도 불구하고 …': what is granted decides nothing."""
    kind = writer.pick(writer.kinds)
    adnominal = predicate(described(writer, kind, -polarity)).adnominal
    noun = writer.pick(lexicon.NOUNS[kind])
    last = manner.end(clause(writer, polarity))
    return joined("despite", polarity, (adnominal, noun + "에도", "불구하고"), last)


def three(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """Three clauses with one turn, before or after a '~고'."""
    first, last = clause(writer, -polarity), manner.end(clause(writer, polarity))
    turn = writer.pick(BUT[:5])
    if writer.chance(0.5):
        more = clause(writer, polarity).linked(writer.pick(AND))
        return joined("but-and", polarity, first.linked(turn), more, last)
    more = first.linked(writer.pick(AND))
    return joined("and-but", polarity, more, clause(writer, -polarity).linked(turn), last)


def padded(writer: Writer, manner: Manner, polarity: int) -> Phrase:
    """What decides beside a clause that says nothing."""
    *before, verb = writer.pick(lexicon.NEUTRAL_CLAUSES)
    neutral = Clause((), predicate(verb, before=tuple(before), kind="verb"), 0, "neutral")
    main = but(writer, manner, polarity) if writer.chance(0.3) else single(writer, manner, polarity)
    if writer.chance(0.4):
        return joined("after-neutral", polarity, neutral.linked("았는데"), main)
    sentence = manner.end(neutral)
    if writer.chance(0.6):
        return joined("after-neutral", polarity, sentence, ["."], main)
    return joined("before-neutral", polarity, main, ["."], sentence)


def fragment(writer: Writer, polarity: int) -> Phrase:
    """What people write who are in a hurry: '안 좋아', '정말 재미없는 영화', '최고'."""
    kind = writer.pick(writer.kinds)
    if writer.chance(0.15):
        shout = writer.pick(lexicon.SHOUTS_FOR if polarity > 0 else lexicon.SHOUTS_AGAINST)
        return Phrase(shout, polarity, "fragment-shout")
    noun = writer.pick(lexicon.NOUNS[kind])
    if writer.chance(0.5):
        negated = writer.chance(0.4)
        adjective = predicate(described(writer, kind, -polarity if negated else polarity))
        adjective = adjective.negated(by="않") if negated else adjective
        words = [*writer.words("||정말|진짜|아주"), *adjective.before, adjective.adnominal, noun]
        return Phrase(tuple(words), polarity, "fragment-such")
    negated = writer.chance(0.4)
    adjective = predicate(described(writer, kind, -polarity if negated else polarity))
    short = adjective.stem in lexicon.SHORT and writer.chance(0.5)
    if negated:
        adjective = adjective.short_negated() if short else adjective.negated(by="않")
    tense: Tense = "past" if writer.chance(0.4) else "present"
    return Phrase(adjective.ended(writer.pick(STYLES), tense), polarity, "fragment")


SENTENCES = (
    single, single, single, single, agreeing, agreeing, but, but, but, but, expectation, despite,
    three, padded,
)  # fmt: skip


def sentence(random: np.random.Generator) -> Phrase:
    """A sentence for or against, with what people put around it."""
    polarity = 1 if random.random() < 0.5 else -1
    writer = Writer(random, Writer(random).pick(lexicon.THEMES))
    if writer.chance(0.1):
        return fragment(writer, polarity)
    manner = Manner(writer.pick(STYLES), "past" if writer.chance(0.7) else "present")
    core = writer.pick(SENTENCES)(writer, manner, polarity)
    words = list(core.words)
    if writer.chance(0.18):
        words = [*writer.pick(lexicon.OPENINGS), *words]
    words += writer.words("|||.|.|.|.|!")
    return Phrase(tuple(words), core.polarity, core.shape)
