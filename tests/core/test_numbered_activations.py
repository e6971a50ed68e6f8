"""leaky_relu and elu with numbers of their own: named by them, and the same wherever they go."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest

import core
from core import activations
from core.activations import NUMBERED, get, number_of, numbered
from core.errors import UnknownName, UnsupportedModel
from core.nodes import Activation, Dense
from tests.core.networks import randomised

X = np.linspace(-4, 4, 41)


@pytest.mark.parametrize("number", [0.3, 0.01, 1e-9, 2.0, 0.0, -0.5, 0.1 + 0.2])
def test_they_are_what_their_papers_say(number):
    leaky, elu = (get(numbered(name, number)) for name in ("leaky_relu", "elu"))
    kept = float(f"{number:.7g}")
    np.testing.assert_array_equal(leaky(X), [x if x > 0 else kept * x for x in X])
    np.testing.assert_allclose(elu(X), [x if x > 0 else kept * math.expm1(x) for x in X])
    nudge = 1e-6
    for function in (leaky, elu):
        away = X[np.abs(X) > 1e-3]
        expected = (function(away + nudge) - function(away - nudge)) / (2 * nudge)
        np.testing.assert_allclose(
            function.slope(function(away), away), expected, rtol=1e-5, atol=1e-9
        )
    assert number_of(leaky.name) == ("leaky_relu", kept)


@pytest.mark.parametrize("name", list(NUMBERED))
def test_the_usual_number_is_the_plain_name(name):
    assert numbered(name, NUMBERED[name].usual) == name
    assert get(name) is activations.ACTIVATIONS[name]
    assert number_of(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "leaky_relu(0.30)", "leaky_relu(0.2)", "leaky_relu()", "leaky_relu(nan)", "elu(1e999)",
        "tanh(0.5)", "leaky_relu(0.3) ", "leaky_relu(0.3)(0.3)", "leaky_relu(-)", "elu(1.2.3)",
        "leaky_relu(0.30000000000000004)", "leaky_relu(٣)", "leaky_relu(__import__)",
    ],
)  # fmt: skip
def test_one_function_has_one_name(name):
    with pytest.raises(UnknownName):
        get(name)


def test_no_number_is_no_name():
    with pytest.raises(ValueError, match="inf"):
        numbered("elu", math.inf)


def network(*names: str) -> core.Model:
    rng = np.random.default_rng(1)
    made = core.new_model("gru", features=3, units=[4], outputs=None)
    parts = [
        node
        for at, name in enumerate(names)
        for node in (
            Dense(f"dense_{at}", rng.standard_normal((4, 4)).astype("f"), None),
            Activation(f"act_{at}", name),
        )
    ]
    return randomised(core.Model((*made.nodes, *parts)), seed=2, scale=0.8)


def test_they_go_to_keras_and_come_back():
    model = network("leaky_relu(0.3)", "elu(2.25)", "leaky_relu")
    x = np.random.default_rng(0).standard_normal((2, 5, 3)).astype("f")
    ours = core.record(model, x)
    made = core.to_keras(model)
    kinds = [type(layer).__name__ for layer in made.layers]
    assert [kind for kind in kinds if kind in ("LeakyReLU", "ELU", "Activation")] == [
        "LeakyReLU", "ELU", "Activation",
    ]  # fmt: skip
    np.testing.assert_allclose(made.predict_on_batch(x), ours.outputs, atol=1e-5)
    again = core.from_keras(made)
    assert [n.activation for n in again.nodes if isinstance(n, Activation)] == [
        "leaky_relu(0.3)", "elu(2.25)", "leaky_relu",
    ]  # fmt: skip
    np.testing.assert_allclose(core.record(again, x).outputs, ours.outputs, atol=1e-6)
    engine = core.record(model, x, engine="keras")
    np.testing.assert_allclose(engine.outputs, ours.outputs, atol=1e-5)


def test_a_file_keeps_them(tmp_path):
    model = network("leaky_relu(0.01)")
    core.save_model(model, tmp_path / "model.npz")
    read = core.load_model(tmp_path / "model.npz")
    assert [n.activation for n in read.nodes if isinstance(n, Activation)] == ["leaky_relu(0.01)"]
    trace = core.record(model, np.ones((1, 3, 3)))
    trace.save(file := io.BytesIO())
    file.seek(0)
    np.testing.assert_array_equal(core.Trace.load(file).outputs, trace.outputs)


def test_what_keras_has_as_a_layer_only_is_no_setting_of_another():
    kernel = np.ones((4, 2), "f")
    made = core.new_model("gru", features=3, units=[4], outputs=None)
    model = core.Model((*made.nodes, Dense("answer", kernel, None, "leaky_relu(0.3)")))
    core.record(model, np.ones((1, 3, 3)))
    with pytest.raises(UnsupportedModel, match=r"answer with leaky_relu\(0.3\)"):
        core.to_keras(model)
