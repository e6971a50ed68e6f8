"""Folds, held to the layers of Keras whose rules they are."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UnknownName
from core.text import FOLDS, NothingToLookUp, TooManyCharacters, Vocabulary
from core.text.errors import NotAVocabulary
from core.text.fold import forms, split

STANDARDIZE = {
    "exact": None,
    "lower": "lower",
    "bare": "strip_punctuation",
    "strip": "lower_and_strip_punctuation",
}
TEXTS = (
    "The Film wasn't good, it's well-known: 3.14!",
    "  -- É ÉCOLE Äpfel (영화)  “quoted”\tA\nB don’t  ",
    "a.b.c /path\\to [x]{y} <br /><br />~tilde_under",
)
WORDS = Vocabulary(("good", "don't", "well", "known", "wasnt", "Ángela", "'"), "word", "filter")


@pytest.mark.parametrize("unit", ["word", "character"])
@pytest.mark.parametrize("fold", STANDARDIZE)
def test_a_text_is_split_and_looked_up_as_text_vectorization_does(fold, unit):
    import keras

    splitting = {"word": "whitespace", "character": "character"}[unit]
    layer = keras.layers.TextVectorization(standardize=STANDARDIZE[fold], split=splitting)
    layer.adapt(list(TEXTS))
    known = layer.get_vocabulary()
    ours = Vocabulary(tuple(known[2:]), unit, fold)
    for text in (*TEXTS, "GOOD, unheard-of é"):
        theirs = layer([text]).numpy()[0]
        assert ours.encode(text).ids.tolist() == theirs.tolist(), text


def keras_sequence(text):
    """What Keras's retired Tokenizer did, from its documentation."""
    filters = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
    text = text.lower()
    for sign in filters:
        text = text.replace(sign, " ")
    return [token for token in text.split(" ") if token]


@settings(max_examples=50)
@given(st.text(alphabet=string.ascii_letters + string.punctuation + " \t\néÉ가", max_size=40))
def test_filter_parts_words_as_the_indices_of_imdb_and_reuters_were_made(text):
    found = [
        forms(token, "word", "filter")[1] for token in split(text, "word", "filter", limit=9e9)
    ]
    assert found == keras_sequence(text)


def test_words_stay_as_typed_and_punctuation_is_dropped():
    encoded = WORDS.encode("Well-known! 'Good' -- DON’T ángela Ángela")
    assert encoded.tokens == ("Well", "known", "'Good'", "DON’T", "ángela", "Ángela")
    assert encoded.ids.tolist() == [4, 5, 2, 3, 1, 7]
    stripped = Vocabulary(("wasnt", "good"), "word", "strip").encode("It WASN'T -- good!")
    assert stripped.tokens == ("It", "WASN'T", "good!")
    assert stripped.ids.tolist() == [1, 2, 3]


def test_tokens_that_were_split_elsewhere_are_dropped_as_well():
    encoded = WORDS.encode_tokens(["good", ",", "known"])
    assert encoded.tokens == ("good", "known")
    with pytest.raises(NothingToLookUp):
        WORDS.encode_tokens(["..."])


@pytest.mark.parametrize("fold", ["bare", "strip", "filter"])
def test_punctuation_alone_is_nothing_to_read(fold):
    with pytest.raises(NothingToLookUp):
        Vocabulary(("a",), "word", fold).encode("?! --")


@pytest.mark.parametrize("fold", FOLDS)
def test_the_limit_holds_for_every_fold(fold):
    with pytest.raises(TooManyCharacters):
        Vocabulary(("a",), "word", fold).encode("a a a", limit=4)


@pytest.mark.parametrize("fold", FOLDS)
def test_what_a_vocabulary_is_built_from_it_knows(fold):
    built = Vocabulary.build(TEXTS, unit="word", fold=fold)
    assert built.fold == fold
    assert "" not in built.tokens
    for text in TEXTS:
        unknown = [token for token in built.encode(text).tokens if token not in built]
        assert unknown == []
    assert Vocabulary.from_json(built.to_json()) == built


def test_saved_vocabularies_without_a_fold_are_read_and_written_as_ever():
    plain = Vocabulary(("a",), "word")
    assert plain.to_json() == {"unit": "word", "tokens": ["a"]}
    assert Vocabulary.from_json({"unit": "word", "tokens": ["a"]}) == plain
    assert plain != Vocabulary(("a",), "word", "strip")
    for fold in ("unheard of", 3, None):
        with pytest.raises(NotAVocabulary):
            Vocabulary.from_json({"unit": "word", "tokens": ["a"], "fold": fold})
    with pytest.raises(UnknownName):
        Vocabulary(("a",), "word", "unheard of")


@pytest.mark.parametrize("fold", ["exact", "lower", "bare", "strip"])
def test_text_vectorization_parts_at_blanks_of_ascii_and_splits_code_points(fold):
    text = "a\u00a0b\u3000c\td\x0be"
    assert split(text, "word", fold, limit=None) == ("a\u00a0b\u3000c", "d", "e")
    assert split("e\u0301\r\n", "character", fold, limit=None) == ("e", "\u0301", "\r", "\n")
    with pytest.raises(TooManyCharacters):
        split("abc", "character", fold, limit=2)
