"""Hangul syllables as the letters (jamo) they are written with, and back.

A syllable such as 한 is one character but three letters: ㅎ, ㅏ and a final ㄴ. 11,172 syllables
are too many for a small model to learn one by one; their 67 letters are not.

Letters are kept as *conjoining* jamo (U+1100 …), where an initial ㄴ and a final ㄴ are two
characters. So composing is exact, ㅋㅋ typed on its own is never drawn into a syllable beside it,
and a model can learn that the two sounds stand in different places. They are hard to read by
themselves, so `core.text.visible` shows them as the letters of a keyboard: ㄴ, and -ㄴ for a final,
as Korean grammars write endings. Not chosen: compatibility jamo (U+3131 …) as tokens. They read
well, but 앜ㅋ and 아ㅋㅋ become the same letters.

The arithmetic is Unicode's (The Unicode Standard, section 3.12, Conjoining Jamo Behavior), through
`unicodedata`. The cost is one table look-up a character.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3

# Syllables and conjoining letters: what Unicode composes, and nothing else (no é, no か゛).
_COMPOSABLE = re.compile("[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2\uac00-\ud7a3]{2,}")

# Compatibility letters in the order of the conjoining ones (Unicode's own decompositions lead only
# the other way, and not for all: NFKC makes both ᄀ and ㄱ into ᄀ).
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

LETTERS: dict[str, str] = (
    {chr(0x1100 + place): letter for place, letter in enumerate(_INITIALS)}
    | {chr(0x1161 + place): letter for place, letter in enumerate(_VOWELS)}
    | {chr(0x11A8 + place): f"-{letter}" for place, letter in enumerate(_FINALS)}
)
"""How a conjoining letter is shown by itself; a final with a hyphen before it."""


def decompose(text: str) -> str:
    """Write each Hangul syllable as its two or three conjoining letters; the rest stays."""
    return text.translate(_letters_of_syllables())


def compose(text: str) -> str:
    """Join conjoining letters into syllables where they make one; the rest stays.

    The inverse of `decompose`: `compose(decompose(text)) == text` for every text whose Hangul is
    composed to begin with, as nearly all text is.
    """
    return _COMPOSABLE.sub(lambda run: unicodedata.normalize("NFC", run[0]), text)


def readable(text: str) -> str:
    """Compose, and show letters that are left over as they would be typed.

    For text that a model wrote letter by letter: a vowel without an initial becomes ㅏ, a final
    without a syllable ㄴ.
    """
    return compose(text).translate(_TYPED)


_TYPED = {ord(letter): shown.removeprefix("-") for letter, shown in LETTERS.items()}


@cache
def _letters_of_syllables() -> dict[int, str]:
    # Made when first needed: 11,172 entries take 10 ms, which `import core` need not spend.
    return {
        code: unicodedata.normalize("NFD", chr(code))
        for code in range(FIRST_SYLLABLE, LAST_SYLLABLE + 1)
    }
