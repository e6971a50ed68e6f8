"""TextVectorization: its words become the vocabulary, and texts are answered as Keras does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from core.importers.keras.bridge import from_keras
from core.importers.keras.layers import KerasLayer, model_from
from tests.core.importers.built import randomise

TEXTS = [
    "The film was good, wasn't it?",
    "NOT good -- but not boring (and long).",
    "Ein Film: gut, gut und gut!",
]
BLANKS = "good\u00a0film\u3000was\x0bnot e\u0301"
UNSEEN = "good AND Unheard-of, the film"


def reads_texts(*above: Any, **settings: Any) -> Any:
    """A Keras model that reads strings, adapted to TEXTS, every weight drawn anew."""
    import keras

    k = keras.layers
    words = k.TextVectorization(name="words", **settings)
    if "vocabulary" not in settings:
        words.adapt(TEXTS)
    table = k.Embedding(words.vocabulary_size() + 2, 3, mask_zero=not above, name="table")
    model = keras.Sequential(
        [keras.Input((1,), dtype="string"), words, table, *(above or [k.GRU(4)]), k.Dense(2)]
    )
    randomise(model)
    return model


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"standardize": "lower"},
        {"standardize": "strip_punctuation"},
        {"standardize": None},
        {"split": "character"},
        {"output_sequence_length": 4},
        {"output_sequence_length": 12, "max_tokens": 7},
        {"vocabulary": ["film", "good", "not"]},
    ],
    ids=str,
)
def test_texts_are_answered_as_keras_answers(settings: dict[str, Any]) -> None:
    import tensorflow as tf

    keras_model = reads_texts(**settings)
    model = from_keras(keras_model)
    for text in [*TEXTS, UNSEEN, BLANKS]:
        ids = np.asarray(keras_model.layers[0](tf.constant([[text]])))
        np.testing.assert_array_equal(core.record(model, text).inputs, ids)
        expected = np.asarray(keras_model(tf.constant([[text]])))
        np.testing.assert_allclose(core.record(model, text).outputs, expected, atol=1e-5)


def test_the_padding_is_read_where_nothing_masks_it() -> None:
    """And a Flatten is as long as texts are cut or padded to."""
    import keras
    import tensorflow as tf

    k = keras.layers
    keras_model = reads_texts(
        k.LSTM(3, return_sequences=True), k.Flatten(), output_sequence_length=9
    )
    model = from_keras(keras_model)
    assert model.steps == model.vocabulary.length == 9
    for text in [*TEXTS, UNSEEN]:
        expected = np.asarray(keras_model(tf.constant([[text]])))
        np.testing.assert_allclose(core.record(model, text).outputs, expected, atol=1e-5)
    encoded = model.encode("film good")
    assert encoded.tokens == ("film", "good", *["<pad>"] * 7)
    assert encoded.known.all()


def test_a_vocabulary_that_is_given_goes_first() -> None:
    keras_model = reads_texts()
    own = core.bundled_model("sentiment-gru").vocabulary
    words = type(own)(own.tokens[:3], own.unit)
    assert from_keras(keras_model, vocabulary=words).vocabulary == words


@pytest.mark.parametrize("words", [["", "[UNK]", "a", "b"], ["[UNK]", "a", "b"], ["a", "b"]])
def test_special_words_are_told_from_others(words: list[str]) -> None:
    layer = KerasLayer("TextVectorization", "words", {"vocabulary": words})
    model = model_from([layer, *_rest()], name="reads")
    assert model.vocabulary.tokens == ("a", "b")
    assert core.record(model, "b A, c").inputs.tolist() == [[3, 2, 1]]


def _rest() -> list[KerasLayer]:
    generator = np.random.default_rng(1)
    table = KerasLayer("Embedding", "table", {}, {"embeddings": generator.normal(size=(6, 2))})
    shapes = {"kernel": (2, 3), "recurrent_kernel": (3, 3), "bias": (3,)}
    drawn = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    return [table, KerasLayer("SimpleRNN", "rnn", {}, drawn)]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"output_mode": "tf_idf"}, "output_mode 'tf_idf'"),
        ({"ngrams": 2}, "ngrams"),
        ({"standardize": {"class_name": "function", "config": "mine"}}, "its standardize is a fun"),
        ({"standardize": "upper"}, "its standardize is upper, not one of None, lower"),
        ({"split": None}, "its split is a function or setting of its own"),
        ({"split": ["whitespace"]}, "its split is"),
        ({"vocabulary": None}, "no vocabulary; adapt it"),
        ({"vocabulary": ["a", 3]}, "no vocabulary; adapt it"),
        ({"output_sequence_length": 0}, "output_sequence_length is 0"),
        ({"output_sequence_length": "9"}, "output_sequence_length is '9'"),
    ],
)
def test_other_ways_with_texts_are_refused(config: dict[str, Any], words: str) -> None:
    layer = KerasLayer("TextVectorization", "words", {"vocabulary": ["a", "b"], **config})
    with pytest.raises(UnsupportedModel, match=rf"'words' \(Text.*number 1 of 3.*{words}"):
        model_from([layer, *_rest()], name="reads")
    plain = KerasLayer("TextVectorization", "words", {"vocabulary": ["a", "b"]})
    with pytest.raises(UnsupportedModel, match="above another layer"):
        model_from([*_rest(), plain], name="reads")


def test_a_function_of_ones_own_is_refused_without_a_word_from_keras() -> None:
    keras_model = reads_texts(standardize=lambda texts: texts)
    with pytest.raises(UnsupportedModel, match="its standardize is a function"):
        from_keras(keras_model)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"invert": True}, "'invert'"),
        ({"encoding": "latin-1"}, "another encoding"),
        ({"split": "\\|"}, "split"),
        ({"standardize": "upper"}, "standardize"),
        ({"output_mode": "multi_hot"}, "output_mode"),
        ({"ngrams": 2}, "ngrams"),
    ],
)
def test_settings_that_no_reader_knows_are_refused_by_name(settings, named) -> None:
    config = {"vocabulary": ["", "[UNK]", "good"], **settings}
    with pytest.raises(UnsupportedModel, match=named):
        model_from([KerasLayer("TextVectorization", "words", config)], name="x")
