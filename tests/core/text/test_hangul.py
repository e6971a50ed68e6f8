from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.text.hangul import LETTERS, compose, decompose, readable
from core.text.visible import visible

EVERY_SYLLABLE = "".join(map(chr, range(0xAC00, 0xD7A4)))
HANGUL = st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))


def test_every_syllable_decomposes_as_unicode_has_it_and_comes_back():
    for syllable in EVERY_SYLLABLE:
        assert decompose(syllable) == unicodedata.normalize("NFD", syllable)
        assert compose(decompose(syllable)) == syllable


def test_letters_are_those_in_the_names_of_the_characters():
    # Unicode's names know the letter by its sound; the name of a compatibility letter ends in it.
    for conjoining, shown in LETTERS.items():
        sound = unicodedata.name(conjoining).split()[-1]
        assert unicodedata.name(shown.removeprefix("-")) == f"HANGUL LETTER {sound}"
        final = unicodedata.name(conjoining).startswith("HANGUL JONGSEONG")
        assert shown.startswith("-") == final
    assert len(LETTERS) == 19 + 21 + 27


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("가힣각ㅋㅏ아é か゛"))))
def test_text_without_single_jamo_comes_back_exactly(text: str):
    composed = compose(text)  # as text that has been typed is
    assert compose(decompose(composed)) == composed
    assert unicodedata.normalize("NFC", composed) == unicodedata.normalize("NFC", text)


@given(HANGUL)
def test_nothing_but_hangul_is_changed(text: str):
    assert decompose(f"é{text}か゛") == f"é{decompose(text)}か゛"
    assert compose(f"e\u0301{decompose(text)}") == f"e\u0301{text}"


def test_letters_typed_alone_are_not_drawn_into_a_syllable():
    assert compose(decompose("아ㅋㅋ")) == "아ㅋㅋ"
    assert decompose("앜ㅋ") != decompose("아ㅋㅋ")


def test_generated_letters_read_well_even_where_they_make_no_syllable():
    generated = "\u1161" + decompose("한글") + "\u11ab" + "\u1112" + "!"
    assert readable(generated) == "ㅏ한글ㄴㅎ!"


def test_a_letter_is_shown_as_it_is_typed_and_a_final_is_told_apart():
    assert [visible(letter) for letter in decompose("한")] == ["ㅎ", "ㅏ", "-ㄴ"]
    assert visible(decompose("한")) == "한"
