"""Keras models read and written: their answers, their weights by gate name, and refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import core
from core.errors import WrongInputs
from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from tests.core.importers.built import Build, built, features
from tests.core.importers.keras.models import FLAT, MASKED, MODELS
from tests.core.mixed_networks import mixed_cases
from tests.core.networks import Case, randomised

# Keras says so of a pooling or a Flatten that pays no heed to a mask.
pytestmark = pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning")

TOLERANCE = 1e-5


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
    + ["GlobalMaxPooling1D above backwards", *(name for name in FLAT if name != "reshaped")],
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
