"""All losses of one run taken back together, against one way back for each."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.one_run import serves_all_losses
from core.analysis.triangle import triangle
from core.interventions import Intervention
from core.nodes import Dense, GlobalAveragePooling, Layer
from tests.core.analysis.models import random_model, recorded
from tests.core.networks import randomised


def stack(*, outputs=2):
    """Two cells on one another, and a readout of two layers."""
    lstm = core.new_model("lstm", features=2, units=[3], outputs=None, dtype=np.float64).layers[0]
    gru = core.new_model("gru", features=3, units=[4], outputs=None, dtype=np.float64).layers[0]
    parts = (
        Layer("below", "lstm", weights=lstm.weights),
        Layer("above", "gru", weights=gru.weights, returns="last"),
        Dense("middle", np.zeros((4, 5)), np.zeros(5), "tanh"),
        Dense("answer", np.zeros((5, outputs)), np.zeros(outputs), "softmax"),
    )
    return randomised(core.Model(parts), seed=4, scale=0.7)


@pytest.mark.parametrize("layer", [0, 1])
def test_layers_of_different_cells_go_back_in_lockstep(layer):
    model = stack()
    trace = recorded(model, batch=2, time=6)
    assert serves_all_losses(model, trace)
    computed = triangle(model, trace, np.array([0, 1]), layer=layer, batch=1, ends=[5, 2, 5])
    state = computed.state
    for row, end in enumerate((5, 2, 5)):
        given = {r.name: {n: s[1:] for n, s in r.initial_states.items()} for r in trace.layers}
        run = core.record(model, trace.inputs[1:, : end + 1], initial_states=given)
        back = core.backprop(model, run, np.array([1]))
        expected = np.linalg.norm(back.layers[layer].states[state][0], axis=1)
        np.testing.assert_allclose(computed.norms[row, : end + 1], expected, rtol=1e-10)
        assert computed.losses[row] == pytest.approx(back.loss)
    assert computed.difference < 1e-12


def test_a_run_with_interventions_is_taken_back_as_it_was():
    """A frozen unit hands its gradient on, a gate that was held takes none."""
    model = random_model("lstm", features=2, units=[3], outputs=1, dtype=np.float64)
    put = [
        Intervention(quantity="cell", units=(0,), steps=(2, 3), value="before"),
        Intervention(quantity="forget", units=(1,), steps=(4,), value=0.25),
    ]
    x = np.random.default_rng(3).standard_normal((1, 6, 2))
    changed = core.record(model, x, interventions=put)
    target = np.array([[1.0]])
    computed = triangle(model, changed, target, ends=[5])
    back = core.backprop(model, changed, target).layers[0]
    np.testing.assert_allclose(
        computed.norms[0], np.linalg.norm(back.states["cell"][0], axis=1), rtol=1e-10
    )
    plain = triangle(model, core.record(model, x), target, ends=[5])
    assert np.abs(plain.norms - computed.norms).max() > 1e-3
    assert computed.difference < 1e-12


def test_small_gradients_keep_their_norms_and_their_parts():
    """Squares of 10⁻³⁰ are nothing in float32."""
    model = random_model("simple_rnn", features=1, units=[4], outputs=1, spread=0.02)
    trace = core.record(model, np.ones((1, 30, 1), np.float32))
    computed = triangle(model, trace, np.array([[1.0]]), ends=[29])
    row = computed.norms[0]
    assert row[row < 1e-25].size > 0
    assert (row > 0).all()
    parts = np.sum(list(computed.parts.values()), axis=0)[0]
    np.testing.assert_allclose(parts, row, rtol=1e-5)


def test_what_one_run_does_not_serve():
    both = random_model("lstm", features=2, units=[3], bidirectional=True, outputs=1)
    assert not serves_all_losses(both, recorded(both, batch=1, time=4))
    masked = random_model("lstm", features=2, units=[3], outputs=1)
    assert not serves_all_losses(masked, recorded(masked, batch=1, time=4, masked=True))
    (layer,) = core.new_model("gru", features=2, units=[3], outputs=None).layers
    every = Layer("gru", "gru", weights=layer.weights)
    pooled = core.Model((every, GlobalAveragePooling("pooled")))
    assert not serves_all_losses(pooled, recorded(pooled, batch=1, time=4))
