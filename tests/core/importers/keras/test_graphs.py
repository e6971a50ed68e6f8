"""Functional models: their answers stay, in memory, from files, and on the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel, UnsupportedTail
from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from core.importers.load import load_model
from core.nodes import Input
from tests.core.importers.built import randomise
from tests.core.importers.keras.graphs import GRAPHS, TIME, WIDTH, Make, given, ids, series

pytestmark = [
    pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning"),
    # Keras's own way from tensors to arrays, when it saves.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),
]
TOLERANCE = 1e-5


def made(make: Make) -> Any:
    import keras

    inputs, outputs = make(keras)
    one = inputs if len(inputs) > 1 else inputs[0]
    model = keras.Model(one, outputs, name="graph")
    randomise(model)
    return model


def answers(keras_model: Any, read: dict[str, np.ndarray]) -> list[np.ndarray]:
    """What a Keras model gives, called by position."""
    values = list(read.values())
    outputs = keras_model(values if len(values) > 1 else values[0])
    return [np.asarray(one) for one in (outputs if isinstance(outputs, list) else [outputs])]


def agree(model: core.Model, expected: list[np.ndarray], read: dict[str, np.ndarray]) -> None:
    read = dict(zip(model.inputs, read.values(), strict=True))
    flows = core.record(model, read).outputs_by_port
    assert len(flows) == len(expected)
    for (name, flow), right in zip(flows.items(), expected, strict=True):
        np.testing.assert_allclose(flow.values, right, atol=TOLERANCE, err_msg=name)


@pytest.mark.parametrize("name", GRAPHS)
def test_answers_stay(name: str, tmp_path: Path) -> None:
    keras_model = made(GRAPHS[name])
    read = given(keras_model)
    expected = answers(keras_model, read)
    model = from_keras(keras_model)
    agree(model, expected, read)
    for ending in ("keras", "h5"):
        keras_model.save(tmp_path / f"model.{ending}")
        data = (tmp_path / f"model.{ending}").read_bytes()
        assert load_model(data, name=model.name, trusted=True).parameters.keys() == (
            model.parameters.keys()
        )
        agree(load_model(data, trusted=True), expected, read)
    back = to_keras(model)
    for right, one in zip(expected, answers(back, read), strict=True):
        np.testing.assert_allclose(one, right, atol=TOLERANCE)
    agree(from_keras(back), expected, read)


def test_inputs_are_what_keras_says_of_them() -> None:
    def make(keras: Any) -> tuple[list[Any], Any]:
        k = keras.layers
        words, x, v = ids(keras, "words", 7), series(keras), keras.Input((4,), name="v")
        read = k.LSTM(4)(k.Embedding(9, 2)(words)), k.GRU(4)(x)
        return [words, x, v], k.Add(name="all")([*read, v])

    nodes = [node for node in from_keras(made(make)).nodes if isinstance(node, Input)]
    assert [(one.name, one.width, one.length, one.vector) for one in nodes] == [
        ("words", None, 7, False),
        ("x", WIDTH, None, False),
        ("v", 4, None, True),
    ]


def test_a_functional_chain_is_a_chain() -> None:
    def make(keras: Any) -> tuple[list[Any], Any]:
        k, x = keras.layers, series(keras)
        return [x], k.Dense(1, name="d")(k.Bidirectional(k.LSTM(2), name="both")(x))

    model = from_keras(made(make))
    assert model.is_chain
    assert [part.name for part in model.parts] == ["both", "d"]
    assert model.inputs == ("input",)
    assert all(node.reads == () for node in model.parts[-1:])


def _shared(keras: Any) -> tuple[list[Any], Any]:
    x, y = series(keras), series(keras, "y")
    loop = keras.layers.LSTM(2, name="twin")
    return [x, y], keras.layers.Concatenate()([loop(x), loop(y)])


def _shared_model(keras: Any) -> tuple[list[Any], Any]:
    k, x, y = keras.layers, series(keras), series(keras, "y")
    inner = keras.Sequential([keras.Input((None, WIDTH)), k.GRU(2)], name="twin")
    return [x, y], k.Concatenate()([inner(x), inner(y)])


def _one_after_another(keras: Any) -> tuple[list[Any], Any]:
    k, x, y = keras.layers, series(keras), series(keras, "y")
    return [x, y], k.GRU(2)(k.Concatenate(axis=1, name="join")([x, y]))


def _both_orders(keras: Any) -> tuple[list[Any], Any]:
    k, x = keras.layers, series(keras)
    turned = k.GRU(2, go_backwards=True, return_sequences=True)(x)
    return [x], k.GRU(2)(k.Add(name="sum")([turned, k.GRU(2, return_sequences=True)(x)]))


def _another_mask(keras: Any) -> tuple[list[Any], Any]:
    k, a, b = keras.layers, ids(keras, "a"), ids(keras, "b")
    return [a, b], k.LSTM(2, name="read")(k.Embedding(9, 2)(a), mask=keras.ops.not_equal(b, 0))


def _training(keras: Any) -> tuple[list[Any], Any]:
    x = series(keras)
    return [x], keras.layers.LSTM(2)(keras.layers.Dropout(0.5, name="drop")(x, training=True))


def _operation(keras: Any) -> tuple[list[Any], Any]:
    x = series(keras)
    return [x], keras.layers.LSTM(2)(keras.ops.exp(x))


REFUSED: dict[str, tuple[Make, str]] = {
    "shared weights": (_shared, r"'twin' \(LSTM, number 1 of 3\).*in 2 places and shares"),
    "a shared model": (_shared_model, r"'twin' \(Sequential, .*in 2 places and shares"),
    "sequences in a row": (_one_after_another, r"'join' \(Concatenate, .*over axis 1"),
    "two orders in time": (_both_orders, r"'sum' \(Add, number 3 of 4\).*reversed"),
    "another's mask": (_another_mask, r"'read' \(LSTM, number 2 of 2\).*called with 'mask'"),
    "always training": (_training, r"'drop' \(Dropout, number 1 of 2\).*'training'"),
    "an operation": (_operation, r"'exp' \(Exp.*an operation on tensors"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_the_layer_and_its_place(make: Make, words: str) -> None:
    with pytest.raises(UnsupportedModel, match=words):
        from_keras(made(make))


def test_of_several_outputs_those_that_can_be_read_stay() -> None:
    def make(keras: Any) -> tuple[list[Any], Any]:
        k, x = keras.layers, series(keras)
        read = k.LSTM(4, name="read")(x)
        odd = k.UnitNormalization(name="odd")(read)
        return [x], [k.Dense(2, name="answer")(read), k.Dense(2, name="after")(odd)]

    keras_model = made(make)
    with pytest.raises(UnsupportedTail, match=r"'odd' \(UnitNormalization, number \d of 4\)"):
        from_keras(keras_model)
    model = from_keras(keras_model, without_tail=True)
    x = np.random.default_rng(0).normal(size=(2, TIME, WIDTH)).astype(np.float32)
    np.testing.assert_allclose(
        core.record(model, x).outputs, np.asarray(keras_model(x)[0]), atol=TOLERANCE
    )
