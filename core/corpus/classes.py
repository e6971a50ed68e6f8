"""What kinds of words are there in the grammars that texts are drawn from?

Much as parts of speech are: praise and blame, nouns, degrees, negation, contrast, in English and
Korean. A word that is of two kinds has none here. They stand beside the tokens of every corpus that
is drawn from these grammars, without anybody having labelled it.
"""

from __future__ import annotations

from functools import cache

from core.data.grammars import english_words as english
from core.data.grammars import korean_words as korean


@cache
def word_classes() -> dict[str, str]:
    """The kind of each word that is of one kind."""
    of: dict[str, set[str]] = {}

    def add(name: str, *lists: object) -> None:
        for words in lists:
            for word in _words(words):
                of.setdefault(word, set()).add(name)

    add("praise", english.FOR, english.LIKES, english.PLEASES, korean.FOR, korean.LIKES)
    add("blame", english.AGAINST, english.DISLIKES, english.DISPLEASES, korean.AGAINST)
    add("blame", korean.DISLIKES)
    add("noun", english.NOUNS, english.PLURALS, korean.NOUNS)
    add("degree", english.DEGREES, korean.DEGREES)
    add("negation", ("not", "never", "hardly", "nobody", "nothing", "neither", "nor", "no"))
    add("negation", ("didn't", "wasn't", "isn't", "don't", "doesn't"), korean.NEGATION_ADVERBS)
    add("contrast", ("but", "although", "though", "however", "yet", "하지만", "그러나", "그런데"))
    return {word: next(iter(names)) for word, names in of.items() if len(names) == 1}


def _words(nested: object) -> set[str]:
    if isinstance(nested, str):
        return {nested}
    if isinstance(nested, dict):
        return set().union(*map(_words, nested.values()))
    if isinstance(nested, tuple | list | frozenset | set):
        return set().union(*map(_words, nested)) if nested else set()
    return set()
