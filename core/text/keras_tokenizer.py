"""How `Tokenizer` of Keras 1 and 2 splits a text and looks it up: `texts_to_sequences`, exactly.

By words: the text in small letters if `lower`, each character of `filters` replaced by `split`,
then parted at `split`; empty words are dropped. By characters (`char_level`): every code point, and
no filters. A word that is not in the index, or whose rank is `num_words` or more, becomes the
`oov_token` where there is one, else it is left out. The ranks are the vocabulary's business; here
is what is looked up, beside what the user wrote.

Small letters are Unicode's, made of the whole text: Σ becomes ς at the end of a word, İ becomes two
code points. `split` may be any text, also one that a filter makes or that stands half in the text.
Not chosen: the rules "filter" of `core.text.fold`, which are kinder (a straight apostrophe for a
curved one) and so give other ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
"""What Keras filters unless told otherwise; the apostrophe is not among them."""


@dataclass(frozen=True)
class KerasRules:
    """The settings of a `Tokenizer` that decide how a text is split."""

    filters: str = FILTERS
    lower: bool = True
    split: str = " "
    char_level: bool = False

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """What is looked up of a text, each after how it is written: (written, looked up)."""
        small = text.lower() if self.lower else text
        # Where in the text each small letter comes from; only İ makes two of one.
        origin: Sequence[int] = range(len(text))
        if len(small) != len(text):
            origin = [at for at, letter in enumerate(text) for _ in letter.lower()]
        if self.char_level:
            return [
                (text[at] if len(text[at].lower()) == 1 else letter, letter)
                for at, letter in zip(origin, small, strict=True)
            ]
        parted = small.translate(dict.fromkeys(map(ord, self.filters), self.split))
        if len(self.split) > 1:
            filtered = set(self.filters)
            origin = [
                at
                for at, letter in zip(origin, small, strict=True)
                for _ in (self.split if letter in filtered else letter)
            ]
        found: list[tuple[str, str]] = []
        start = 0
        for word in parted.split(self.split):
            if word:
                first, last = origin[start], origin[start + len(word) - 1]
                found.append((text[first : last + 1], word))
            start += len(word) + len(self.split)
        return found

    def form(self, token: str) -> str:
        """What is looked up of a token that has been split already."""
        return token.lower() if self.lower else token

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary that `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> KerasRules:
        """The settings as a `Tokenizer` or `to_json` writes them.

        Raises ValueError, which names the setting, for what Keras could not split by either.
        """
        filters, split = saved.get("filters", FILTERS), saved.get("split", " ")
        if isinstance(filters, list) and all(isinstance(one, str) for one in filters):
            if any(len(one) != 1 for one in filters):
                raise ValueError("filters")
            filters = "".join(filters)
        flags = {"lower": saved.get("lower", True), "char_level": saved.get("char_level", False)}
        if not isinstance(filters, str):
            raise ValueError("filters")
        if not isinstance(split, str) or not split:
            raise ValueError("split")
        for name, flag in flags.items():
            if flag not in (0, 1):
                raise ValueError(name)
        return cls(filters, bool(flags["lower"]), split, bool(flags["char_level"]))
