"""The Keras engine records what passes inside Keras, and says so loudly when it cannot.

That it agrees with NumPy on any network stands in test_agreement.py.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import core
from core.analysis.parity import largest_difference
from core.engines.keras_engine import MissingKeras, UnexpectedKeras
from core.text import Vocabulary
from tests.core.networks import randomised, states_for

CELLS = ["simple_rnn", "lstm", "gru"]


def network(cell: str, **settings: Any) -> core.Model:
    return randomised(
        core.new_model(cell, **{"features": 2, "units": [3], "outputs": 2, **settings}), seed=4
    )


def x(time: int = 5) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(2, time, 2)).astype(np.float32)


def with_class(monkeypatch: pytest.MonkeyPatch, name: str, base: Any, **members: Any) -> None:
    """Puts a subclass, with other members, in the place of one of Keras's cells."""
    import keras

    monkeypatch.setattr(keras.layers, name, type(name, (base,), members))


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_gates_are_what_keras_used(monkeypatch: pytest.MonkeyPatch, cell: str) -> None:
    """A Keras cell that squashes otherwise than it was told is found out: nothing is recomputed."""
    import keras

    base = keras.layers.LSTMCell if cell == "lstm" else keras.layers.GRUCell

    def built_otherwise(self: Any, input_shape: Any) -> None:
        base.build(self, input_shape)
        self.recurrent_activation = lambda x: keras.activations.hard_sigmoid(x) * 0.5

    with_class(monkeypatch, base.__name__, base, build=built_otherwise)
    run = core.record(network(cell), x(), engine="keras").layers[0]
    for name, gate in run.gates.items():
        z = np.asarray(run.preactivations[name])
        expected = np.tanh(z) if name == "candidate" else np.clip(z / 6 + 0.5, 0, 1) * 0.5
        np.testing.assert_allclose(gate, expected, atol=1e-6)
    if cell == "lstm":
        g = run.gates
        cell_state = g["forget"] * run.previous["cell"] + g["input"] * g["candidate"]
        np.testing.assert_allclose(run.states["cell"], cell_state, atol=1e-6)


@pytest.mark.parametrize("implementation", [1, 2])
@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_both_ways_in_which_keras_computes_a_step(
    monkeypatch: pytest.MonkeyPatch, cell: str, reset_after: bool, implementation: int
) -> None:
    import keras

    base = keras.layers.LSTMCell if cell == "lstm" else keras.layers.GRUCell
    found = []

    def build(self: Any, input_shape: Any) -> None:
        base.build(self, input_shape)
        found.append(self.implementation)
        self.implementation = implementation

    with_class(monkeypatch, base.__name__, base, build=build)
    model = network(cell, reset_after=reset_after)
    states = states_for(model, batch=2, seed=1)
    traces = [core.record(model, x(), initial_states=states, engine=e) for e in ("keras", "numpy")]
    assert found == [2], "another default than the one this engine was written for"
    assert largest_difference(*traces).value < 1e-6


def test_a_step_with_other_calls_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a future Keras might squash all gates of an LSTM in one call."""
    import keras

    class Fused(keras.layers.LSTMCell):  # type: ignore[misc]  # Keras ships without types
        def _compute_carry_and_output_fused(self, z: Any, c_tm1: Any) -> Any:
            i, f, o = keras.ops.split(
                self.recurrent_activation(keras.ops.concatenate([z[0], z[1], z[3]], axis=1)), 3, 1
            )
            return f * c_tm1 + i * self.activation(z[2]), o

    monkeypatch.setattr(keras.layers, "LSTMCell", Fused)
    with pytest.raises(UnexpectedKeras) as refused:
        core.record(network("lstm"), x(), engine="keras")
    assert refused.value.facts == {
        "version": keras.__version__,
        "cell": "LSTM",
        "found": "1 x recurrent_activation, 2 x activation",
        "expected": (
            "2 x recurrent_activation, 1 x activation, 1 x recurrent_activation, 1 x activation"
        ),
    }


@pytest.mark.parametrize("cell", CELLS)
def test_a_masked_step_carries_the_states_on(cell: str) -> None:
    model = network(cell)
    mask = np.array([[True, True, False, False, True], [False, True, True, True, False]])
    states = states_for(model, batch=2, seed=3)
    run = core.record(model, x(), mask=mask, initial_states=states, engine="keras").layers[0]
    for name, state in run.states.items():
        np.testing.assert_array_equal(state[~mask], run.previous[name][~mask])
        assert (state[mask] != run.previous[name][mask]).all()
        np.testing.assert_array_equal(run.previous[name][:, 0], states[0][name])


@pytest.mark.parametrize("cell", CELLS)
def test_one_pass_over_text_and_numbers(cell: str) -> None:
    """A text through an embedding, two layers of which one reads backwards, and a softmax."""
    vocabulary = Vocabulary.build(["not good but not bad"], unit="word")
    model = randomised(
        core.new_model(cell, vocabulary=vocabulary, embedding=3, units=[4, 3], bidirectional=True,
                       outputs=3, readout="every"),
        seed=8,
    )  # fmt: skip
    traces = [core.record(model, "not bad at all", engine=engine) for engine in ("keras", "numpy")]
    assert [trace.engine for trace in traces] == ["keras", "numpy"]
    assert traces[0].model_digest == model.digest
    assert 0 < largest_difference(*traces).value < 1e-6


def test_double_precision_is_kept() -> None:
    model = network("gru", dtype=np.float64)
    traces = [core.record(model, x(), engine=engine) for engine in ("keras", "numpy")]
    assert traces[0].outputs.dtype == np.float64
    assert largest_difference(*traces).value < 1e-14


def test_without_keras_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(MissingKeras, match=r"requirements\.txt"):
        core.record(network("lstm"), x(), engine="keras")
