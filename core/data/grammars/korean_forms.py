"""How Korean words change: particles after nouns, endings after stems.

A predicate is kept as three of its forms, from which all others follow by arithmetic on the final
consonant of a syllable (Unicode places the syllables so that it is the code modulo 28):

    좋 (stem)     좋았 (past)     좋은 (before a noun)
    지루하        지루했          지루한          written '지루하' alone: 하 is regular
    아름답        아름다웠        아름다운        written '아름답': ㅂ is irregular in this lexicon

Not chosen: a morphological analyser, a large library for a few hundred words that we know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["plain", "polite", "formal", "casual", "remark"]
Tense = Literal["present", "past"]
Kind = Literal["adjective", "verb", "noun"]

N, R, P, SS = 4, 8, 17, 20  # final ㄴ, ㄹ, ㅂ, ㅆ
FIRST = 0xAC00


def final_of(word: str) -> int:
    """The number of the last syllable's final consonant, 0 for none."""
    return (ord(word[-1]) - FIRST) % 28


def with_final(word: str, final: int) -> str:
    """The word with another final consonant on its last syllable."""
    return word[:-1] + chr(ord(word[-1]) - final_of(word) + final)


def particle(noun: str, pair: str) -> str:
    """The noun with the particle that fits it, of a pair such as '은는'."""
    return noun + (pair[0] if final_of(noun) else pair[1])


@dataclass(frozen=True)
class Predicate:
    """A predicate with what stands before it.

    Attributes:
        stem, past, adnominal: its three forms, see above.
        before: words that belong to it ('마음에' before '들다').
        kind: verbs are used in the past only; nouns are nouns with '이다'.
    """

    stem: str
    past: str
    adnominal: str
    before: tuple[str, ...] = ()
    kind: Kind = "adjective"

    def ended(self, style: Style, tense: Tense) -> tuple[str, ...]:
        """The words as they end a sentence."""
        past = tense == "past" or self.kind == "verb"
        return (*self.before, self._ended_past(style) if past else self._ended_present(style))

    def linked(self, link: str) -> tuple[str, ...]:
        """The words as they go on to another clause, by the ending that is named."""
        opened = self.opened
        forms = {
            "지만": self.stem + "지만",
            "았지만": self.past + "지만",
            "는데": self.adnominal + "데",
            "았는데": self.past + "는데",
            "고": self.stem + "고",
            "았고": self.past + "고",
            "아도": opened + "도",
            "아서": opened + "서",
        }
        if self.kind == "noun":
            forms |= {"아서": self.stem + "라서", "아도": self.stem + "라도"}
        if self.kind == "verb":
            forms |= {
                "지만": self.past + "지만",
                "는데": self.past + "는데",
                "고": self.past + "고",
            }
        return (*self.before, forms[link])

    def negated(self, *, by: str) -> Predicate:
        """The long negation: '좋지 않다', '즐기지 못하다'; of a noun, '걸작이 아니다'."""
        if self.kind == "noun":
            noun = self.stem.removesuffix("이") if self.past.endswith("이었") else self.stem
            words = (*self.before, particle(noun, by))
            return Predicate("아니", "아니었", "아닌", words, "adjective")
        other = {"않": ("않", "않았", "않은"), "못하": ("못하", "못했", "못한")}[by]
        return Predicate(*other, (*self.before, self.stem + "지"), self.kind)

    def short_negated(self) -> Predicate:
        """The short negation: '안 좋다', '마음에 안 들다'."""
        before = (*self.before, "안")
        return Predicate(self.stem, self.past, self.adnominal, before, self.kind)

    @property
    def opened(self) -> str:
        """The stem as it stands before -요, -서, -도: '좋아', '지루해', '아름다워'."""
        return self.past.removesuffix("었") + "어" if self._is_copula else with_final(self.past, 0)

    @property
    def prospective(self) -> str:
        """As before '뿐만 아니라': '좋을', '지루할', '아름다울'."""
        if self.adnominal.endswith(("은", "는")):
            return self.stem + "을"
        return with_final(self.adnominal, R)

    @property
    def _is_copula(self) -> bool:
        return self.past.endswith("이었") or self.past == "아니었"

    def _ended_past(self, style: Style) -> str:
        ending = {"plain": "다", "polite": "어요", "formal": "습니다", "casual": "어",
                  "remark": "네요"}[style]  # fmt: skip
        return self.past + ending

    def _ended_present(self, style: Style) -> str:
        final = final_of(self.stem)
        bare = with_final(self.stem, 0) if final == R else self.stem
        if style == "plain":
            return self.stem + "다"
        if style == "remark":
            return bare + "네요"
        if style == "formal":
            if self.kind == "noun" and not self.stem.endswith("이"):
                return self.stem + "입니다"
            return self.stem + "습니다" if final not in {0, R} else with_final(bare, P) + "니다"
        polite = style == "polite"
        if self._is_copula:
            return self.stem + ("에요" if polite else "야")
        if self.kind == "noun":
            return self.stem + ("예요" if polite else "야")
        return self.opened + ("요" if polite else "")


def predicate(entry: str, *, before: tuple[str, ...] = (), kind: Kind = "adjective") -> Predicate:
    """A predicate from its entry in the lexicon: a stem, or 'stem/past/adnominal'."""
    if "/" in entry:
        stem, past, adnominal = entry.split("/")
    elif entry.endswith("적이"):
        stem, past, adnominal = entry, entry + "었", with_final(entry, N)
    elif entry.endswith("하"):
        stem, past, adnominal = entry, entry[:-1] + "했", with_final(entry, N)
    elif final_of(entry) == P:
        base = with_final(entry, 0)
        stem, past, adnominal = entry, base + "웠", base + "운"
    elif entry.endswith(("있", "없")):
        stem, past, adnominal = entry, entry + "었", entry + "는"
    else:
        msg = f"'{entry}' is irregular: give its three forms"
        raise ValueError(msg)
    return Predicate(stem, past, adnominal, before, kind)


def nominal(entry: str) -> Predicate:
    """'걸작이다', '최고다'; the entry may have words before the noun: '시간 낭비'."""
    *before, noun = entry.split()
    if final_of(noun):
        return Predicate(noun + "이", noun + "이었", noun + "인", tuple(before), "noun")
    return Predicate(noun, noun + "였", noun + "인", tuple(before), "noun")
