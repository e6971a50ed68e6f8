"""Whether a text reads like what people write: letters of one script, and of one language."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

_EAST_ASIAN = {"HANGUL", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"}
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_SIGN = regex.compile(
    r"(?<=\p{L})[^\p{L}\p{M}\p{Cf}\x00-\x7f’·‧](?=\p{L})|[\p{So}\p{Sk}\p{Cn}\p{Co}]"
)
_RAISED_CAPITAL = regex.compile(r"(?<=\p{Ll})(?=[^\x00-\x7f])\p{Lu}")

# What no one language has beside the rest, an encoding has most likely got wrong.
_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "äöüß",
            "éèêëàâçùûüîïôœæÿ",
            "áéíóúüñ¿¡ºª",
            "áàâãçéêíóôõúüºª",
            "àèéìíîòóù",
            "åäöéæøü",
            "ąćęłńóśźż",
            "áčďéěíňóřšťúůýž",
            "áäčďéíĺľňóôŕšťúýž",
            "áéíóöőúüű",
            "çğıöşüâîûi",  # i, which İ becomes
            "ăâîșțşţ",
            "čćšžđ",
            "äöüßéèêëàâçùûîïôœñáíóúå",
        ),
    )
)


def latin_share(text: str) -> float:
    """The greatest share of the Latin letters beyond ASCII that one language has; 1 without any."""
    letters = [small for letter in text if letter > "\x7f" for small in letter.lower()[:1]]
    latin = [letter for letter in letters if script_of(letter) == "LATIN"]
    if not latin:
        return 1.0
    return max(sum(letter in known for letter in latin) for known in _ALPHABETS) / len(latin)


def coherence(text: str) -> float:
    """The share of characters beyond ASCII that stand where people write such; 1 without any."""
    beyond = sum(letter > "\x7f" for letter in text)
    if not beyond:
        return 1.0
    odd = len(_SIGN.findall(text)) + len(_RAISED_CAPITAL.findall(text))
    for match in _WORD.finditer(text):
        word = match[0]
        if not word.isascii() and len({script_of(letter) for letter in word} - {""}) > 1:
            odd += sum(letter > "\x7f" for letter in word)
    return max(0.0, 1 - odd / beyond)


@lru_cache(maxsize=20_000)
def script_of(letter: str) -> str:
    """The script of a letter, such as "LATIN"; "CJK" for all of China and Japan, which mix."""
    if unicodedata.category(letter)[0] == "M":
        return ""
    name = unicodedata.name(letter, "UNKNOWN").split(" ")[0]
    return "CJK" if name in _EAST_ASIAN - {"HANGUL"} else name
