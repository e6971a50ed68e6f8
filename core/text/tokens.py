"""A text as the tokens that a model reads one after the other.

Three units:

- "character": what a reader sees as one, Unicode's extended grapheme cluster (UAX 29): a family
  emoji, é as two code points, a flag, a Hangul syllable, a Windows line break are one token each.
- "word": letters and digits with the apostrophes and hyphens inside them, a Korean eojeol whole,
  every other visible character by itself. Blanks part words and are no tokens. Scripts that do not
  part their words (Chinese, Japanese, Thai) give a token for each unparted run.
- "jamo": as characters, but Hangul syllables as their letters, see `core.text.hangul`.

Nothing else is lost: characters and jamo join to the text again, words join to the text without its
blanks. The spelling is the user's; that 'The' is looked up as 'the' is the vocabulary's business.

Clusters come from the `regex` library, which follows each new version of Unicode; the standard `re`
does not know them. The cost is about 0.5 µs a character; text without anything that could join
(plain Latin, Hangul, Han) takes a short cut of 0.1 µs. Equal tokens share one string, so that ten
million of them take 80 MB.
Not chosen: subword units (BPE), whose tables would have to be trained, and whose tokens say less
about what a gate reacts to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import tee
from typing import Literal, get_args

import regex

from core.errors import UnknownName
from core.text.errors import TooManyCharacters
from core.text.hangul import decompose

Unit = Literal["character", "word", "jamo"]
UNITS: tuple[Unit, ...] = get_args(Unit)

MOST_CHARACTERS = 10_000_000
"""Characters that are read at once unless the caller says otherwise: seconds, and 80 MB."""

# Code points that are a cluster each, whatever stands beside them among themselves: no carriage
# return, no marks, no joiners, no regional indicators.
_PLAIN_CHARACTERS = (
    "\x00-\x0c\x0e-\u02ff"  # ASCII and Latin letters
    "\u2010-\u2027\u3000-\u3029\u3041-\u3096\u309b-\u30ff"  # punctuation, kana
    "\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9d"  # Korean letters, Han, Hangul, wide
)
_PLAIN = {
    "character": re.compile(f"[{_PLAIN_CHARACTERS}]*"),
    "jamo": re.compile(f"[{_PLAIN_CHARACTERS}\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]*"),
}

_MARKS = r"[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*"
# Flags are pairs of letters. \X alone finds them by counting back to the start of their run, which
# for a text of a hundred thousand flags takes minutes.
_CLUSTER = rf"(?:\p{{RI}}{{2}}{_MARKS}|\X)"

_PATTERNS = {
    "character": regex.compile(_CLUSTER),
    # A Hangul letter and the marks upon it, else a cluster.
    "jamo": regex.compile(rf"[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]{_MARKS}|{_CLUSTER}"),
    "word": regex.compile(
        rf"""
        [\p{{L}}\p{{M}}\p{{N}}\p{{Pc}}]+
        (?: (?: ['’\-‐‑\u200c\u200d\u00ad]                  # don't, well-known, inner joiners
              | (?<=\p{{N}}) \. (?=\p{{N}})                 # 3.14
              | (?<=\p{{N}}) , (?=\p{{N}}{{3}}(?!\p{{N}}))  # 1,000
            )
            [\p{{L}}\p{{M}}\p{{N}}\p{{Pc}}]+
        )*+
        | (?!\s) {_CLUSTER}
        """,
        regex.VERBOSE,
    ),
}


def tokenize(text: str, unit: Unit, *, limit: int | None = MOST_CHARACTERS) -> tuple[str, ...]:
    """Split a text into tokens; an empty or blank text may give none.

    Args:
        text: any string.
        unit: "character", "word" or "jamo".
        limit: the most characters (code points) to take; None for no limit.

    Raises:
        TooManyCharacters: when the text is longer than the limit. It is never cut.
        UnknownName: when there is no such unit.
    """
    checked_unit(unit)
    if limit is not None and len(text) > limit:
        raise TooManyCharacters(found=len(text), limit=limit)
    if unit == "jamo":
        text = decompose(text)
    if unit in _PLAIN and _PLAIN[unit].fullmatch(text):
        return _shared(text)
    return _shared(match[0] for match in _PATTERNS[unit].finditer(text))


def checked_unit(unit: str) -> Unit:
    """Return the unit.

    Raises:
        UnknownName: when there is no such unit.
    """
    for known in UNITS:
        if unit == known:
            return known
    raise UnknownName(kind="unit", found=unit, known=", ".join(UNITS))


def _shared(tokens: Iterable[str]) -> tuple[str, ...]:
    # One string object per distinct token: a Hangul token takes 76 bytes, a reference to it 8.
    seen: dict[str, str] = {}
    return tuple(map(seen.setdefault, *tee(tokens)))
