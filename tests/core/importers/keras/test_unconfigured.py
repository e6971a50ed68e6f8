"""Weights of Keras without a configuration: shapes tell the layers, answers the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnknownName, UnsupportedModel
from core.importers.errors import WeightsAlone
from core.importers.keras.unconfigured import inspect_weights
from tests.core.importers.built import Build, features, randomise
from tests.core.importers.keras.two import legacy_weights

pytestmark = [
    pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),
]
TIME = 8
IDS = np.random.default_rng(0).integers(0, 9, (3, TIME))

CHAINS: dict[str, tuple[bool, Build, dict[str, Any]]] = {
    "text classifier": (
        True,
        lambda k: [
            k.Embedding(9, 4, mask_zero=True, name="words"),
            k.SpatialDropout1D(0.2),
            k.LSTM(4, name="lstm"),
            k.Dense(4, activation="relu", name="hidden"),
            k.Dropout(0.5),
            k.Dense(1, activation="sigmoid", name="answer"),
        ],
        {"mask:words": "skip", "activation:answer": "sigmoid"},
    ),
    "pairs": (
        True,
        lambda k: [
            k.Embedding(9, 4, name="words"),
            k.Bidirectional(k.GRU(3, return_sequences=True), name="one"),
            k.Bidirectional(k.GRU(3, reset_after=False), merge_mode="mul", name="two"),
            k.Dense(3, activation="softmax", name="answer"),
        ],
        {"merge:two": "mul", "activation:answer": "softmax"},
    ),
    "stacked on numbers": (
        False,
        lambda k: [
            k.LSTM(5, return_sequences=True, activation="relu", name="one"),
            k.LSTM(5, return_sequences=True, name="two"),
            k.LSTM(5, use_bias=False, name="three"),
            k.Dense(1, name="answer"),
        ],
        {"inside:one": "relu"},
    ),
    "every step": (
        False,
        lambda k: [
            k.SimpleRNN(4, return_sequences=True, use_bias=False, name="one"),
            k.BatchNormalization(epsilon=1e-5, name="norm"),
            k.TimeDistributed(k.Dense(2, name="inner"), name="answer"),
        ],
        {"epsilon:norm": "1e-05"},
    ),
    "convolution first": (
        False,
        lambda k: [
            k.Conv1D(6, 3, activation="relu", padding="same", name="seen"),
            k.MaxPooling1D(2, name="pool"),
            k.LSTM(5, recurrent_activation="hard_sigmoid", name="lstm"),
            k.Dense(2, name="answer"),
        ],
        {"edges:seen": "same", "activation:seen": "relu", "gates:lstm": "hard_sigmoid"},
    ),
    "autoencoder": (
        False,
        lambda k: [
            k.LSTM(4, name="encoder"),
            k.RepeatVector(5, name="again"),
            k.LSTM(4, return_sequences=True, name="decoder"),
            k.TimeDistributed(k.Dense(3, name="inner"), name="answer"),
        ],
        {"repeats:again": "5"},
    ),
    "pooled, backwards, reset before without a bias": (
        False,
        lambda k: [
            k.GRU(4, go_backwards=True, use_bias=False, reset_after=False, return_sequences=True),
            k.GlobalMaxPooling1D(name="most"),
            k.LayerNormalization(name="norm"),
            k.Dense(2, activation="tanh", name="answer"),
        ],
        {"direction:gru": "backward", "resets:gru": "before", "activation:answer": "tanh"},
    ),
    "flattened": (
        False,
        lambda k: [
            k.LSTM(4, return_sequences=True, name="lstm"),
            k.Flatten(),
            k.Dense(2, name="answer"),
        ],
        {},
    ),
}


def _built(name: str) -> tuple[Any, dict[str, Any], np.ndarray]:
    import keras

    keras.backend.clear_session()
    ids, build, hints = CHAINS[name]
    shape, kind = ((TIME,), "int32") if ids else ((TIME, 3), "float32")
    model = keras.Sequential([keras.Input(shape, dtype=kind), *build(keras.layers)])
    randomise(model)
    return model, hints, IDS if ids else features(time=TIME)


def _same(data: Path | bytes, model: Any, hints: dict[str, Any], x: np.ndarray) -> None:
    found = core.record(core.load_model(data, hints=hints, trusted=True), x)
    np.testing.assert_allclose(found.outputs, np.asarray(model(x)), atol=1e-5)


@pytest.mark.parametrize("name", CHAINS)
def test_shapes_and_answers_give_what_keras_gives(name: str, tmp_path: Path) -> None:
    model, hints, x = _built(name)
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    with pytest.raises(WeightsAlone):
        core.load_model(path, trusted=True)
    _same(path, model, hints, x)


@pytest.mark.parametrize("name", ["text classifier", "pairs", "stacked on numbers", "flattened"])
def test_weights_as_keras_2_laid_them_out_are_read_in_their_order(name: str) -> None:
    model, hints, x = _built(name)
    _same(legacy_weights(model), model, hints, x)


@pytest.mark.parametrize("name", CHAINS)
def test_answers_are_kept_and_give_the_same_model_again(name: str, tmp_path: Path) -> None:
    model, hints, _ = _built(name)
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    asked = inspect_weights(path.read_bytes(), hints=hints)
    assert {question.key for question in asked.questions} >= set(hints)
    read = core.load_model(path, hints=hints, trusted=True)
    again = core.load_model(path, hints=read.card["answers"], trusted=True)
    assert again.digest == read.digest


def test_where_several_orders_fit_the_usual_one_holds_and_others_are_offered(
    tmp_path: Path,
) -> None:
    model, hints, x = _built("text classifier")
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    found = inspect_weights(path.read_bytes(), hints=hints)
    assert [layer.name for layer in found.order] == ["words", "lstm", "hidden", "answer"]
    [order] = [question for question in found.questions if question.kind == "order"]
    other = ("words", "hidden", "lstm", "answer")
    assert other in order.options
    turned = core.load_model(path, hints={"order": list(other)}, trusted=True)
    usual = core.load_model(path, hints={}, trusted=True)
    answers = [core.record(each, x).outputs for each in (turned, usual)]
    assert np.abs(answers[0] - answers[1]).max() > 1e-3


def test_what_makes_no_chain_is_refused_with_its_layers(tmp_path: Path) -> None:
    import keras

    k = keras.layers
    one = keras.Input((TIME, 3))
    joined = k.Concatenate(name="both")([k.LSTM(3)(one), k.LSTM(4)(one)])
    keras.Model(one, k.Dense(2)(joined)).save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(UnsupportedModel, match=r"no order does each take .* configuration"):
        core.load_model(tmp_path / "m.weights.h5", hints={}, trusted=True)


def test_a_decoder_that_would_fit_its_encoder_as_a_chain_is_no_chain(tmp_path: Path) -> None:
    """By widths alone the second LSTM could read what the first gives."""
    import keras

    k = keras.layers
    source, target = keras.Input((TIME, 3)), keras.Input((TIME, 4))
    _, *states = k.LSTM(4, return_state=True)(source)
    y = k.LSTM(4, return_sequences=True)(target, initial_state=states)
    model = keras.Model([source, target], k.Dense(2)(y))
    model.save_weights(tmp_path / "m.weights.h5")
    for data in ((tmp_path / "m.weights.h5").read_bytes(), legacy_weights(model)):
        with pytest.raises(UnsupportedModel, match="several inputs"):
            core.load_model(data, hints={}, trusted=True)


def test_layers_of_one_s_own_are_refused_by_name(tmp_path: Path) -> None:
    import keras

    class Odd(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def build(self, shape: Any) -> None:
            self.scale = self.add_weight(shape=(shape[-1],), name="scale")

        def call(self, x: Any) -> Any:
            return x * self.scale

    k = keras.layers
    model = keras.Sequential([keras.Input((TIME, 3)), k.LSTM(4), Odd(), k.Dense(1)])
    model.save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(UnsupportedModel, match=r"'odd' .*called after no class"):
        core.load_model(tmp_path / "m.weights.h5", hints={}, trusted=True)


def test_a_hint_that_answers_nothing_is_refused(tmp_path: Path) -> None:
    model, hints, _ = _built("flattened")
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    with pytest.raises(UnknownName, match="mask:lstm"):
        core.load_model(path, hints={**hints, "mask:lstm": "skip"}, trusted=True)
    with pytest.raises(UnknownName, match="answer to inside:lstm"):
        core.load_model(path, hints={"inside:lstm": "sine"}, trusted=True)
