"""The tokens that a model knows, and their ids.

Id 0 is padding and id 1 is any token that is not known, as Keras's own text layers have it; the
known tokens follow from 2. An unknown token keeps its place and its spelling: only its id is 1.

A token is looked up as it stands, then in its normal form: composed (Unicode NFC), a Windows line
break as a plain one, and words in small letters with a straight apostrophe. So 'The' finds 'the'
where there is no 'The', and the user's spelling is what is shown. A vocabulary that was gathered by
Keras has a `fold` instead, see `core.text.fold`. The cost is one look-up per *different* token, so
a text of ten million tokens is encoded in about a second. Not chosen: hashing of unknown words into
spare ids, which gives two words one id without saying so.

A vocabulary that was made elsewhere may begin with another id, and mean another one by unknown:
`first` and `unknown` say which. Names such as [PAD] are tokens like others there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.errors import EmptyText, OutOfRange, TokenOutOfRange, UnknownName
from core.text.encoded import PADDING, PADDING_ID, UNKNOWN, UNKNOWN_ID, Encoded
from core.text.errors import (
    BlankText,
    NotAVocabulary,
    NothingKnown,
    NothingToLookUp,
    RepeatedToken,
    TooManyCharacters,
)
from core.text.fold import Fold, checked_fold, forms, kept, split
from core.text.fold import normal_form as normal_form
from core.text.keras_tokenizer import KerasRules
from core.text.tokens import MOST_CHARACTERS, Unit, checked_unit
from core.text.visible import visible

SPECIAL = (PADDING, UNKNOWN)


@dataclass(frozen=True)
class Vocabulary:
    """Known tokens, in the order of their ids, and the unit that texts are split by.

    Attributes:
        tokens: all different.
        unit: "character", "word" or "jamo".
        fold: whose rules the tokens were gathered by, so that typed texts are read by them too.
        length: to how many tokens every text is cut or padded; None for as many as it has.
        first: the id of the first token.
        unknown: the id of any token that is not known; None where such tokens are left out.
        rules: those of a Keras `Tokenizer`, in place of unit and fold.

    Raises:
        RepeatedToken: when a token stands there twice, or is `<pad>` or `<unk>`.
        UnknownName: when there is no such unit or fold.
        OutOfRange: when texts should have no tokens, or ids are not those of tokens.
    """

    tokens: tuple[str, ...]
    unit: Unit
    fold: Fold = "none"
    length: int | None = None
    first: int = len(SPECIAL)
    unknown: int | None = UNKNOWN_ID
    rules: KerasRules | None = None

    def __post_init__(self) -> None:
        checked_unit(self.unit)
        checked_fold(self.fold)
        object.__setattr__(self, "tokens", tuple(self.tokens))
        if self.length is not None and self.length < 1:
            raise OutOfRange(what="length", found=self.length, expected="at least 1")
        if self.first < 0:
            raise OutOfRange(what="first", found=self.first, expected="at least 0")
        if self.unknown is not None and not 0 <= self.unknown < self.size:
            raise OutOfRange(what="unknown", found=self.unknown, expected="the id of a token")
        reserved = SPECIAL if self._is_ours else ()
        names = set(self.tokens)
        if len(names) != len(self.tokens) or not names.isdisjoint(reserved):
            counts = Counter((*reserved, *self.tokens))
            raise RepeatedToken(token=visible(counts.most_common(1)[0][0]))

    @classmethod
    def build(
        cls, texts: Iterable[str], *, unit: Unit, most: int | None = None, at_least: int = 1,
        fold: Fold = "none",
    ) -> Vocabulary:  # fmt: skip
        """Gather the tokens of some texts, in their normal form, the most frequent first.

        Args:
            texts: each of any length; tokens that are equally frequent stand in code point order,
                so that the same texts in another order give the same vocabulary.
            unit: "character", "word" or "jamo".
            most: keep at most so many; None for all.
            at_least: keep those that occur so often.
            fold: the rules to gather by.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(split(text, unit, fold, limit=None))
        return cls.gathered(counts, unit=unit, most=most, at_least=at_least, fold=fold)

    @classmethod
    def gathered(
        cls, counts: Mapping[str, int], *, unit: Unit, most: int | None = None, at_least: int = 1,
        fold: Fold = "none",
    ) -> Vocabulary:  # fmt: skip
        """Gather tokens that have been counted already, as `build` does.

        Args:
            counts: how often each token occurs.
            unit: what they are.
            most: keep at most so many; None for all.
            at_least: keep those that occur so often.
            fold: the rules to gather by.
        """
        normal: Counter[str] = Counter()
        for token, count in counts.items():
            normal[forms(token, unit, fold)[-1]] += count
        # Texts such as the Penn Treebank write out what they have made unknown.
        for name in ("", *SPECIAL):
            normal.pop(name, None)
        by_frequency = sorted(normal, key=lambda token: (-normal[token], token))
        enough = [token for token in by_frequency if normal[token] >= at_least]
        return cls(tuple(enough[:most]), unit, fold)

    @property
    def size(self) -> int:
        """How many ids there are, padding and unknown included: the rows of an embedding."""
        return self.first + len(self.tokens)

    def encode(self, text: str, *, limit: int | None = MOST_CHARACTERS) -> Encoded:
        """Split a text by this vocabulary's unit and look its tokens up; cut or pad it to `length`.

        Raises:
            EmptyText: when there is not one character.
            BlankText: when there is nothing to see. (`encode_tokens` takes blanks too.)
            TooManyCharacters: when the text is longer than the limit.
            NothingToLookUp: when the fold leaves nothing of the text.
        """
        if not text:
            raise EmptyText
        if self.rules is not None:
            found = self._encode_by_rules(self.rules, text, limit)
        elif text.isspace():
            raise BlankText(count=len(text))
        else:
            tokens = split(text, self.unit, self.fold, limit=limit)
            if not tokens:
                raise NothingToLookUp
            found = self.encode_tokens(tokens)
        return found if self.length is None else found.fitted(self.length)

    def _encode_by_rules(self, rules: KerasRules, text: str, limit: int | None) -> Encoded:
        if limit is not None and len(text) > limit:
            raise TooManyCharacters(found=len(text), limit=limit)
        pieces = rules.pieces(text)
        if not pieces:
            raise NothingToLookUp
        written, forms_of = zip(*pieces, strict=True)
        return self._looked_up(written, [self._ids.get(form, -1) for form in forms_of])

    def encode_tokens(self, tokens: Sequence[str]) -> Encoded:
        """Look tokens up that have been split already; those that the fold drops are left out.

        Raises:
            EmptyText: when there are none.
            NothingToLookUp: when none is left.
            NothingKnown: when unknown tokens are left out, and all are.
        """
        if not tokens:
            raise EmptyText
        if self.rules is None:
            tokens = kept(tuple(tokens), self.unit, self.fold)
            if not tokens:
                raise NothingToLookUp
        id_of = {token: self._id_of(token) for token in set(tokens)}
        return self._looked_up(tokens, [id_of[token] for token in tokens])

    def _looked_up(self, tokens: Sequence[str], ids: Sequence[int]) -> Encoded:
        """Tokens with their ids, -1 for those that are not known."""
        indices = np.array(ids, np.int64)
        known = (indices >= 0) & (indices != self.unknown)
        if self.unknown is None:
            tokens = [token for token, index in zip(tokens, ids, strict=True) if index >= 0]
            indices, known = indices[known], known[known]
            if not tokens:
                raise NothingKnown
        return Encoded(tuple(tokens), np.where(known, indices, self.unknown or 0), known)

    def token_of(self, index: int) -> str:
        """Return the token of an id; `<pad>` and `<unk>` for 0 and 1, a number without any.

        Raises:
            TokenOutOfRange: when there is no such id.
        """
        if not 0 <= index < self.size:
            raise TokenOutOfRange(found=index, highest=self.size - 1)
        if index >= self.first:
            return self.tokens[index - self.first]
        return {PADDING_ID: PADDING, self.unknown: UNKNOWN}.get(index, f"<{index}>")

    def __contains__(self, token: object) -> bool:
        return isinstance(token, str) and self._id_of(token) >= 0

    def to_json(self) -> dict[str, object]:
        """Return a plain dictionary that `json` can write; of the rest what is not the default."""
        folded = {} if self.fold == "none" else {"fold": self.fold}
        cut = {} if self.length is None else {"length": self.length}
        placed = {} if self._is_ours else {"first": self.first, "unknown": self.unknown}
        ruled = {} if self.rules is None else {"rules": self.rules.to_json()}
        return {"unit": self.unit, "tokens": list(self.tokens), **folded, **cut, **placed, **ruled}

    @classmethod
    def from_json(cls, saved: object) -> Vocabulary:
        """Read what `to_json` gave.

        Raises:
            NotAVocabulary: when it is anything else.
        """
        if not isinstance(saved, Mapping):
            raise NotAVocabulary
        unit, tokens, fold = saved.get("unit"), saved.get("tokens"), saved.get("fold", "none")
        if not isinstance(unit, str) or not isinstance(tokens, list | tuple):
            raise NotAVocabulary
        length, unknown = saved.get("length"), saved.get("unknown", UNKNOWN_ID)
        first, rules = saved.get("first", len(SPECIAL)), saved.get("rules")
        if rules is not None and not isinstance(rules, Mapping):
            raise NotAVocabulary
        if not isinstance(fold, str) or type(first) is not int:
            raise NotAVocabulary
        if not all(number is None or type(number) is int for number in (length, unknown)):
            raise NotAVocabulary
        if not all(isinstance(token, str) for token in tokens):
            raise NotAVocabulary
        try:
            known_unit, known_fold = checked_unit(unit), checked_fold(fold)
            ruled = None if rules is None else KerasRules.from_json(rules)
            return cls(tuple(tokens), known_unit, known_fold, length, first, unknown, ruled)
        except (RepeatedToken, UnknownName, OutOfRange, ValueError) as error:
            raise NotAVocabulary from error

    @property
    def _is_ours(self) -> bool:
        """Whether padding and unknown are as here; else they may stand among the tokens."""
        return self.first == len(SPECIAL) and self.unknown == UNKNOWN_ID

    @cached_property
    def _ids(self) -> dict[str, int]:
        # A token that is called by its own id, "<7>", only fills a gap: nobody means it.
        named = enumerate(self.tokens, start=self.first)
        return {token: index for index, token in named if token != f"<{index}>"}

    def _id_of(self, token: str) -> int:
        """The id of a token that is known, else -1; the name of what is not is none either."""
        if self.rules is not None:
            return self._ids.get(self.rules.form(token), -1)
        found = (self._ids.get(form) for form in forms(token, self.unit, self.fold))
        index = next((index for index in found if index is not None), -1)
        return -1 if index == self.unknown else index
