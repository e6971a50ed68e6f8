"""Korean particles after words that only the reader's data know: `{name}을(를)` becomes 를 or 을.

Which form follows is decided by how the word before it is read aloud: by whether its last syllable
ends in a consonant, and for 로 whether that is ㄹ (Hangul Orthography, arts. 26 and 52). So

- Hangul by its last syllable; a letter of Hangul by its name (기역, 리을);
- numbers by their Sino-Korean reading: 3 삼, 10 십, 100 백, 0.25 … 오; % 퍼센트; powers 제곱;
- capitals by the names of the letters: LSTM … 엠, RNN … 엔; also words without a vowel (npz);
- other Latin words by how the Rules for Foreign Words write the sounds that they end in (Loanword
  Orthography, ch. 3, sec. 1): final l, m, n, ng are kept (셀, 필름, 린), r is not (서버), p, t, k
  after a short vowel close the syllable (맵, 넷, 북) and else get 으 (네트워크), as b, d, g, f,
  s and their like do; a final e is silent (네임, 파일);
- what stands in brackets is not read: the word before them decides. Closing quotes, stars and other
  punctuation are not read either, except where nothing else is there ('%', '.').

English spelling tells its sounds only roughly; what it tells wrongly is in lists below. What is
not known at all (kanji, Cyrillic) keeps both forms, 은(는), as Korean print does. Not chosen:
packages such as tossi, which nobody has kept since 2018, hangeul and hangulpy: none of them reads
Latin words in small letters, nor looks through Markdown.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from string import Formatter


class Ending(Enum):
    """How a word ends when it is read aloud: what decides between the forms of a particle."""

    VOWEL = "vowel"
    RIEUL = "ㄹ"
    CONSONANT = "consonant"


PARTICLES: dict[str, tuple[str, str]] = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "와(과)": ("과", "와"),
    "아(야)": ("아", "야"),
    "(으)로": ("으로", "로"),
    "이었(였)": ("이었", "였"),
    "(이)": ("이", ""),
}
"""As sentences write them → (after a consonant, after a vowel). `(이)` begins (이)라, (이)나, …"""

PARTICLE = re.compile("|".join(map(re.escape, PARTICLES)))

_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "이비씨디이프지치이이이엘엠엔오피큐알스티유이유스이트",
        strict=True,
    )
)
"""The last syllable of each letter's name: 에이, 비, 씨, …"""
_DIGITS = "영일이삼사오육칠팔구"
_PLACES = "십백천만만만만억억억억조조조조경경경경해"
"""The word that a whole number ends in, by how many zeros it ends in, from one on."""
_UNITS = {
    "m": "터",
    "km": "터",
    "cm": "터",
    "mm": "터",
    "g": "램",
    "kg": "램",
    "s": "초",
    "ms": "초",
    "min": "분",
    "h": "간",
}
_SYMBOLS = {
    "%": "트",
    "‰": "밀",
    "°": "도",
    "∞": "대",
    "+": "스",
    "=": "호",
    "&": "드",
    "#": "샵",
    "@": "이",
    "€": "로",
    "₩": "원",
    "¥": "엔",
    "£": "드",
    "×": "배",
    "√": "트",
    "∂": "드",
}
"""The last syllable of what is read aloud wherever it stands."""
_PUNCTUATION = {
    ",": "표",
    ".": "표",
    "!": "표",
    "?": "표",
    "…": "표",
    "~": "표",
    ":": "점",
    ";": "점",
    "·": "점",
    "(": "호",
    ")": "호",
    "[": "호",
    "]": "호",
    "{": "호",
    "}": "호",
    "<": "호",
    ">": "호",
    "-": "표",
    "–": "표",
    "—": "표",
    "/": "금",
    "\\": "금",
    "|": "줄",
    "^": "표",
    "$": "러",
}
"""The last syllable of the name of a sign, for where nothing else is there: 쉼표, 쌍점, 빗금, …"""
_WRAPPERS = "\"'“”‘’«»「」『』`*_"
_GREEK = {"γ": "마", "ε": "론", "ο": "론", "υ": "론"}  # 감마 … 입실론; the others end in a vowel

_KEPT, _KEPT_L, _OPEN = Ending.CONSONANT, Ending.RIEUL, Ending.VOWEL
_SPELT: tuple[tuple[str, Ending], ...] = (
    # Against the rules below: 웹, 탭, 굿, 타입 — and 비트, 루프.
    (r"(?:\b(?:lab|job|pub|good)|web|tab|club|type)$", _KEPT),
    (r"(?:\b(?:bit|hit|kit|quit)|loop|soup|scoop)$", _OPEN),
    (r"[aeiouy].*[mn]e$|[mn]$|ng$|mb$", _KEPT),  # 네임, 라인; 필름, 린; 스트링; 밤
    (r"[aeiouy].*le$|[^aeiouy]le$|l$", _KEPT_L),  # 파일, 테이블; 셀
    (r"out$|(?:^|[^aeiouy])[aeiouy]tt?$", _KEPT),  # 아웃, 넷, 로봇
    (r"[aeiouy]pp?$", _KEPT),  # 맵, 스텝, 그룹
    (r"ck$|oo?k$|(?:^|[^aeiouy])[aeiouy][ck]$", _KEPT),  # 블록, 북, 뮤직
)
"""How the last part of a Latin word is spelt → how it ends in Korean; all else ends in a vowel."""

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBER = re.compile(r"(?P<whole>\d[\d,]*)?(?P<rest>\.\d+)?$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>$")
_POWER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]$")


class Sentence(str):
    """A string whose particles fit what its fields are filled with.

    Only its own particles do: those in the facts are the reader's words and stay as they are.
    """

    __slots__ = ()

    def format(self, *positional: object, **facts: object) -> str:
        """Return the string with its fields filled, as `str.format` does, and its particles."""
        form = Formatter()
        said = ""
        for literal, name, spec, conversion in form.parse(self):
            said = _resolved(said, literal)
            if name is not None:
                value, _ = form.get_field(name, positional, facts)
                value = form.convert_field(value, conversion)
                said += form.format_field(value, (spec or "").format(*positional, **facts))
        return said


def fitting(language: str, strings: Mapping[str, str]) -> dict[str, str]:
    """Return strings that fit what fills them: Korean ones as `Sentence`, others as they are."""
    if language != "ko":
        return dict(strings)
    return {name: Sentence(text) if "{" in text else text for name, text in strings.items()}


def ending(text: str) -> Ending | None:
    """Return how a text ends when it is read aloud; None where that is not known."""
    read, skipped = _read(html.unescape(text))
    if read:
        return _of_read(read)
    bare = skipped.strip(_WRAPPERS)
    if not bare:  # a quote, 따옴표, or a star, 별표
        return _OPEN if skipped else None
    name = _PUNCTUATION.get(bare[-1])
    return None if name is None else _of_syllable(name)


def _resolved(before: str, literal: str) -> str:
    """Append a piece of a sentence, its particles in the forms that fit what stands before."""
    said, done = before, 0
    for found in PARTICLE.finditer(literal):
        said += literal[done : found.start()]
        done = found.end()
        after = ending(said)
        closed, opened = PARTICLES[found[0]]
        is_open = after is _OPEN or (after is _KEPT_L and found[0] == "(으)로")
        said += found[0] if after is None else opened if is_open else closed
    return said + literal[done:]


def _read(text: str) -> tuple[str, str]:
    """Part a text after the last of what is read aloud in its last word; the rest is skipped."""
    end = len(text)
    while end:
        tag = _TAG.search(text, 0, end)
        if tag:
            end = tag.start()
        elif text[end - 1] == ")" and text[: _opening(text, end)].strip():
            end = len(text[: _opening(text, end)].rstrip())
        elif text[end - 1].isspace():
            return "", text[end:]
        elif _is_silent(text[end - 1]):
            end -= 1
        else:
            break
    return text[:end], text[end:]


def _opening(text: str, end: int) -> int:
    """Return where the bracket opens that closes before `end`; 0 where none does."""
    depth = 0
    for place in range(end - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return 0


def _is_silent(sign: str) -> bool:
    return sign not in _SYMBOLS and unicodedata.category(sign)[0] in "PSMCZ"


def _of_read(text: str) -> Ending | None:
    """Return the ending of a text whose last sign is read aloud."""
    if _POWER.search(text):
        return _KEPT  # 제곱
    text = unicodedata.normalize("NFKC", text[-80:])
    last = text[-1]
    if last in _SYMBOLS:
        return _of_syllable(_SYMBOLS[last])
    if last.isdecimal():
        return _of_syllable(_last_of_number(text))
    if "가" <= last <= "힣":
        return _of_syllable(last)
    if "\u1100" <= last <= "\u11ff":  # a letter of Hangul alone: a vowel, or a consonant's name
        is_vowel = "\u1161" <= last <= "\u11a7"
        return _OPEN if is_vowel else _KEPT_L if last in "\u1105\u11af" else _KEPT
    if "α" <= last.lower() <= "ω":
        return _of_syllable(_GREEK.get(last.lower(), "파"))
    latin = unicodedata.normalize("NFKD", text)
    latin = "".join(sign for sign in latin if not unicodedata.combining(sign))
    word = re.search(r"[A-Za-z]+$", latin)
    return _of_latin(word[0], before=latin[: word.start()]) if word else None


def _of_latin(word: str, *, before: str) -> Ending:
    if word in _UNITS and before.rstrip()[-1:].isdecimal():
        return _of_syllable(_UNITS[word])
    part = _PART.findall(word)[-1]
    if part.isupper() or not re.search("[aeiouy]", part.lower()):
        return _of_syllable(_LETTERS[part[-1].lower()])
    return next((end for spelt, end in _SPELT if re.search(spelt, part.lower())), _OPEN)


def _last_of_number(text: str) -> str:
    number = _NUMBER.search(text)
    assert number is not None  # it ends in a digit
    if number["rest"] or not number["whole"]:
        return _DIGITS[int(text[-1])]
    digits = number["whole"].replace(",", "")
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros in (0, len(digits)):
        return _DIGITS[int(digits[-1])]
    return _PLACES[min(zeros, len(_PLACES)) - 1]


def _of_syllable(syllable: str) -> Ending:
    # A syllable's number is (lead · 21 + vowel) · 28 + final, where 0 is none and 8 is ㄹ.
    final = (ord(syllable) - ord("가")) % 28
    return _OPEN if final == 0 else _KEPT_L if final == 8 else _KEPT
