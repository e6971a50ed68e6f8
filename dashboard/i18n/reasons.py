"""The phrases that core puts into its errors, in the reader's language.

An error of core says what was wrong in facts, and some of them are phrases: `why="it has no name"`.
They cross processes and lie in files as they are, so they are put into Korean where they are shown.
A phrase is known by its English words, as gettext would have it, with a number for each gap:
`its {0} is missing`. Not chosen: a class of error for each phrase, of which there are three
hundred, in code that refuses what few will meet. What is not known stays English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from dashboard.i18n import labels, language, speak

PHRASES = frozenset({"why", "what", "expected", "kind", "known"})
"""The facts that are phrases of core's; what was `found` may be a reader's words."""


def told(facts: Mapping[str, object]) -> dict[str, object]:
    """Return the facts of an error with core's phrases in the reader's language."""
    if language() == "en":
        return dict(facts)
    return {name: _fact(name, fact) for name, fact in facts.items()}


def _fact(name: str, fact: object) -> object:
    if not isinstance(fact, str):
        return fact
    if name in PHRASES:
        return _phrase(fact, language())
    whole, _ = _known(language())
    return whole.get(fact, fact) if name == "found" and " " in fact else fact


def _phrase(fact: str, language: str) -> str:
    whole, gaps = _known(language)
    if fact in whole:
        return whole[fact]
    for pattern, phrase in gaps:
        filled = pattern.fullmatch(fact)
        if filled:
            # A phrase within a phrase has words; a single one is a name.
            parts = (_phrase(part, language) if " " in part else part for part in filled.groups())
            return phrase.format(*parts)
    return fact


@cache
def _known(language: str) -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Phrases without gaps; and those with some, the one with most words of its own first."""
    with speak(language):
        phrases = labels("reasons")
    gap = re.compile(r"\{\d\}")
    whole = {
        english.format(): phrase.format()
        for english, phrase in phrases.items()
        if not gap.search(english)
    }
    gaps = sorted(filter(gap.search, phrases), key=lambda english: -len(gap.sub("", english)))
    return whole, tuple((_pattern(english), phrases[english]) for english in gaps)


def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{\d\}", english)
    own = (re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts)
    return re.compile("(.+?)".join(own), re.DOTALL)
