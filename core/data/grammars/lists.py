"""How the lexicons are written: lists of words and of phrases as one text each."""

from __future__ import annotations

ANYTHING = "anything"
"""The kind of what can be said of a thing of any kind."""


def words(text: str) -> tuple[str, ...]:
    """The words of a list written as a text."""
    return tuple(text.split())


def phrases(alternatives: str) -> tuple[tuple[str, ...], ...]:
    """Alternatives parted by '|', each as its words."""
    return tuple(words(phrase) for phrase in alternatives.split("|"))
