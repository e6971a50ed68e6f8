from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import UnknownName
from core.text.errors import TooManyCharacters
from core.text.hangul import compose
from core.text.tokens import _PLAIN, tokenize

AWKWARD = (
    "가각힣ㅋㅏ한국어\u1100\u1161\u11a8\u1112\u1160 \t\r\n\u00a0\u3000\u2028e\u0301éßİ'’-‐3.,0"
    "👨\u200d👩👍🏽🇰🇷❤\ufe0f\u20e3\u202e\u200b\u200c\u00adक्षि\u0600\u0e33<>_&*…ñ中かが\u3099\x00\x1c\ud800"
)
TEXTS = st.text(alphabet=st.one_of(st.sampled_from(AWKWARD), st.characters()), max_size=60)


@given(TEXTS)
@example("\r\n\r\r\n")
def test_characters_join_to_the_text(text: str):
    assert "".join(tokenize(text, "character")) == text


@given(TEXTS)
@example("\u1100\uac00\u11a8")
def test_jamo_join_to_the_text_up_to_how_its_hangul_was_written(text: str):
    joined = "".join(tokenize(text, "jamo"))
    assert compose(joined) == compose(text)
    assert unicodedata.normalize("NFD", joined) == unicodedata.normalize("NFD", text)
    assert not any("가" <= letter <= "힣" for letter in joined)


@given(TEXTS)
@example("don't — 'tis 3.14, 1,000. x-\u0301")
def test_words_lose_nothing_but_blanks(text: str):
    def unblanked(given: str) -> str:
        return regex.sub(r"\s", "", given)

    tokens = tokenize(text, "word")
    assert unblanked("".join(tokens)) == unblanked(text)
    assert all(unblanked(token) for token in tokens)


@given(TEXTS)
@example("🇰🇷🇺🇸🇫")
@example("\u0600🇰🇷🇺\u0301🇸🇫🇷")
def test_characters_are_grapheme_clusters(text: str):
    assert list(tokenize(text, "character")) == regex.findall(r"\X", text)


def test_a_hundred_thousand_flags_take_no_time():
    tokens = tokenize("🇰🇷" * 100_000 + "🇫", "character")  # minutes where the work is quadratic
    assert (len(tokens), tokens[0], tokens[-1]) == (100_001, "🇰🇷", "🇫")


@given(st.text(alphabet=st.characters()).filter(_PLAIN["character"].fullmatch))
def test_the_short_cut_gives_what_clusters_give(text: str):
    assert list(tokenize(text, "character")) == regex.findall(r"\X", text)


def test_the_short_cut_is_right_for_each_pair_of_kinds_of_character():
    # One character of each kind that Unicode's rules for clusters tell apart, where it is plain.
    every = "".join(map(chr, range(0x10000)))
    plain = "".join(regex.findall(_PLAIN["character"].pattern.removesuffix("*"), every))
    kinds: dict[str, str] = {}
    for kind in ("LV", "LVT", "L", "V", "T", "CN", "EX", "PP", "SM", "RI", "ZWJ", "XX"):
        for letter in regex.findall(rf"\p{{GCB={kind}}}", plain)[:40]:
            kinds[letter] = kind
    assert {"XX", "LV", "LVT"} <= set(kinds.values())
    assert not {"EX", "SM", "ZWJ", "PP", "RI"} & set(kinds.values())
    for first in kinds:
        text = "".join(first + second for second in kinds)
        assert regex.findall(r"\X", text) == list(text)


@pytest.mark.parametrize(
    "cluster",
    [
        "👨\u200d👩\u200d👧\u200d👦",  # joined
        "👍🏽",  # a tone of skin
        "🇰🇷",  # a flag: two letters
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # a flag with tags
        "1\ufe0f\u20e3",
        "❤\ufe0f\u200d🔥",
        "e\u0301",
        "क्षि",
        "\u1112\u1161\u11ab",  # 한 as three letters, as files from a Mac have it
        "가\u0301",
        "\r\n",
    ],
)
def test_what_is_seen_as_one_is_one_token(cluster: str):
    assert tokenize(f"a{cluster}b{cluster}", "character") == ("a", cluster, "b", cluster)


def test_words():
    text = (
        "Don’t stop: it's a well-known 3.5점 film, 1,000 of 1,2 — 'really' "
        "<b>영화가</b> 재밌었다..."
    )
    assert tokenize(text, "word") == (
        *("Don’t", "stop", ":", "it's", "a", "well-known", "3.5점", "film", ",", "1,000", "of"),
        *("1", ",", "2", "—", "'", "really", "'", "<", "b", ">", "영화가", "<", "/", "b", ">"),
        *("재밌었다", ".", ".", "."),
    )


def test_words_of_a_decomposed_or_decorated_text_stay_whole():
    assert tokenize("cafe\u0301 한국".replace("한", "\u1112\u1161\u11ab"), "word") == (
        "cafe\u0301",
        "\u1112\u1161\u11ab국",
    )
    assert tokenize("좋아요👍🏽ㅋㅋㅋ", "word") == ("좋아요", "👍🏽", "ㅋㅋㅋ")


def test_jamo():
    assert tokenize("값e\u0301ㅋ", "jamo") == ("\u1100", "\u1161", "\u11b9", "e\u0301", "ㅋ")
    assert tokenize("가\u0301b", "jamo") == ("\u1100", "\u1161\u0301", "b")
    assert tokenize("한", "jamo") == tokenize("\u1112\u1161\u11ab", "jamo")


@pytest.mark.parametrize("unit", ["character", "word", "jamo"])
def test_no_text_no_tokens(unit):
    assert tokenize("", unit) == ()


def test_a_text_beyond_the_limit_is_refused_and_not_cut():
    assert len(tokenize("한글" * 3, "character", limit=6)) == 6
    with pytest.raises(TooManyCharacters) as caught:
        tokenize("한글" * 3, "character", limit=5)
    assert caught.value.facts == {"found": 6, "limit": 5}
    assert len(tokenize("ab " * 3, "word", limit=None)) == 3


def test_an_unknown_unit_is_refused():
    with pytest.raises(UnknownName, match="character, word, jamo"):
        tokenize("a", "syllable")  # type: ignore[arg-type]


def test_equal_tokens_are_one_object():
    tokens = tokenize("한글 한글👍🏽 한글👍🏽", "character")
    assert len({id(token) for token in tokens}) == len(set(tokens))


def test_shakespeare_by_word(shared_data: Path):
    text = (shared_data / "tinyshakespeare.txt").read_text(encoding="utf-8")
    words = tokenize(text, "word")
    assert words[:8] == ("First", "Citizen", ":", "Before", "we", "proceed", "any", "further")
    assert "".join(words) == "".join(text.split())
    # Words of letters alone, counted without our pattern.
    parted = text.replace("--", " ")
    letters = "".join(letter if letter.isalpha() or letter in "'-" else " " for letter in parted)
    plain = [word.strip("'") for word in letters.split()]
    assert words.count("king") == plain.count("king") > 300
