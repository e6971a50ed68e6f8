"""Says whether a Korean sentence of the grammar is for or against, from its words alone.

The rule, without the grammar's code: the last sentence that is for or against counts, and in it the
last polar word, turned over by '안' before it and by each of '않-', '못하-', '아니-', '(할 수) 없-'
after it. (What '~지만', '~는데' or '~고' joins, the last clause decides.) Forms are found by their
beginnings, not by the grammar's endings.
"""

from __future__ import annotations

from itertools import chain

from core.data.grammars import korean_words as lexicon

TURNED_AFTER = ("않", "못하", "못했", "아니", "아닌", "아닙")
WHOLE = dict.fromkeys(["최고", "대박", "강추", "명작", "꿀잼", "걸작", "수작", "성공작"], 1)
WHOLE |= dict.fromkeys(["최악", "별로", "비추", "졸작", "노잼", "낭비", "엉망", "실패작"], -1)
SET_FOR = (
    "기대 이상|감동 그 자체|뛰어넘|줄 몰랐|웃음이|기분이|보고 싶|가고 싶|추천하고 싶|볼 만|믿을 만"
    "|마음에 들|마음에 안 걸|기억에 남|추천하|추천해|추천합|추천한|강력 추천"
)
SET_AGAINST = (
    "기대 이하|실망 그 자체|못 미|하품만|화가|한숨만|환불하고 싶|믿을 수 없|돈이 아깝|돈이 아까"
    "|시간이 아깝|시간이 아까|마음에 걸|마음에 안 들|기억에 안 남"
)
SET = {tuple(row.split()): 1 for row in SET_FOR.split("|")}
SET |= {tuple(row.split()): -1 for row in SET_AGAINST.split("|")}
"""What words in a row begin with, and what they mean together."""


def _beginnings(entry: str) -> set[str]:
    # A stem, its past without the final ㅆ, what stands before a noun: '아름답', '아름다우'…
    if "/" in entry:
        stem, past, adnominal = entry.split("/")
        found = {stem, past, _without_final(past), adnominal}
        bare = _without_final(stem)
        if bare != stem and (ord(stem[-1]) - 0xAC00) % 28 == 8:  # ㄹ, dropped in '힘드네요'
            found.add(bare + "네")
        if bare == stem or bare + "네" in found:  # '짭니다', '힘듭니다'
            found.add(bare[:-1] + chr(ord(bare[-1]) + 17))
        return found
    last = entry[-1]
    if (ord(last) - 0xAC00) % 28 == 17:  # ㅂ
        bare = entry[:-1] + _without_final(last)
        return {entry, bare + "웠", bare + "워", bare + "운", bare + "울"}
    if last == "하":
        return {entry, entry[:-1] + "해", entry[:-1] + "했", entry[:-1] + "한", entry[:-1] + "할",
                entry[:-1] + "합"}  # fmt: skip
    if entry.endswith("적이"):
        return {entry, entry[:-1] + "인", entry[:-1] + "일", entry[:-1] + "입"}
    return {entry}


def _without_final(word: str) -> str:
    return word[:-1] + chr(ord(word[-1]) - (ord(word[-1]) - 0xAC00) % 28)


def _polar() -> dict[str, int]:
    polar: dict[str, int] = {}
    for groups, polarity in ((lexicon.FOR, 1), (lexicon.AGAINST, -1)):
        for entry in chain.from_iterable(groups.values()):
            polar |= dict.fromkeys(_beginnings(entry), polarity)
    for verbs, polarity in ((lexicon.LIKES, 1), (lexicon.DISLIKES, -1)):
        for phrase in verbs:
            if len(phrase) == 2:
                polar |= dict.fromkeys(_beginnings(phrase[1]), polarity)
    return polar


POLAR = _polar()
TOO = {
    beginning
    for entry in chain.from_iterable(lexicon.TOO.values())
    for beginning in _beginnings(entry)
}
THINGS = tuple(
    sorted({noun for nouns in lexicon.NOUNS.values() for noun in nouns}, key=len, reverse=True)
)
PARTICLES = ("은", "는", "이", "가", "을", "를", "도", "에", "에게", "에도", "")


def names_a_thing(word: str) -> bool:
    return any(word == thing + particle for thing in THINGS for particle in PARTICLES)


def polar_at(words: list[str], place: int) -> int | None:
    """The polarity of the word or the words in a row that begin here."""
    for start, polarity in SET.items():
        row = words[place : place + len(start)]
        if len(row) == len(start) and all(w.startswith(s) for w, s in zip(row, start, strict=True)):
            return polarity
    word = words[place]
    if place and words[place - 1] in {"너무", "지나치게"} and _begins(word, TOO):
        return -1
    if word == "별로" and place + 1 < len(words):
        return None  # 'not particularly', before a negation
    for whole, polarity in WHOLE.items():
        if word.startswith(whole):
            return polarity
    if names_a_thing(word):
        return None
    found = _begins(word, POLAR)
    return POLAR[found] if found else None


def _begins(word: str, beginnings: dict[str, int] | set[str]) -> str | None:
    """The longest beginning of the word; a final ㄴ, ㄹ, ㅂ on a stem does not matter."""
    bare = word[:1] and "".join(word)
    for length in range(len(bare), 0, -1):
        if bare[:length] in beginnings:
            return bare[:length]
        if length > 1 or len(bare) == 1:
            stem = _without_final(bare[:length])
            if stem in beginnings and bare[length - 1] not in "다":
                return stem
    return None


def polarity(words: tuple[str, ...]) -> int:
    """+1 or −1."""
    sentences: list[list[str]] = [[]]
    for word in words:
        if word in {".", "!"}:
            sentences.append([])
        elif word != ",":
            sentences[-1].append(word)
    for sentence in reversed(sentences):
        for place in range(len(sentence) - 1, -1, -1):
            found = polar_at(sentence, place)
            if found is None:
                continue
            after = sentence[place + 1 :]
            turns = sum(word.startswith(TURNED_AFTER) for word in after)
            turns += "할" in after and after[after.index("할") + 1] == "수"
            turns += place > 0 and sentence[place - 1] == "안"
            return found * (-1) ** turns
    raise AssertionError(words)
