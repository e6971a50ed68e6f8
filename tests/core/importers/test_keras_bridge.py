"""Keras models read and written: their answers, their weights by gate name, and refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import core
from core.errors import WrongInputs
from core.importers.keras_bridge import from_keras
from core.importers.keras_export import to_keras
from core.text import Vocabulary
from tests.core.importers.built import FEATURES, Build, built, features, randomise
from tests.core.mixed_networks import mixed_cases
from tests.core.networks import Case, randomised

# Keras says so of a pooling or a Flatten that pays no heed to a mask.
pytestmark = pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning")

TOLERANCE = 1e-5

MASKED = 0.25
FLAT: dict[str, Build] = {}
"""Models of texts of one length."""

# Each is built from `keras.layers`; the answers come in the order of the text.
MODELS: dict[str, Build] = {
    "simple rnn": lambda k: [k.SimpleRNN(4), k.Dense(2)],
    "lstm": lambda k: [k.LSTM(4), k.Dense(2, activation="sigmoid")],
    "gru": lambda k: [k.GRU(4), k.Dense(2, activation="softmax")],
    "gru, reset before": lambda k: [k.GRU(4, reset_after=False)],
    "no bias": lambda k: [
        k.SimpleRNN(2, use_bias=False, return_sequences=True),
        k.LSTM(3, use_bias=False, return_sequences=True),
        k.GRU(4, use_bias=False),
        k.Dense(2, use_bias=False),
    ],
    "activations": lambda k: [
        k.LSTM(3, activation="relu", recurrent_activation="hard_sigmoid", return_sequences=True),
        k.GRU(3, activation="gelu", recurrent_activation="softsign", return_sequences=True),
        k.SimpleRNN(3, activation=None),
        k.Dense(2, activation="swish"),
    ],
    "every step": lambda k: [k.LSTM(3, return_sequences=True), k.Dense(2)],
    "time distributed": lambda k: [
        k.GRU(3, return_sequences=True),
        k.TimeDistributed(k.Dense(2, activation="tanh")),
    ],
    "dense below": lambda k: [k.Dense(5, activation="relu"), k.LSTM(3)],
    "nothing to do at inference": lambda k: [
        k.SpatialDropout1D(0.5),
        k.LSTM(3, dropout=0.5, recurrent_dropout=0.5, return_sequences=True),
        k.GaussianNoise(1.0),
        k.GRU(3),
        k.Dropout(0.5),
        k.Dense(2),
    ],
    "backwards": lambda k: [k.LSTM(3, go_backwards=True), k.Dense(2)],
    "backwards, then forwards again": lambda k: [
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.GRU(4, go_backwards=True),
    ],
    "forwards on a reversed sequence": lambda k: [
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.GRU(4),
    ],
    "reversed twice": lambda k: [
        k.GRU(3, go_backwards=True, return_sequences=True),
        k.Dense(4),
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.Dense(2),
    ],
    "pair on a reversed sequence": lambda k: [
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.Bidirectional(k.GRU(2)),
    ],
    "pair whose first goes backwards": lambda k: [
        k.Bidirectional(k.LSTM(3, go_backwards=True), backward_layer=k.LSTM(3)),
    ],
    "pair whose first goes backwards, reversed again": lambda k: [
        k.Bidirectional(
            k.LSTM(3, go_backwards=True, return_sequences=True),
            backward_layer=k.LSTM(3, return_sequences=True),
        ),
        k.GRU(2, go_backwards=True, return_sequences=True),
        k.Dense(2),
    ],
    "cells on each other": lambda k: [
        k.RNN([k.LSTMCell(3), k.GRUCell(4)], return_sequences=True, go_backwards=True),
        k.RNN([k.SimpleRNNCell(2), k.LSTMCell(3)], go_backwards=True),
    ],
    "cells on each other, each step": lambda k: [
        k.RNN([k.GRUCell(4), k.SimpleRNNCell(3)], return_sequences=True)
    ],
    "normalised between": lambda k: [
        k.LayerNormalization(),
        k.LSTM(4, return_sequences=True),
        k.BatchNormalization(),
        k.Dense(3, activation="relu"),
        k.GRU(4, return_sequences=True),
        k.LayerNormalization(epsilon=0.1),
        k.SimpleRNN(3),
        k.BatchNormalization(epsilon=0.1),
        k.LayerNormalization(axis=1),
        k.Dense(2),
    ],
    "normalised in part": lambda k: [
        k.BatchNormalization(center=False),
        k.LSTM(4, return_sequences=True),
        k.LayerNormalization(scale=False),
        k.GRU(4, return_sequences=True),
        k.BatchNormalization(scale=False, center=False, axis=2),
        k.LayerNormalization(center=False),
        k.LayerNormalization(scale=False, center=False),
    ],
    "activations alone": lambda k: [
        k.Activation("tanh"),
        k.LSTM(4, return_sequences=True),
        k.Activation("gelu"),
        k.GRU(3),
        k.Dense(3),
        k.Activation("softmax"),
    ],
    "masking": lambda k: [k.Masking(MASKED), k.LSTM(3, return_sequences=True), k.GRU(3)],
    "masking above a mask": lambda k: [
        k.Masking(MASKED),
        k.Dense(3, activation="relu"),
        k.Masking(0.0),
        k.GRU(3, return_sequences=True),
    ],
    "masking a reversed sequence": lambda k: [
        k.GRU(3, go_backwards=True, return_sequences=True),
        k.Activation("relu"),
        k.Masking(0.0),
        k.LSTM(3, return_sequences=True),
        k.GlobalAveragePooling1D(),
    ],
    "each step": lambda k: [
        k.TimeDistributed(k.LayerNormalization()),
        k.GRU(3, return_sequences=True),
        k.TimeDistributed(k.BatchNormalization()),
        k.TimeDistributed(k.Dropout(0.5)),
        k.TimeDistributed(k.Activation("sigmoid")),
    ],
    "pair of two kinds": lambda k: [
        k.Bidirectional(k.LSTM(3), backward_layer=k.GRU(3, go_backwards=True)),
    ],
}


def _pair(merge: str, every: bool) -> Build:
    return lambda k: [
        k.Bidirectional(k.LSTM(3, return_sequences=every), merge_mode=merge),
        k.Dense(2),
    ]


def _pooled(pool: str, below: str) -> Build:
    def build(k: Any) -> list[Any]:
        first = {
            "every": [k.GRU(4, return_sequences=True)],
            "backwards": [k.GRU(4, return_sequences=True, go_backwards=True)],
            "pair": [k.Bidirectional(k.LSTM(3, return_sequences=True))],
            "dense": [k.LSTM(3, return_sequences=True), k.Dense(4, activation="tanh")],
        }[below]
        return [*first, getattr(k, pool)(), k.Dense(3, activation="relu"), k.Dense(2)]

    return build


for _pool in ("GlobalMaxPooling1D", "GlobalAveragePooling1D"):
    for _below in ("every", "pair", "dense", "backwards"):
        MODELS[f"{_pool} above {_below}"] = _pooled(_pool, _below)
        if _below != "backwards":
            FLAT[f"Flatten above {_below}"] = _pooled("Flatten", _below)

for _merge in ("concat", "sum", "mul", "ave"):
    MODELS[f"pair by {_merge}, last"] = _pair(_merge, False)
    MODELS[f"pair by {_merge}, every"] = _pair(_merge, True)


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_answers_stay(build: Build) -> None:
    keras_model = built(build)
    x = features()
    x[0, 1] = x[1, :2] = x[1, -1] = MASKED
    model = from_keras(keras_model)
    expected = np.asarray(keras_model(x))
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)
    np.testing.assert_allclose(np.asarray(to_keras(model)(x)), expected, atol=TOLERANCE)


@pytest.mark.parametrize("build", FLAT.values(), ids=FLAT)
def test_answers_to_texts_of_one_length_stay(build: Build) -> None:
    x = features(time=5)
    keras_model = built(build, time=5)
    model = from_keras(keras_model)
    assert model.steps == 5
    expected = np.asarray(keras_model(x))
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)
    np.testing.assert_allclose(np.asarray(to_keras(model)(x)), expected, atol=TOLERANCE)
    with pytest.raises(WrongInputs, match=r"reads exactly 5 steps.*given 6 steps"):
        core.record(model, features(time=6))


def test_a_flatten_alone_is_as_long_as_the_inputs() -> None:
    x = features(time=4)
    keras_model = built(lambda k: [k.GRU(2, return_sequences=True), k.Flatten()], time=4)
    outputs = core.record(from_keras(keras_model), x).outputs
    np.testing.assert_allclose(outputs, np.asarray(keras_model(x)), atol=TOLERANCE)
    one = built(lambda k: [k.GRU(2), k.Flatten(), k.Dense(2)])
    outputs = core.record(from_keras(one), x).outputs
    np.testing.assert_allclose(outputs, np.asarray(one(x)), atol=TOLERANCE)


@pytest.mark.parametrize("ends", ["rnn", "dense", "pair"])
def test_answers_of_a_reversed_end_come_in_the_order_of_the_text(ends: str) -> None:
    """As `from_keras` says: what Keras predicts is reversed, and `to_keras` puts it in order."""

    def build(k: Any) -> list[Any]:
        layers = [k.GRU(4, go_backwards=True, return_sequences=True)]
        if ends == "dense":
            layers.append(k.Dense(2, activation="tanh"))
        if ends == "pair":
            layers.append(k.Bidirectional(k.LSTM(3, return_sequences=True)))
        return layers

    keras_model, x = built(build), features()
    model = from_keras(keras_model)
    outputs, predicted = core.record(model, x).outputs, np.asarray(keras_model(x))
    assert np.abs(predicted - outputs).max() > 0.01
    np.testing.assert_allclose(outputs[:, ::-1], predicted, atol=TOLERANCE)
    np.testing.assert_allclose(np.asarray(to_keras(model)(x)), outputs, atol=TOLERANCE)


@pytest.mark.parametrize(
    "name",
    ["lstm", "gru", "every step", "backwards", "time distributed", "dense below", "no bias"]
    + [
        "cells on each other, each step",
        "normalised between",
        "normalised in part",
        "activations alone",
    ]
    + [name for name in MODELS if name.startswith(("pair by", "Global")) if "backw" not in name]
    + ["GlobalMaxPooling1D above backwards", *FLAT],
)
def test_padding_is_skipped_as_keras_skips_it(name: str) -> None:
    ids = np.array([[3, 1, 4, 1, 5], [2, 6, 0, 0, 0], [0, 5, 0, 8, 0]])
    keras_model = built((MODELS | FLAT)[name], ids=True, mask_zero=True, time=ids.shape[1])
    trace = core.record(from_keras(keras_model), ids)
    assert trace.mask is not None
    np.testing.assert_allclose(trace.outputs, np.asarray(keras_model(ids)), atol=TOLERANCE)


def test_predict_says_the_same() -> None:
    keras_model = built(MODELS["lstm"], ids=True)
    ids = np.random.default_rng(0).integers(0, 9, (4, 11))
    outputs = core.record(from_keras(keras_model), ids).outputs
    np.testing.assert_allclose(outputs, keras_model.predict(ids, verbose=0), atol=TOLERANCE)


@settings(max_examples=15)
@given(mixed_cases())
def test_there_and_back(case: Case) -> None:
    back = from_keras(to_keras(case.model), name=case.model.name)
    assert back.parameters.keys() == case.model.parameters.keys()
    assert back.digest == case.model.digest


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
    assert [stage.name for stage in model.stages] == ["words", "below", "both", "answer"]
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
    assert [stage.name for stage in model.stages] == ["both", "between", "last", "answer"]
    outputs = core.record(model, features()).outputs
    np.testing.assert_allclose(outputs, np.asarray(keras_model(features())), atol=TOLERANCE)


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


def test_double_precision_stays() -> None:
    model = randomised(core.new_model("gru", features=2, units=[3], dtype=np.float64), seed=2)
    keras_model = to_keras(model)
    x = features()[:, :, :2].astype(np.float64)
    assert from_keras(keras_model, name=model.name).digest == model.digest
    outputs = core.record(model, x).outputs
    np.testing.assert_allclose(np.asarray(keras_model(x)), outputs, atol=1e-12)


# Keras's own way from tensors to arrays, when it saves.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
def test_a_saved_model_can_be_loaded(tmp_path: Path) -> None:
    """Also one that holds the layer which puts a sequence in order."""
    import keras

    model = from_keras(built(MODELS["forwards on a reversed sequence"]))
    to_keras(model).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert "ReverseTime" in [type(layer).__name__ for layer in loaded.layers]
    assert from_keras(loaded, name=model.name).digest == model.digest
