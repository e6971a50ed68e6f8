"""Whole models through their files: chains, models in models, wrapped cells, every other layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from core.importers.load import load_model
from tests.core.importers.keras.cases import IDS

# Keras's own way from tensors to arrays, when it saves, and what it says of its older format.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")

Build = Callable[[Any, Any], Any]


def functional(k: Any, keras: Any) -> Any:
    """A chain with a mask, which Keras 3 writes down as layers of their own."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = k.Embedding(9, 3, mask_zero=True, name="words")(ids)
    x = k.Dense(4, activation="tanh", name="wide")(x)
    x = k.Bidirectional(k.LSTM(3, return_sequences=True), name="both")(x)
    x = k.GRU(2, name="last")(x, training=False)
    return keras.Model(ids, k.Dense(2, name="answer")(x), name="chain")


def masking(k: Any, keras: Any) -> Any:
    """A mask of Masking: `Any` of `NotEqual`."""
    x = features = keras.Input((None, 3))
    x = k.Masking(0.5)(x)
    x = k.LSTM(4, return_sequences=True)(x)
    return keras.Model(features, k.GlobalAveragePooling1D()(x))


def nested(k: Any, keras: Any) -> Any:
    """A functional model of models, one of them functional as well."""
    first = keras.Sequential(
        [k.Embedding(9, 3, mask_zero=True), k.LSTM(3, return_sequences=True)], name="first"
    )
    x = between = keras.Input((None, 3))
    second = keras.Model(between, k.GRU(4)(k.Dropout(0.5)(x)), name="second")
    ids = keras.Input((None,), dtype="int32")
    return keras.Model(ids, k.Dense(1)(second(first(ids))))


def frozen(k: Any, keras: Any) -> Any:
    """What was not trained stands elsewhere in the lists of legacy files."""
    inner = keras.Sequential(
        [
            k.LSTM(3, return_sequences=True, name="inner"),
            k.BatchNormalization(name="norm"),
            k.Dense(3, name="step"),
        ],
        name="nested",
    )
    model = keras.Sequential([keras.Input((None,), dtype="int32"), k.Embedding(9, 3), inner])
    inner.layers[0].trainable = False
    return model


def cells(k: Any, keras: Any) -> Any:
    """Loops around cells, one and two of them."""
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            k.Embedding(9, 3),
            k.RNN(k.SimpleRNNCell(4), return_sequences=True),
            k.RNN([k.LSTMCell(3), k.GRUCell(2), k.LSTMCell(4)], return_sequences=True),
            k.Bidirectional(k.RNN(k.GRUCell(2)), merge_mode="mul"),
        ]
    )


def others(k: Any, keras: Any) -> Any:
    """What stands between and above: two of a class, each with its own weights."""
    return keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            k.Embedding(9, 3),
            k.SpatialDropout1D(0.3),
            k.GRU(4, return_sequences=True),
            k.LayerNormalization(),
            k.GRU(4, return_sequences=True, use_bias=False),
            k.LayerNormalization(scale=False),
            k.BatchNormalization(center=False),
            k.TimeDistributed(k.Dense(2)),
            k.Activation("tanh"),
            k.Flatten(),
            k.Dense(3, activation="softmax", use_bias=False),
        ]
    )


def unlike(k: Any, keras: Any) -> Any:
    """A pair of two kinds, of which the second is written out."""
    pair = k.Bidirectional(k.LSTM(3), backward_layer=k.GRU(3, go_backwards=True))
    return keras.Sequential([keras.Input((None,), dtype="int32"), k.Embedding(9, 3), pair])


MODELS: dict[str, Build] = {
    build.__name__: build for build in (functional, masking, nested, frozen, cells, others, unlike)
}


# Of a functional model in another; the mask goes on all the same.
@pytest.mark.filterwarnings("ignore:Layer 'second'.*does not support masking:UserWarning")
@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("name", MODELS)
def test_models_say_what_keras_says(name: str, ending: str, tmp_path: Path) -> None:
    import keras

    keras_model = MODELS[name](keras.layers, keras)
    generator = np.random.default_rng(4)
    drawn = [generator.normal(0, 0.5, w.shape) for w in keras_model.weights]
    keras_model.set_weights([np.abs(array) + 0.1 for array in drawn])  # variances are positive
    path = tmp_path / f"model{ending}"
    keras_model.save(path)
    inputs: Any = IDS
    if name == "masking":
        inputs = generator.normal(size=(2, 5, 3)).astype(np.float32)
        inputs[0, 2:4] = 0.5
    model = load_model(path, trusted=True)
    expected = np.asarray(keras_model(inputs))
    np.testing.assert_allclose(core.record(model, inputs).outputs, expected, atol=1e-5)


def test_double_precision_stays(tmp_path: Path) -> None:
    import keras

    k = keras.layers
    keras_model = keras.Sequential(
        [keras.Input((None, 2), dtype="float64"), k.LSTM(3, dtype="float64")]
    )
    keras_model.save(tmp_path / "model.keras")
    model = load_model(tmp_path / "model.keras", trusted=True)
    assert model.dtype == np.float64
    x = np.random.default_rng(0).normal(size=(1, 4, 2))
    np.testing.assert_allclose(
        core.record(model, x).outputs, np.asarray(keras_model(x)), atol=1e-12
    )


def test_the_words_of_a_text_vectorization_are_the_vocabulary(tmp_path: Path) -> None:
    import keras

    k = keras.layers
    words = k.TextVectorization(max_tokens=12)
    words.adapt(["the cat sat on the mat", "a dog sat, too"])
    keras_model = keras.Sequential(
        [keras.Input((1,), dtype="string"), words, k.Embedding(12, 3), k.LSTM(2)]
    )
    expected = np.asarray(keras_model(keras.ops.convert_to_tensor([["The dog SAT!"]])))
    keras_model.save(tmp_path / "model.keras")
    model = load_model(tmp_path / "model.keras")
    assert model.vocabulary is not None
    assert list(model.vocabulary.tokens) == words.get_vocabulary()[2:]
    trace = core.record(model, "The dog SAT!")
    np.testing.assert_allclose(trace.outputs, expected, atol=1e-5)
    # An .h5 file does not keep the words: they are asked for, and can be given.
    keras_model.save(tmp_path / "model.h5")
    with pytest.raises(UnsupportedModel, match="no vocabulary"):
        load_model(tmp_path / "model.h5", trusted=True)
    given = load_model(tmp_path / "model.h5", vocabulary=model.vocabulary)
    assert given.digest == model.digest
