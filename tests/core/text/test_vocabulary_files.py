"""Vocabularies in files: each layout gives the ids that its own framework gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CoreError
from core.text import (
    IdOfTwoTokens,
    NotAWordList,
    NothingKnown,
    Vocabulary,
    WordList,
    read_word_list,
)


def as_json(value: Any, name: str = "words.json") -> WordList:
    return read_word_list(json.dumps(value).encode(), name=name)


def ids(vocabulary: Vocabulary, text: str) -> list[int]:
    return vocabulary.encode(text).ids.tolist()


def test_lines_count_from_zero():
    words = read_word_list(b"[PAD]\r\n[UNK]\r\ngood\r\nnot\r\n", name="vocab.txt")
    assert (words.form, words.unknown, words.unit) == ("lines", 1, "word")
    found = words.vocabulary(rows=4)
    assert ids(found, "not so Good") == [3, 1, 2]
    assert found.encode("not so").known.tolist() == [True, False]
    assert (found.token_of(0), found.token_of(3), found.size) == ("[PAD]", "not", 4)


def test_a_list_without_unknown_leaves_out_what_it_does_not_know():
    found = as_json(["a", "b", "c"]).vocabulary(rows=3)
    assert found.unit == "character"
    assert found.encode("cxb").tokens == ("c", "b")
    assert ids(found, "cxb") == [2, 1]
    with pytest.raises(NothingKnown):
        found.encode("xyz")


def test_a_keras_word_index_moves_by_three():
    index = {"the": 1, "film": 2, "good": 3, "rare": 4}
    words = as_json(index)
    assert words.form == "ranks"
    found = words.vocabulary(rows=7, offset=3)  # ids 0 to 6, as with num_words=7
    # keras.datasets.imdb: 0 padding, 1 start, 2 unknown, rank r is r + 3
    assert ids(found, "The good, rare film!") == [4, 6, 2, 5]
    assert words.beyond(rows=7, offset=3) == 1
    assert found.token_of(0) == "<pad>"
    assert found.token_of(2) == "<unk>"
    assert Vocabulary.from_json(found.to_json()) == found


@pytest.mark.parametrize(("size", "offset"), [(88_584, 3), (30_979, 3), (88_583, 0), (3, 0)])
def test_only_the_indices_of_keras_datasets_are_taken_to_be_moved(size: int, offset: int):
    words = as_json({"the": 1} | {f"w{rank}": rank for rank in range(2, size + 1)})
    assert (words.form, words.offset) == ("ranks", offset)
    rows = size + 1 + offset
    assert ids(words.vocabulary(rows=rows), "the w2") == [1 + offset, 2 + offset]


def test_lines_end_where_editors_end_them():
    odd = ["a", "\u2028", "\x0c", "\x85", "\x1e", "b"]
    for end in ("\n", "\r\n"):
        data = "".join(token + end for token in odd).encode()
        assert read_word_list(data, name="a.txt").tokens == {
            token: at for at, token in enumerate(odd)
        }
    assert read_word_list(b"a\rb\r", name="a.txt").tokens == {"a": 0, "b": 1}


def test_a_keras_word_index_may_stand_as_it_is():
    words = as_json({"<OOV>": 1, "the": 2, "film": 3})
    assert (words.form, words.offset) == ("ranks", 0)
    assert ids(words.vocabulary(rows=4), "the new film") == [2, 1, 3]
    plain = as_json({"the": 1, "film": 2}).vocabulary(rows=4, offset=0)
    assert ids(plain, "the new film") == [1, 2]


def test_what_a_tokenizer_of_keras_writes_is_read():
    written = {"word_index": json.dumps({"<OOV>": 1, "b": 2, "a": 3}), "oov_token": "<OOV>"}
    words = as_json({"class_name": "Tokenizer", "config": written | {"char_level": True}})
    assert words.unit == "character"
    assert ids(words.vocabulary(rows=9), "abx") == [3, 2, 1]


def test_ids_may_have_gaps_and_stand_anywhere():
    found = as_json({"one": 5, "two": 9, "<unk>": 7}).vocabulary(rows=20)
    assert ids(found, "two three one") == [9, 7, 5]
    assert found.token_of(6) == "<6>"
    assert found.size == 10


def test_a_tokenizer_of_whole_words_is_nearly_ours():
    model = {"type": "WordLevel", "vocab": {"[UNK]": 0, "hi": 1, "you": 2}, "unk_token": "[UNK]"}
    words = as_json({"version": "1.0", "model": model})
    assert (words.splitting, words.model) == ("similar", "WordLevel")
    assert ids(words.vocabulary(rows=3), "hi there you") == [1, 0, 2]


def test_pieces_are_looked_up_as_they_are_typed():
    vocab = {"[PAD]": 0, "[UNK]": 1, "un": 2, "##able": 3, "Un": 4}
    model = {"type": "WordPiece", "vocab": vocab, "unk_token": "[UNK]"}
    words = as_json({"model": model})
    assert words.splitting == "pieces"
    found = words.vocabulary(rows=5, unit="character")
    assert found.encode("un ##able Un x").tokens == ("un", "##able", "Un", "x")
    assert ids(found, "un ##able Un x") == [2, 3, 4, 1]
    pieces = [["<unk>", 0.0], ["▁a", -1.5], ["b", -2.0]]
    unigram = as_json({"model": {"type": "Unigram", "vocab": pieces}})
    assert ids(unigram.vocabulary(rows=3), "▁a b") == [1, 2]


@pytest.mark.parametrize(
    "value",
    [
        3,
        [],
        {},
        ["a", "a"],
        ["a", 3],
        ["x" * 2000],
        {"a": 1.0},
        {"a": True},
        {"a": -1},
        {"a": 2**40},
        {"model": {"type": "Other", "vocab": {"a": 0}}},
        {"model": {"type": "BPE", "vocab": "a"}},
        {"model": {"type": ["BPE"], "vocab": {"a": 0}}},
        {"config": {"word_index": "[1"}},
        {"config": {"word_index": "[1]"}},
    ],
)
def test_other_files_are_refused_with_a_sentence(value):
    with pytest.raises(NotAWordList):
        as_json(value)


def test_broken_files_are_refused():
    for data in (b"{", b"[" * 100_000, b'{"a": 1'):
        with pytest.raises(NotAWordList):
            read_word_list(data, name="words.json")
    with pytest.raises(IdOfTwoTokens):
        as_json({"a": 4, "b": 4})
    with pytest.raises(NotAWordList):
        as_json({"a": 400}).vocabulary(rows=10)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["model", "type", "vocab", "config", "a"]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read_or_said(value):
    try:
        words = as_json(value)
        found = words.vocabulary(rows=8)
    except CoreError:
        return
    assert found.size <= 8
    assert Vocabulary.from_json(found.to_json()) == found
