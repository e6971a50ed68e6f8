"""What every grammar is made of: a few words that are for, against or neither.

The idea: a phrase is words together with the polarity that the grammar means by them, so a label
is never guessed from the finished sentence. How the phrases of a sentence add up is the rule, and
it is stated once, here, for all languages:

- A polar word counts once; each negation of it turns it over ('not good', '좋지 않았다').
- Clauses joined by 'and', 'because', '~고', '~아서' agree; the grammar joins no others by these.
- Of clauses set against one another the *main* one decides: the one after 'but', 'however',
  '~지만', '하지만'; the one without 'although'; the one beside 'despite'; the Y of 'not X but Y'.
- Neutral words and clauses decide nothing.

Not chosen: adding up the words' polarities, since then order and scope would not matter and a bag
of words, without any recurrence, would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Phrase:
    """Words and what they mean.

    Attributes:
        words: tokens, punctuation apart.
        polarity: +1 for, −1 against, 0 neither.
        shape: which constructions it is made of, e.g. "but(copula,verb-not)".
    """

    words: tuple[str, ...]
    polarity: int
    shape: str


@dataclass(frozen=True)
class Writer:
    """Who writes one sentence: the source of chance, and the kinds of things it is about."""

    random: np.random.Generator
    kinds: tuple[str, ...] = ()

    def pick(self, options: Sequence[Choice]) -> Choice:
        """One of the options, all alike."""
        return options[int(self.random.integers(len(options)))]

    def words(self, alternatives: str) -> list[str]:
        """The words of one of the alternatives, which '|' parts; one may be empty."""
        return self.pick(alternatives.split("|")).split()

    def chance(self, probability: float) -> bool:
        """True as often as the probability says."""
        return bool(self.random.random() < probability)


def joined(shape: str, polarity: int, *parts: Phrase | Sequence[str]) -> Phrase:
    """Clauses and the words between them; the polarity is the one that the rule gives."""
    words = [word for part in parts for word in (part.words if isinstance(part, Phrase) else part)]
    shapes = ",".join(part.shape for part in parts if isinstance(part, Phrase))
    return Phrase(tuple(words), polarity, f"{shape}({shapes})")


def text_of(words: Sequence[str]) -> str:
    """The words as one writes them: no blank before a comma, a full stop or an exclamation mark."""
    text = ""
    for word in words:
        text += word if not text or word in {",", ".", "!", "?"} else f" {word}"
    return text
