"""Keras layers as plain data, from wherever: fields that are missing or odd, names, tails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import core
from core.errors import CoreError, UnsupportedModel, UnsupportedTail
from core.importers.keras.layers import KerasLayer, model_from


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(0, 0.5, shape).astype(np.float32)


GRU = KerasLayer(
    "GRU",
    "gru",
    {"return_sequences": True, "reset_after": True, "activation": "tanh"},
    {"kernel": random(2, 9), "recurrent_kernel": random(3, 9), "bias": random(2, 9)},
)
NORM = KerasLayer("LayerNormalization", "norm", {}, {"gamma": random(3), "beta": random(3) + 1})
DENSE = KerasLayer("Dense", "answer", {}, {"kernel": random(3, 2), "bias": random(2)})
FLAT = KerasLayer("Flatten", "flat")
LSTM = KerasLayer("LSTM", "lstm", {}, {"kernel": random(3, 8), "recurrent_kernel": random(2, 8)})


def changed(layer: KerasLayer, **config: Any) -> KerasLayer:
    return replace(layer, config={**layer.config, **config})


def weighing(layer: KerasLayer, **weights: Any) -> KerasLayer:
    kept = {**layer.weights, **weights}
    return replace(layer, weights={name: a for name, a in kept.items() if a is not None})


ODD = {
    "a flag that is a word": (changed(GRU, go_backwards="no"), "go_backwards is 'no'"),
    "a flag that is a list": (changed(GRU, return_state=[1]), r"return_state is \[1\]"),
    "a flag that is a number": (changed(GRU, use_bias=0.5), "use_bias is 0.5"),
    "an activation that is a number": (changed(GRU, activation=3), "activation '3' is not one"),
    "an activation that is a list": (changed(DENSE, activation=["relu"]), "is not one of"),
    "an activation of one's own": (
        changed(DENSE, activation={"class_name": "function", "config": "tanh"}),
        "activation 'tanh' is not one of",
    ),
    "an epsilon that is none": (changed(NORM, epsilon=float("nan")), "epsilon is nan"),
    "an epsilon that is a truth": (changed(NORM, epsilon=True), "epsilon is True"),
    "an axis that is a word": (changed(NORM, axis="time"), "over axis 'time'"),
    "rms scaling": (changed(NORM, rms_scaling=True), "rms_scaling"),
    "a bias that is not there": (weighing(DENSE, bias=None), "use_bias and its weights"),
    "a bias that should not be": (changed(GRU, use_bias=False), "use_bias and its weights"),
    "a scale that is not there": (weighing(NORM, gamma=None), "scale and its weights"),
    "a centre that should not be": (changed(NORM, center=False), "center and its weights"),
    "no kernel": (weighing(DENSE, kernel=None), "no weights 'kernel'"),
    "low rank": (weighing(DENSE, lora_kernel_a=random(3, 1)), "weights 'lora_kernel_a'"),
    "words for weights": (weighing(DENSE, bias=np.array(["a", "b"])), "'bias' are <U1, not num"),
    "objects for weights": (weighing(DENSE, bias=np.array([None, 1])), "'bias' are object"),
    "one layer for a pair": (KerasLayer("Bidirectional", "both", inner=(GRU,)), "1 layers inside"),
    "no merge known": (
        KerasLayer("Bidirectional", "both", {"merge_mode": "max"}, inner=(GRU, GRU)),
        "merge_mode is 'max', not concat or sum",
    ),
    "a loop around nothing": (KerasLayer("RNN", "loop"), "wraps a RNN"),
    "a stack of nothing": (
        KerasLayer("RNN", "loop", inner=(KerasLayer("StackedRNNCells", "cells"),)),
        "its cell is nothing",
    ),
    "each step of nothing": (KerasLayer("TimeDistributed", "each"), "wraps nothing"),
    "a class that borrows a name": (KerasLayer("evil>LSTM", "odd"), "is none of"),
}


@pytest.mark.parametrize(("layer", "words"), ODD.values(), ids=ODD)
def test_odd_fields_are_refused_by_name(layer: KerasLayer, words: str) -> None:
    """Second of three, below a recurrent layer, so that it is no tail."""
    with pytest.raises(UnsupportedModel, match=rf"'\w+' \(.*number 2 of 3.*{words}") as no:
        model_from([GRU, layer, LSTM], name="odd")
    assert not isinstance(no.value, UnsupportedTail)


@pytest.mark.parametrize(
    "weights",
    [
        {"kernel": random(2, 8)},
        {"recurrent_kernel": random(3, 3, 3)},
        {"recurrent_kernel": random()},
        {"bias": random(9)},
        {"bias": random(2, 12)},
    ],
)
def test_weights_of_another_shape_are_refused(weights: dict[str, np.ndarray]) -> None:
    with pytest.raises(CoreError, match=r"gru/\w+ has the shape"):
        model_from([weighing(GRU, **weights)], name="odd")


def test_sensible_settings_need_not_be_written() -> None:
    """What Keras takes where a config says nothing; a whole number is a truth of old files."""
    model = model_from([changed(GRU, go_backwards=0, reset_after=None), NORM, DENSE], name="plain")
    layer = model.layers[0]
    assert (layer.activation, layer.recurrent_activation) == ("tanh", "sigmoid")
    assert (layer.direction, layer.options) == ("forward", {"reset_after": True})
    assert model.parts[1].epsilon == 1e-3
    assert model.activation == "linear"


def test_names_are_made_to_differ() -> None:
    inner = KerasLayer("Sequential", "inside", inner=(replace(GRU, name="a"),))
    second = weighing(replace(GRU, name="a"), kernel=random(3, 9))
    model = model_from([inner, second, replace(DENSE, name="a")], name="same")
    assert [part.name for part in model.parts] == ["a", "a_1", "a_2"]


@pytest.mark.parametrize(
    "first",
    [
        KerasLayer("InputLayer", "input", {"batch_shape": [None, 4, 2]}),
        KerasLayer("Dropout", "old", {"batch_input_shape": [None, 4, 2]}),
        KerasLayer("Dropout", "old", {"input_length": 4}),
    ],
)
def test_a_flatten_is_as_long_as_the_first_layer_says(first: KerasLayer) -> None:
    assert model_from([first, GRU, FLAT], name="flat").steps == 4


def test_numbers_of_one_length_are_a_window() -> None:
    first = KerasLayer("InputLayer", "input", {"batch_shape": [None, 4, 2]})
    assert model_from([first, GRU], name="series").card["window"] == 4
    open_ended = KerasLayer("InputLayer", "input", {"batch_shape": [None, None, 2]})
    assert "window" not in model_from([open_ended, GRU], name="series").card


def test_a_flatten_is_as_long_as_the_next_weights_ask_for() -> None:
    wide = weighing(DENSE, kernel=random(15, 2))
    active = KerasLayer("Activation", "active", {"activation": "relu"})
    model = model_from([GRU, FLAT, active, wide], name="flat")
    assert [part.name for part in model.parts] == ["gru", "flat", "active", "answer"]
    assert model.steps == 5
    x = random(1, 5, 2)
    assert core.record(model, x).outputs.shape == (1, 2)
    narrow = replace(changed(LSTM, return_sequences=True), weights=_narrow())
    with pytest.raises(UnsupportedTail, match=r"'flat' .*15 features, not a multiple of 2"):
        model_from([narrow, FLAT, wide], name="flat")


def _narrow() -> dict[str, np.ndarray]:
    names = {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}
    return {name: random(*shape) for name, shape in names.items()}


def test_what_waits_for_later_layers_is_cut_with_the_tail() -> None:
    active = KerasLayer("Activation", "active", {"activation": "relu"})
    unknown = KerasLayer("UnitNormalization", "attention")
    with pytest.raises(UnsupportedTail, match="'attention'"):
        model_from([GRU, FLAT, active, unknown], name="tail")
    model = model_from([GRU, FLAT, active, unknown], name="tail", without_tail=True)
    assert [part.name for part in model.parts] == ["gru"]
    kept = model_from([GRU, NORM, unknown, DENSE], name="tail", without_tail=True)
    assert [stage.name for stage in kept.parts] == ["gru", "norm"]
    with pytest.raises(UnsupportedTail, match=r"'flat'.*number of steps"):
        model_from([GRU, FLAT], name="tail")
    assert model_from([GRU, FLAT], name="tail", without_tail=True).readout is None


def test_half_precision_is_read_as_single() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for dtype in (np.float16, ml_dtypes.bfloat16):
        half = weighing(GRU, **{name: a.astype(dtype) for name, a in GRU.weights.items()})
        model = model_from([half], name="half")
        assert model.dtype == np.float32
        np.testing.assert_array_equal(
            model.parameters["gru/reset/kernel"], half.weights["kernel"][:, 3:6].astype(np.float32)
        )


def test_a_norm_for_each_step_may_say_the_axis_of_what_it_is_given() -> None:
    """Keras 2 writes [1] there: a step is (batch, features)."""
    each, beyond = (
        KerasLayer("TimeDistributed", "each", inner=(changed(NORM, axis=[axis]),))
        for axis in (1, 2)
    )
    plain = model_from([GRU, NORM, DENSE], name="plain")
    said = model_from([GRU, each, DENSE], name="said")
    x = random(2, 5, 2)
    np.testing.assert_array_equal(core.record(said, x).outputs, core.record(plain, x).outputs)
    with pytest.raises(UnsupportedModel, match=r"over axis \[2\]"):
        model_from([GRU, beyond, DENSE], name="beyond")
