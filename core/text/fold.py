"""How a typed text meets words that were gathered by somebody else's rules.

A vocabulary from Keras knows small letters without punctuation, so 'Good!' has to find 'good'. A
`Fold` names those rules; what is shown stays as the user typed it:

| fold | Keras | tokens | looked up as |
| --- | --- | --- | --- |
| none | | see `core.text.tokens` | they stand, else in their normal form |
| exact | `TextVectorization(standardize=None)` | parted by blanks | they stand |
| lower | "lower" | parted by blanks | small letters |
| bare | "strip_punctuation" | parted by blanks | without punctuation |
| strip | "lower_and_strip_punctuation", its default | parted by blanks | both |
| filter | `Tokenizer`'s rules | parted by blanks and punctuation | small letters |
| letters | | parted by blanks | as strip, in all of Unicode: ¿Quién? finds quién |

"filter" is what IMDB and Reuters were indexed with: it leaves apostrophes in words, as in "don't".

So 'Well-known!' is one token, looked up as 'wellknown', with "strip", and two with "filter". A
token of which nothing is left ('--') is dropped: Keras does not see it either. Keras's small
letters and blanks are those of ASCII, 'É' stays as it is and a no-break space parts nothing; those
of "filter" are Unicode's. With the units character and jamo the same rules hold for each character,
blanks included; TextVectorization's characters are code points, not what a reader sees as one.

Not chosen: to rewrite the text before it is split, which would show the user another text.
"""

from __future__ import annotations

import re
import string
import unicodedata
from typing import Literal, get_args

from core.errors import UnknownName
from core.text.errors import TooManyCharacters
from core.text.tokens import Unit, tokenize

Fold = Literal["none", "exact", "lower", "bare", "strip", "filter", "letters"]
FOLDS: tuple[Fold, ...] = get_args(Fold)

_OF_VECTORIZATION = ("exact", "lower", "bare", "strip")
_APART = string.punctuation.replace("'", "")
_PIECES = {
    "filter": re.compile(rf"[^\s{re.escape(_APART)}]+"),
    "blanks": re.compile(r"[^ \t\n\r\f\v]+"),
}
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_BARE = str.maketrans("", "", string.punctuation)
_FILTERED = str.maketrans("’", "'", _APART)


def checked_fold(fold: str) -> Fold:
    """Return the fold.

    Raises:
        UnknownName: when there is no such fold.
    """
    for known in FOLDS:
        if fold == known:
            return known
    raise UnknownName(kind="fold", found=fold, known=", ".join(FOLDS))


def split(text: str, unit: Unit, fold: Fold, *, limit: int | None) -> tuple[str, ...]:
    """Split a text into the tokens that are looked up, each as it is written.

    Raises:
        TooManyCharacters: when the text is longer than the limit.
    """
    if unit == "character" and fold in _OF_VECTORIZATION:
        if limit is not None and len(text) > limit:
            raise TooManyCharacters(found=len(text), limit=limit)
        return kept(tuple(text), unit, fold)
    if fold == "none" or unit != "word":
        return kept(tokenize(text, unit, limit=limit), unit, fold)
    if limit is not None and len(text) > limit:
        raise TooManyCharacters(found=len(text), limit=limit)
    pieces = _PIECES.get(fold, _PIECES["blanks"]).findall(text)
    return kept(tuple(pieces), unit, fold)


def kept(tokens: tuple[str, ...], unit: Unit, fold: Fold) -> tuple[str, ...]:
    """Return the tokens of which something is left to look up."""
    if fold in ("none", "exact", "lower"):
        return tokens
    dropped = {token for token in set(tokens) if not forms(token, unit, fold)[0]}
    return tuple(token for token in tokens if token not in dropped) if dropped else tokens


def forms(token: str, unit: Unit, fold: Fold) -> tuple[str, ...]:
    """Return the forms that a token is looked up in, one after the other, until one is known."""
    if fold == "none":
        return token, normal_form(token, unit)
    if fold == "filter":
        plain = unicodedata.normalize("NFC", token).translate(_FILTERED)
        # Keras indexed "'good'" with its quotes, and seldom; then the word itself is what is meant.
        return plain, plain.lower(), plain.lower().strip("'")
    if fold == "letters":
        plain = unicodedata.normalize("NFC", token).lower()
        return ("".join(c for c in plain if not unicodedata.category(c).startswith("P")),)
    small = token.translate(_SMALL) if fold in ("lower", "strip") else token
    return (small.translate(_BARE) if fold in ("bare", "strip") else small,)


def normal_form(token: str, unit: Unit) -> str:
    """Return the form in which a token is gathered, and looked up, without a fold."""
    if unit == "word":
        return unicodedata.normalize("NFC", token).lower().replace("’", "'")
    return "\n" if token in ("\r\n", "\r") else unicodedata.normalize("NFC", token)
