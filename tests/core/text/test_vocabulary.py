from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EmptyText, OutOfRange, TokenOutOfRange, UnknownName
from core.text.errors import BlankText, NotAVocabulary, RepeatedToken, TooManyCharacters
from core.text.tokens import UNITS, Unit
from core.text.vocabulary import Vocabulary

WORDS = Vocabulary(("the", "not", "영화", "don't", "Seoul", "café"), "word")


def test_ids_follow_padding_and_unknown():
    assert WORDS.size == 8
    assert [WORDS.token_of(index) for index in range(WORDS.size)] == [
        *("<pad>", "<unk>", "the", "not", "영화", "don't", "Seoul", "café")
    ]
    for index in (-1, 8):
        with pytest.raises(TokenOutOfRange, match="from 0 to 7"):
            WORDS.token_of(index)


def test_an_unknown_word_keeps_its_place_and_every_word_its_spelling():
    encoded = WORDS.encode("The 영화 was NOT good, don’t")
    assert encoded.tokens == ("The", "영화", "was", "NOT", "good", ",", "don’t")
    assert encoded.ids.tolist() == [2, 4, 1, 3, 1, 1, 5]
    assert encoded.known.tolist() == [True, True, False, True, False, False, True]
    assert encoded.ids.dtype == np.int64
    assert len(encoded) == 7


def test_a_word_that_the_vocabulary_spells_with_a_capital_is_found_as_it_stands():
    assert WORDS.encode("Seoul seoul").ids.tolist() == [6, 1]
    assert WORDS.encode("CAFE\u0301").ids.tolist() == [7]


def test_characters_are_told_apart_by_case_and_line_breaks_are_one():
    characters = Vocabulary(("a", "\n", "é"), "character")
    encoded = characters.encode("aA\r\n\n\re\u0301")
    assert encoded.tokens == ("a", "A", "\r\n", "\n", "\r", "e\u0301")
    assert encoded.ids.tolist() == [2, 1, 3, 3, 3, 4]


def test_special_names_in_a_text_are_ordinary_unknown_words():
    encoded = Vocabulary(("a",), "character").encode_tokens(["<pad>", "a", "<unk>"])
    assert encoded.ids.tolist() == [1, 2, 1]
    assert 0 not in WORDS.encode("<pad> <unk> the").ids


def test_contains():
    assert "The" in WORDS
    assert "was" not in WORDS
    assert 2 not in WORDS


def test_build_counts_normal_forms_and_breaks_ties_by_code_point():
    texts = ["The cat. the DOG", "dog the don’t don't", "Ant"]
    built = Vocabulary.build(texts, unit="word")
    assert built.tokens == ("the", "dog", "don't", ".", "ant", "cat")
    assert Vocabulary.build(texts[::-1], unit="word") == built
    assert Vocabulary.build(texts, unit="word", most=2).tokens == ("the", "dog")
    assert Vocabulary.build(texts, unit="word", at_least=2).tokens == ("the", "dog", "don't")
    assert Vocabulary.build(["한 하"], unit="jamo").tokens == ("\u1112", "\u1161", " ", "\u11ab")
    assert Vocabulary.build([], unit="word").size == 2


@given(
    texts=st.lists(st.text(min_size=1), min_size=1).filter(lambda texts: "".join(texts).strip()),
    unit=st.sampled_from(UNITS),
)
def test_what_it_was_built_from_it_knows(texts: list[str], unit: Unit):
    built = Vocabulary.build(texts, unit=unit)
    for text in texts:
        if text.isspace():
            continue
        encoded = built.encode(text)
        assert encoded.known.all()
        again = built.encode_tokens([built.token_of(index) for index in encoded.ids])
        assert again.ids.tolist() == encoded.ids.tolist()
    written = json.dumps(built.to_json())
    assert Vocabulary.from_json(json.loads(written)) == built


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_to_read(unit: Unit):
    vocabulary = Vocabulary(("a",), unit)
    with pytest.raises(EmptyText):
        vocabulary.encode("")
    with pytest.raises(BlankText, match=r"\(4 of them\)"):
        vocabulary.encode(" \n\t\u3000")
    with pytest.raises(EmptyText):
        vocabulary.encode_tokens(())


def test_a_blank_to_begin_with_is_read_when_it_is_a_token():
    assert Vocabulary((" ", "a"), "character").encode_tokens([" "]).ids.tolist() == [2]


def test_a_text_beyond_the_limit_is_refused():
    with pytest.raises(TooManyCharacters):
        WORDS.encode("the not", limit=6)


@pytest.mark.parametrize("tokens", [("a", "b", "a"), ("<pad>",), ("a", "<unk>")])
def test_repeated_and_reserved_tokens_are_refused(tokens: tuple[str, ...]):
    with pytest.raises(RepeatedToken) as caught:
        Vocabulary(tokens, "word")
    assert caught.value.facts["token"] in {"a", "<pad>", "<unk>"}
    assert tokens.count(str(caught.value.facts["token"])) == (2 if "b" in tokens else 1)


def test_an_unknown_unit_is_refused():
    with pytest.raises(UnknownName):
        Vocabulary(("a",), "byte")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "saved",
    [
        None,
        [],
        "word",
        {},
        {"unit": "word"},
        {"unit": "byte", "tokens": ["a"]},
        {"unit": 3, "tokens": ["a"]},
        {"unit": "word", "tokens": "ab"},
        {"unit": "word", "tokens": ["a", 1]},
        {"unit": "word", "tokens": ["a", "a"]},
    ],
)
def test_what_is_no_saved_vocabulary_is_refused(saved: object):
    with pytest.raises(NotAVocabulary):
        Vocabulary.from_json(saved)


def test_texts_are_cut_or_padded_to_their_length():
    words = Vocabulary(("a", "b"), "word", length=3)
    assert words.encode("b").tokens == ("b", "<pad>", "<pad>")
    assert words.encode("b").ids.tolist() == [3, 0, 0]
    assert words.encode("b a c a").ids.tolist() == [3, 2, 1]
    assert words.encode("b a c a").known.tolist() == [True, True, False]
    assert words.encode_tokens(["b"]).ids.tolist() == [3]
    again = Vocabulary.from_json(json.loads(json.dumps(words.to_json())))
    assert again == words
    assert "length" not in WORDS.to_json()
    with pytest.raises(OutOfRange, match="length is 0; it should be at least 1"):
        Vocabulary(("a",), "word", length=0)
    for length in (0, "3", True, 2.5):
        with pytest.raises(NotAVocabulary):
            Vocabulary.from_json(words.to_json() | {"length": length})
