"""Korean clauses for or against something.

As in English each function is one construction, but a Korean clause ends in its predicate, and
the predicate's ending says how the sentence goes on ('좋았다.', '좋았지만', '좋고'). So a clause
here is the words up to the predicate and the predicate itself, still without its ending.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.data.grammars import korean_words as lexicon
from core.data.grammars.korean_forms import (
    Predicate,
    Style,
    Tense,
    nominal,
    particle,
    predicate,
)
from core.data.grammars.lists import ANYTHING
from core.data.grammars.phrase import Phrase, Writer


@dataclass(frozen=True)
class Clause:
    """A clause that may still end or go on.

    Attributes:
        words: what stands before the predicate.
        predicate: it, with its negation if it has one.
        polarity: +1 or −1, negation included.
        shape: its construction.
    """

    words: tuple[str, ...]
    predicate: Predicate
    polarity: int
    shape: str

    def ended(self, style: Style, tense: Tense) -> Phrase:
        """The clause at the end of a sentence."""
        words = (*self.words, *self.predicate.ended(style, tense))
        return Phrase(words, self.polarity, self.shape)

    def linked(self, link: str) -> Phrase:
        """The clause before another, by an ending such as '지만'."""
        return Phrase((*self.words, *self.predicate.linked(link)), self.polarity, self.shape)


def described(writer: Writer, kind: str, polarity: int) -> str:
    """An adjective's entry, for or against, that can be said of the kind."""
    entries = lexicon.FOR if polarity > 0 else lexicon.AGAINST
    return writer.pick(entries[kind if writer.chance(0.6) else ANYTHING])


def subject(writer: Writer, kind: str) -> tuple[str, ...]:
    """What a clause speaks of, as topic or subject, at times as the part of a whole."""
    noun = writer.pick(lexicon.NOUNS[kind])
    words = (*writer.words("|||이|그|이번"), particle(noun, writer.pick(("은는", "이가", "이가"))))
    if noun in lexicon.PARTS and writer.chance(0.3):
        whole = particle(writer.pick(lexicon.WHOLES[kind]), "은는")
        return (*writer.words("이|"), whole, particle(noun, "이가"))
    if writer.chance(0.1):
        return (particle(noun, "도도"),)
    return () if writer.chance(0.12) else words


def adjective(writer: Writer, polarity: int) -> Clause:
    """'음악이 정말 좋다', '음악이 별로 좋지 않다', '안 좋다', '좋다고 할 수 없다'."""
    kind = writer.pick(writer.kinds)
    who = subject(writer, kind)
    if not writer.chance(0.45):
        plain = predicate(described(writer, kind, polarity))
        much = writer.words("||") or writer.words("|".join(("", *lexicon.DEGREES)))
        return Clause((*who, *much), plain, polarity, "adjective")
    entry = described(writer, kind, -polarity)
    opposite = predicate(entry)
    adverb = (writer.pick(lexicon.NEGATION_ADVERBS),) if writer.chance(0.4) else ()
    if opposite.stem in lexicon.SHORT and writer.chance(0.35):
        return Clause((*who, *adverb), opposite.short_negated(), polarity, "adjective-short-not")
    if writer.chance(0.12):
        before = (opposite.stem + "다고", "할", "수")
        return Clause(
            who, Predicate("없", "없었", "없는", before), polarity, "adjective-cannot-say"
        )
    if writer.chance(0.12):
        rather = (opposite.adnominal, "편은")
        words = Predicate("아니", "아니었", "아닌", rather)
        return Clause(who, words, polarity, "adjective-not-rather")
    return Clause((*who, *adverb), opposite.negated(by="않"), polarity, "adjective-not")


def feeling(writer: Writer, polarity: int) -> Clause:
    """'나는 결말에 실망했다', '결말이 마음에 들지 않았다'."""
    negated = writer.chance(0.45)
    means = -polarity if negated else polarity
    *middle, entry = writer.pick(lexicon.LIKES if means > 0 else lexicon.DISLIKES)
    noun = writer.pick(lexicon.NOUNS[writer.pick(writer.kinds)])
    if middle[0] == "에":
        what = noun + ("에게" if noun in lexicon.BEINGS else "에")
    else:
        what = particle(noun, middle[0])
    who = (writer.pick(lexicon.PERSONS),) if writer.chance(0.45) else ()
    words = (*who, *writer.words("|||이|그"), what)
    verb = predicate(entry, before=tuple(middle[1:]), kind="verb")
    if not negated:
        return Clause((*words, *writer.words("||정말|무척|매우")), verb, polarity, "feeling")
    if verb.before and writer.chance(0.5):
        return Clause(words, verb.short_negated(), polarity, "feeling-short-not")
    by = "못하" if means > 0 and verb.stem == "즐기" else "않"
    return Clause(
        (*words, *writer.words("|||별로|전혀")), verb.negated(by=by), polarity, "feeling-not"
    )


def naming(writer: Writer, polarity: int) -> Clause:
    """'이 영화는 걸작이다', '걸작은 아니었다', '별로였다'."""
    who = subject(writer, writer.pick(writer.kinds))
    if writer.chance(0.25):
        nouns = lexicon.UNTURNED_FOR if polarity > 0 else lexicon.UNTURNED_AGAINST
        return Clause(who, nominal(" ".join(writer.pick(nouns))), polarity, "naming")
    negated = writer.chance(0.45)
    means = -polarity if negated else polarity
    named = nominal(" ".join(writer.pick(lexicon.TREASURES if means > 0 else lexicon.FAILURES)))
    if negated:
        named = named.negated(by=writer.pick(("은는", "이가")))
    return Clause(who, named, polarity, "naming-not" if negated else "naming")


def such(writer: Writer, polarity: int) -> Clause:
    """'정말 좋은 영화였다', '좋은 영화는 아니었다', '좋지 않은 영화였다'."""
    kind = writer.pick(writer.kinds)
    form = writer.pick(("plain", "plain", "is-not", "not-such"))
    adjective = predicate(described(writer, kind, polarity if form == "plain" else -polarity))
    if form == "not-such":
        adjective = adjective.negated(by="않")
    noun = nominal(writer.pick(lexicon.SUCH[kind]))
    named = noun.negated(by=writer.pick(("은는", "이가"))) if form == "is-not" else noun
    how = (*adjective.before, adjective.adnominal)
    if form == "plain" and writer.chance(0.15):
        how = ("최고의" if polarity > 0 else "최악의",)
    before = (*writer.words("|||이건|정말|꽤|참"), *how)
    return Clause(before, named, polarity, f"such-{form}")


def too(writer: Writer, polarity: int) -> Clause:
    """'너무 길었다', '너무 길지 않았다'."""
    kind = writer.pick(writer.kinds)
    words = (*subject(writer, kind), *writer.words("너무|너무|지나치게"))
    much = predicate(writer.pick(lexicon.TOO[kind]))
    if polarity > 0:
        return Clause(words, much.negated(by="않"), polarity, "too-not")
    return Clause(words, much, polarity, "too")


def set_phrase(writer: Writer, polarity: int) -> Clause:
    """'다시 보고 싶다', '돈이 아깝지 않았다', '기대에 못 미쳤다'."""
    if writer.chance(0.4):
        *before, verb = writer.pick(lexicon.SET_FOR if polarity > 0 else lexicon.SET_AGAINST)
        return Clause((), predicate(verb, before=tuple(before), kind="verb"), polarity, "set-verb")
    *before, entry = writer.pick(lexicon.ADVICE_FOR if polarity > 0 else lexicon.ADVICE_AGAINST)
    return Clause((), predicate(entry, before=tuple(before)), polarity, "set-phrase")


def contrast(writer: Writer, polarity: int) -> Clause:
    """'지루한 것이 아니라 재미있다', '지루하지 않고 재미있다', '좋을 뿐만 아니라 재미있다'."""
    kind = writer.pick(writer.kinds)
    mine, again = two(writer, kind, polarity)
    other, another = two(writer, kind, -polarity)
    form = writer.pick(("not-but", "not-and", "only", "and", "neither"))
    words: tuple[str, ...] = {
        "not-but": (other.adnominal, writer.pick(("것이", "게")), "아니라"),
        "not-and": (other.stem + "지", writer.pick(("않고", "않고", "않으며"))),
        "only": (again.prospective, "뿐만", "아니라"),
        "and": (again.stem + "고",),
        "neither": (other.stem + "지도", "않고"),
    }[form]
    last = mine
    if form == "neither":
        last = Predicate("않", "않았", "않은", (another.stem + "지도",))
    return Clause((*subject(writer, kind), *words), last, polarity, f"contrast-{form}")


def two(writer: Writer, kind: str, polarity: int) -> tuple[Predicate, Predicate]:
    """Two different adjectives of the same polarity."""
    one = other = described(writer, kind, polarity)
    while other == one:
        other = described(writer, kind, polarity)
    return predicate(one), predicate(other)


CLAUSES: tuple[Callable[[Writer, int], Clause], ...] = (
    adjective, adjective, adjective, adjective, adjective, feeling, feeling, naming, such, such,
    too, set_phrase, contrast,
)  # fmt: skip


def clause(writer: Writer, polarity: int) -> Clause:
    """A clause of the polarity, in some construction."""
    return writer.pick(CLAUSES)(writer, polarity)
