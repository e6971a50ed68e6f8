"""Keras models read: names, weights by gate, and the ways in which layers are put together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import core
from core.importers.keras.bridge import from_keras
from core.text import Vocabulary
from tests.core.importers.built import FEATURES, built, features, randomise
from tests.core.importers.keras.models import MASKED

TOLERANCE = 1e-5


def test_weights_go_by_gate() -> None:
    """Keras starts forget biases at one, and nothing else: a layout misread would show."""
    import keras

    model = from_keras(keras.Sequential([keras.Input((None, 2)), keras.layers.LSTM(3, name="a")]))
    for gate in ("input", "forget", "candidate", "output"):
        assert model.parameters[f"a/{gate}/bias"].tolist() == [float(gate == "forget")] * 3


def test_gru_weights_go_by_gate() -> None:
    """An update gate held open by its bias keeps the state, whatever is read."""
    import keras

    keras_model = keras.Sequential([keras.Input((None, 2)), keras.layers.GRU(1, name="a")])
    biases = np.array([[50, 1, 2], [0, 3, 4]])
    keras_model.layers[0].set_weights([np.ones((2, 3)), np.ones((1, 3)), biases])
    model = from_keras(keras_model)
    found = {name: float(array[0]) for name, array in model.parameters.items() if "bias" in name}
    assert found == {
        "a/update/bias": 50,
        "a/update/recurrent_bias": 0,
        "a/reset/bias": 1,
        "a/reset/recurrent_bias": 3,
        "a/candidate/bias": 2,
        "a/candidate/recurrent_bias": 4,
    }
    trace = core.record(model, features()[:1, :, :2], initial_states=[{"hidden": [[0.7]]}])
    np.testing.assert_allclose(trace.outputs, [[0.7]], atol=1e-6)


def test_names_vocabulary_and_card() -> None:
    import keras

    k = keras.layers
    keras_model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            k.Embedding(9, 2, name="words"),
            k.LSTM(3, name="below", return_sequences=True, go_backwards=True),
            k.Bidirectional(k.GRU(2), name="both"),
            k.Dense(2, name="answer"),
        ],
        name="reader",
    )
    vocabulary = Vocabulary.build(["a b c"], unit="word")
    model = from_keras(keras_model, vocabulary=vocabulary, card={"task": "reading"})
    assert (model.name, model.vocabulary, model.card) == ("reader", vocabulary, {"task": "reading"})
    assert [stage.name for stage in model.parts] == ["words", "below", "both", "answer"]
    # The pair reads a reversed sequence: Keras's forward layer reads the text backwards.
    assert [(layer.name, layer.direction) for layer in model.layers] == [
        ("below", "backward"),
        ("both/backward", "backward"),
        ("both/forward", "forward"),
    ]
    assert from_keras(keras_model, name="other").name == "other"


def test_nested_models_are_read_through() -> None:
    import keras

    k = keras.layers
    inner = keras.Sequential([k.LSTM(3, return_sequences=True, name="inner"), k.Dropout(0.1)])
    keras_model = keras.Sequential([keras.Input((None, FEATURES)), inner, k.GRU(2, name="outer")])
    model, x = from_keras(keras_model), features()
    assert [layer.name for layer in model.layers] == ["inner", "outer"]
    outputs = core.record(model, x).outputs
    np.testing.assert_allclose(outputs, np.asarray(keras_model(x)), atol=TOLERANCE)


def test_a_functional_model_that_is_a_chain() -> None:
    import keras

    k = keras.layers
    x = keras.Input((None, FEATURES), name="numbers")
    inner = keras.Sequential([keras.Input((None, 4)), k.Dense(5, name="between")], name="inside")
    read = inner(k.Bidirectional(k.LSTM(2, return_sequences=True), name="both")(x))
    keras_model = keras.Model(
        x, k.Dense(2, name="answer")(k.Dropout(0.1)(k.GRU(3, name="last")(read)))
    )
    randomise(keras_model)
    model = from_keras(keras_model)
    assert [stage.name for stage in model.parts] == ["both", "between", "last", "answer"]
    outputs = core.record(model, features()).outputs
    np.testing.assert_allclose(outputs, np.asarray(keras_model(features())), atol=TOLERANCE)


@pytest.mark.parametrize("masks", ["padding", "numbers"])
def test_a_functional_chain_hands_its_mask_on(masks: str) -> None:
    """Keras writes masks down as tensors that the layers read; they are no branches."""
    import keras

    k = keras.layers
    if masks == "padding":
        given = keras.Input((None,), dtype="int32")
        x: Any = np.array([[3, 1, 4, 1, 5], [2, 6, 0, 0, 0], [0, 5, 0, 8, 0]])
        read = k.Embedding(9, FEATURES, mask_zero=True)(given)
    else:
        given, x = keras.Input((None, FEATURES)), features()
        x[0, 1] = x[1, 2:] = MASKED
        read = k.Masking(MASKED)(given)
    read = k.Bidirectional(k.GRU(3, return_sequences=True))(k.LayerNormalization()(read))
    keras_model = keras.Model(given, k.Dense(2)(k.GlobalAveragePooling1D()(read)))
    randomise(keras_model)
    outputs = core.record(from_keras(keras_model), x).outputs
    np.testing.assert_allclose(outputs, np.asarray(keras_model(x)), atol=TOLERANCE)


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("every", [False, True])
def test_a_loop_around_a_cell_is_a_layer(cell: str, every: bool) -> None:
    def build(k: Any) -> list[Any]:
        of = getattr(k, f"{cell}Cell")
        below = k.RNN(of(4), return_sequences=True, go_backwards=True)
        return [below, k.Bidirectional(k.RNN(of(3), return_sequences=every))]

    keras_model, x = built(build), features()
    expected = np.asarray(keras_model(x))
    outputs = core.record(from_keras(keras_model), x).outputs
    np.testing.assert_allclose(outputs[:, ::-1] if every else outputs, expected, atol=TOLERANCE)
