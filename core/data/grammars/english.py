"""English clauses for or against something.

Each function below is one construction of the grammar: given the polarity that is wanted, it writes
words that have it, putting in the opposite word wherever it puts in a negation. What decides a
sentence of several clauses is said in `core.data.grammars.phrase`.
"""

from __future__ import annotations

from collections.abc import Callable

from core.data.grammars import english_words as lexicon
from core.data.grammars.lists import ANYTHING
from core.data.grammars.phrase import Phrase, Writer

Words = list[str]


def adjective(writer: Writer, kind: str, polarity: int) -> str:
    """An adjective for or against that can be said of the kind."""
    words = lexicon.FOR if polarity > 0 else lexicon.AGAINST
    return writer.pick(words[kind if writer.chance(0.6) else ANYTHING])


def degree(writer: Writer, *, negated: bool) -> Words:
    """An intensifier, or none; it never changes the polarity."""
    if not writer.chance(0.4):
        return []
    return [writer.pick(("very", "really", "so", "that") if negated else lexicon.DEGREES)]


def thing(writer: Writer, kind: str) -> tuple[Words, bool]:
    """A noun phrase, and whether it is plural."""
    if writer.chance(0.2):
        return [
            *writer.words("the|these|their|the other"),
            writer.pick(lexicon.PLURALS[kind]),
        ], True
    article = "the|the|the|the|this|this|that|their|our|the new|the whole|the second|the old"
    return [*writer.words(article), writer.pick(lexicon.NOUNS[kind])], False


def countable(writer: Writer, kind: str) -> str:
    """A noun that 'a' can stand before."""
    return writer.pick([n for n in lexicon.NOUNS[kind] if n not in lexicon.UNCOUNTABLE])


def subject(writer: Writer) -> tuple[str, Words, bool]:
    """What a clause speaks of: its kind, its words, whether it is plural."""
    kind = writer.pick(writer.kinds)
    if writer.chance(0.25):
        return kind, writer.words("it|it|this|everything"), False
    return kind, *thing(writer, kind)


def in_number(words: Words, *, plural: bool) -> Words:
    """The same words as they stand after a singular or a plural subject."""
    forms = {"was": "were", "is": "are", "has": "have", "wasn't": "weren't", "isn't": "aren't"}
    return [forms.get(word, word) for word in words] if plural else words


def turned(writer: Writer) -> bool:
    """Whether a clause says what it means by a negation of the opposite."""
    return writer.chance(0.45)


def copula(writer: Writer, polarity: int) -> Phrase:
    """'The soup was very good', 'the soup was not bad at all'."""
    kind, who, plural = subject(writer)
    negated = turned(writer)
    verbs = "was|was|is|seemed|felt|turned out to be|looked|has been"
    if negated:
        verbs = (
            "was not|was not|was not|wasn't|wasn't|is not|isn't|was never|was hardly"
            "|did not seem|didn't seem|didn't feel|was by no means|was far from"
        )
    does = in_number(writer.words(verbs), plural=plural)
    words = [*who, *does, *([] if does[-1] == "from" else degree(writer, negated=negated))]
    words.append(adjective(writer, kind, -polarity if negated else polarity))
    if negated and does[-1] != "from" and writer.chance(0.2):
        words += ["at", "all"]
    return Phrase(tuple(words), polarity, "copula-not" if negated else "copula")


def verb(writer: Writer, polarity: int) -> Phrase:
    """'We loved the soup', 'we did not like the soup'."""
    negated = turned(writer)
    means = -polarity if negated else polarity
    base, past = writer.pick(lexicon.LIKES if means > 0 else lexicon.DISLIKES)
    what = ["it"] if writer.chance(0.3) else thing(writer, writer.pick(writer.kinds))[0]
    if writer.chance(0.35):
        does = writer.words("do not|don't|do not really|never" if negated else "|||really")
        who = writer.pick(lexicon.SEVERAL)
        return Phrase(
            (*who, *does, base, *what), polarity, "verb-now-not" if negated else "verb-now"
        )
    does = [*writer.words("||||really|truly|absolutely|also"), past]
    if negated:
        does = writer.words(
            "did not|did not|didn't|didn't|did not really|never|could not|would not"
        )
        does.append(past if does == ["never"] else base)
    who = writer.pick(lexicon.PERSONS)
    return Phrase((*who, *does, *what), polarity, "verb-not" if negated else "verb")


def effect(writer: Writer, polarity: int) -> Phrase:
    """'The ending moved me', 'the ending did not bore us'."""
    negated = turned(writer)
    means = -polarity if negated else polarity
    base, past = writer.pick(lexicon.PLEASES if means > 0 else lexicon.DISPLEASES)
    _, who, _ = subject(writer)
    does = [*writer.words("did not|didn't"), base] if negated else [past]
    whom = writer.words("me|us|everyone|my friends")
    return Phrase((*who, *does, *whom), polarity, "effect-not" if negated else "effect")


def naming(writer: Writer, polarity: int) -> Phrase:
    """'It was a masterpiece', 'the plot was not a disaster'."""
    negated = turned(writer)
    means = -polarity if negated else polarity
    _, who, plural = subject(writer)
    does = writer.words("was not|is not|wasn't|isn't|was hardly" if negated else "was|is")
    what = writer.pick(lexicon.TREASURES if means > 0 else lexicon.FAILURES)
    words = (*(["it"] if plural else who), *does, *what)
    return Phrase(words, polarity, "naming-not" if negated else "naming")


def with_article(words: Words) -> Words:
    """The words after 'a' or 'an', as the first one sounds."""
    vowel = words[0][0] in "aeiou" and words[0] not in {"useful", "useless"}
    return ["an" if vowel else "a", *words]


def described(writer: Writer, polarity: int) -> Phrase:
    """'It is a very good film', 'this was not a bad lecture'."""
    negated = turned(writer)
    kind = writer.pick(writer.kinds)
    does = writer.words("was not|is not|isn't|wasn't|was hardly" if negated else "was|is")
    means = adjective(writer, kind, -polarity if negated else polarity)
    much = writer.words("|||very|really|truly")
    what = with_article([*much, means, countable(writer, kind)])
    words = (*writer.words("it|it|this|that"), *does, *what)
    return Phrase(words, polarity, "described-not" if negated else "described")


def too(writer: Writer, polarity: int) -> Phrase:
    """'The room was too small', 'the room was not too small'."""
    kind, who, plural = subject(writer)
    verbs = "was|is|was a bit|was far" if polarity < 0 else "was not|wasn't|is not|was never"
    does = in_number(writer.words(verbs), plural=plural)
    words = (*who, *does, "too", writer.pick(lexicon.TOO[kind]))
    return Phrase(words, polarity, "too-not" if polarity > 0 else "too")


def nothing(writer: Writer, polarity: int) -> Phrase:
    """'There was nothing good about the film', 'nobody hated the film'."""
    kind = writer.pick(writer.kinds)
    what = thing(writer, kind)[0]
    if writer.chance(0.5):
        _, past = writer.pick(lexicon.LIKES if polarity < 0 else lexicon.DISLIKES)
        return Phrase((*writer.words("nobody|no one"), past, *what), polarity, "nobody")
    if writer.chance(0.3):
        words = writer.words("nothing was|nothing is|nothing here was")
        return Phrase((*words, adjective(writer, kind, -polarity)), polarity, "nothing-was")
    words = writer.words("there was nothing|i found nothing|there is nothing")
    words += [adjective(writer, kind, -polarity), *writer.words("about|in"), *what]
    return Phrase(tuple(words), polarity, "nothing")


def expected(writer: Writer, polarity: int) -> Phrase:
    """Set phrases of comparison, with their 'not' in unusual places."""
    _, who, plural = subject(writer)
    phrases = lexicon.EXPECTED_FOR if polarity > 0 else lexicon.EXPECTED_AGAINST
    does = in_number(list(writer.pick(phrases)), plural=plural)
    return Phrase((*who, *does), polarity, "expected")


def advice(writer: Writer, polarity: int) -> Phrase:
    """Set phrases: what one would do again, or not."""
    words = writer.pick(lexicon.ADVICE_FOR if polarity > 0 else lexicon.ADVICE_AGAINST)
    return Phrase(words, polarity, "advice")


def contrast(writer: Writer, polarity: int) -> Phrase:
    """Within one clause: 'was not dull but funny', 'was not only good but also clear'."""
    kind, who, plural = subject(writer)
    mine, again = two_adjectives(writer, kind, polarity)
    other, another = two_adjectives(writer, kind, -polarity)
    form = writer.pick(("not-but", "not-but", "only", "neither", "and", "and-not"))
    words = {
        "not-but": ["not", other, "but", mine],
        "only": ["not", "only", mine, "but", "also", again],
        "neither": ["neither", other, "nor", another],
        "and": [mine, "and", again],
        "and-not": [mine, "and", "not", other],
    }[form]
    does = in_number(writer.words("was|was|is"), plural=plural)
    return Phrase((*who, *does, *words), polarity, f"contrast-{form}")


def two_adjectives(writer: Writer, kind: str, polarity: int) -> tuple[str, str]:
    """Two different adjectives of the same polarity."""
    one = other = adjective(writer, kind, polarity)
    while other == one:
        other = adjective(writer, kind, polarity)
    return one, other


CLAUSES: tuple[Callable[[Writer, int], Phrase], ...] = (
    copula, copula, copula, copula, verb, verb, effect, naming, described, described, too, nothing,
    expected, advice, contrast, contrast,
)  # fmt: skip


def clause(writer: Writer, polarity: int) -> Phrase:
    """A clause of the polarity, in some construction."""
    return writer.pick(CLAUSES)(writer, polarity)


def fragment(writer: Writer, polarity: int) -> Phrase:
    """What people write who are in a hurry: 'not good', 'a very boring book'."""
    kind = writer.pick(writer.kinds)
    negated = writer.chance(0.5)
    words = degree(writer, negated=negated)
    words.append(adjective(writer, kind, -polarity if negated else polarity))
    if writer.chance(0.4) and words[0] not in {"so", "that"}:
        words = with_article([*words, countable(writer, kind)])
    if negated:
        words.insert(0, "not")
    return Phrase(tuple(words), polarity, "fragment-not" if negated else "fragment")
