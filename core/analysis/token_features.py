"""What can be said of each token of a text, that a unit might follow?

Where it stands in the text and in its word, how many brackets are open, whether it is inside a
quotation, how long it is, what it is made of, what the right answer is and what the model's own is.
Depth and quotation are as they stand after the token, as a state is, and are counted from where the
model began to read: it cannot know of a quotation that opened before. Each is a column of numbers;
what tells one class from the others is 1 or 0. What never changes in a corpus is left out, since
nothing can follow it.

The apostrophe is no quotation mark here, since most of them are none; nor are primes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.activity import Activity
from core.analysis.activity_batch import MOST_CLASSES

OPENING, CLOSING = "([{", ")]}"
TURNING = '"'
"""Opens a quotation, and closes one that is open."""
QUOTES = {"“": 1, "”": -1, "«": 1, "»": -1, "「": 1, "」": -1, "『": 1, "』": -1}
KINDS = (
    "position", "word", "depth", "quote", "punctuation", "length", "capital", "digit", "space",
    "label", "answer",
)  # fmt: skip
"""What a feature can be; the last two have a class each."""


@dataclass(frozen=True)
class Feature:
    """One column: its `kind`, of KINDS, and the class that it tells from the others, if any.

    `counts` says that it is a number and not a yes or no.
    """

    kind: str
    of: str = ""
    counts: bool = False


@dataclass(frozen=True, eq=False)
class TokenFeatures:
    """Columns of numbers, `values` (tokens, features), float32, and what each is."""

    features: tuple[Feature, ...]
    values: Array

    def column(self, feature: Feature) -> Array:
        """One of them, (tokens,)."""
        return self.values[:, self.features.index(feature)]


def token_features(read: Activity, *, classes: Sequence[str] = ()) -> TokenFeatures:
    """Every feature that changes in what was read; `classes` are the names of answers."""
    columns: list[tuple[Feature, NDArray[np.floating]]] = [
        (Feature("position", counts=True), read.steps.astype(np.float32)),
        (Feature("word", counts=True), _in_word(read)),
        *_of_marks(read),
        *_of_tokens(read.tokens),
    ]
    for kind, found in (("label", _labels(read)), ("answer", read.answers)):
        if found is None:
            continue
        known = [int(at) for at in np.unique(found[found >= 0])]
        if len(known) == 2:
            known = known[1:]  # the other says the same
        for at in known if len(known) <= MOST_CLASSES else ():
            name = classes[at] if at < len(classes) else str(at)
            columns.append((Feature(kind, name), (found == at).astype(np.float32)))
    varying = [(feature, column) for feature, column in columns if np.ptp(column) > 0]
    values = np.zeros((len(read), len(varying)), np.float32)
    for at, (_, column) in enumerate(varying):
        values[:, at] = column
    return TokenFeatures(tuple(feature for feature, _ in varying), values)


def _in_word(read: Activity) -> Array:
    """The tokens since the last blank, for texts that are read in less than words; else 0."""
    blank = np.array([token.isspace() for token in read.tokens])
    if not blank.any():
        return np.zeros(len(read), np.float32)
    places = np.arange(len(read))
    begins = np.where(blank, places, read.starts[read.text_of] - 1)
    return (places - np.maximum.accumulate(begins)).astype(np.float32)


def _of_marks(read: Activity) -> list[tuple[Feature, Array]]:
    """How many brackets are open after each token, and whether a quotation is."""
    depths, quotes = np.zeros(len(read), np.float32), np.zeros(len(read), np.float32)
    for first, last in pairwise(read.starts.tolist()):
        depth = quote = 0
        for at in range(first, last):
            for character in read.tokens[at]:
                if character in OPENING:
                    depth += 1
                elif character in CLOSING:
                    depth = max(0, depth - 1)
                elif character == TURNING:
                    quote = 0 if quote else 1
                elif character in QUOTES:
                    quote = max(0, quote + QUOTES[character])
            depths[at], quotes[at] = depth, quote > 0
    return [(Feature("depth", counts=True), depths), (Feature("quote"), quotes)]


def _of_tokens(tokens: Sequence[str]) -> list[tuple[Feature, Array]]:
    """What each token is by itself, looked up once for each that is different."""
    of: dict[str, tuple[float, ...]] = {token: _look(token) for token in set(tokens)}
    looked = np.array([of[token] for token in tokens], np.float32)
    names = ("punctuation", "capital", "digit", "space", "length")
    return [
        (Feature(name, counts=name == "length"), looked[:, at]) for at, name in enumerate(names)
    ]


def _look(token: str) -> tuple[float, ...]:
    kinds = [unicodedata.category(character) for character in token]
    return (
        bool(kinds) and all(kind[0] in "PS" for kind in kinds),
        bool(kinds) and kinds[0] == "Lu",
        any(kind == "Nd" for kind in kinds),
        token.isspace(),
        len(token),
    )


def _labels(read: Activity) -> NDArray[np.int64] | None:
    """The right answer at each token, or of its text at each of it; −1 where there is none."""
    found = np.full(len(read), -1, np.int64)
    for text, (first, last) in zip(read.texts, pairwise(read.starts.tolist()), strict=True):
        if len(text.steps) == last - first:
            found[first:last] = [-1 if answer is None else answer for answer in text.steps]
        elif text.answer is not None:
            found[first:last] = text.answer
    return found if (found >= 0).any() else None
