from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis import jacobian as module
from core.analysis.jacobian import jacobian_norms, jacobians
from core.errors import OutOfRange
from core.trace import LayerTrace, Trace
from tests.core.analysis.models import CELLS, random_model, recorded


def step_again(model: core.Model, trace: Trace, layer: LayerTrace, *, batch, step, before):
    """The states after one step of a run of its own, from stacked states before it."""
    names = cells.get(layer.cell).states
    parts = dict(zip(names, np.split(before, len(names)), strict=True))
    run = core.record(
        model,
        trace.inputs[batch : batch + 1, step : step + 1],
        initial_states={layer.name: {name: part[None] for name, part in parts.items()}},
    )
    return np.concatenate([run.layer(layer.name).states[name][0, 0] for name in names])


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_what_nudging_the_state_before_does(cell, bidirectional):
    model = random_model(cell, features=2, units=[4], bidirectional=bidirectional, dtype=np.float64)
    trace = recorded(model, batch=3, time=6)
    for layer in trace.layers:
        names = cells.get(layer.cell).states
        found = jacobians(layer, steps=[0, 3, 5], batch=2)
        for at, step in enumerate([0, 3, 5]):
            before = np.concatenate([layer.previous[name][2, step] for name in names])
            nudge = 1e-6
            columns = [
                step_again(model, trace, layer, batch=2, step=step, before=before + nudge * e)
                - step_again(model, trace, layer, batch=2, step=step, before=before - nudge * e)
                for e in np.eye(len(before))
            ]
            expected = np.stack(columns, axis=1) / (2 * nudge)
            np.testing.assert_allclose(found[at], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_steps_chained_are_backpropagation_through_time(cell, masked):
    """∂loss/∂state_{t−1} = ∂loss/∂state_t · J_t where the loss is at the end alone."""
    model = random_model(cell, features=2, units=[4], outputs=None, dtype=np.float64)
    trace = recorded(model, batch=2, time=9, masked=masked)
    layer = trace.layers[0]
    gradients = core.backprop(model, trace, np.zeros_like(trace.outputs)).layers[0]
    names = cells.get(layer.cell).states
    d, steps = gradients.states["hidden"][1], jacobians(layer, steps=range(9), batch=1)
    end = 8 if trace.mask is None else np.flatnonzero(trace.mask[1])[-1]
    assert masked == (end < 8)
    # ∂loss/∂h at the end, and nothing at c: what reaches c by way of h lies in J.
    arriving = np.zeros(layer.units * len(names))
    arriving[: layer.units] = d[end]
    for step in reversed(range(end + 1)):
        np.testing.assert_allclose(arriving[: layer.units], d[step], rtol=1e-9, atol=1e-12)
        arriving = arriving @ steps[step]
    first = np.concatenate([gradients.initial_states[name][1] for name in names])
    np.testing.assert_allclose(arriving, first, rtol=1e-9, atol=1e-12)
    assert np.abs(first).max() > 1e-6


def test_a_masked_step_carries_on():
    model = random_model("lstm", features=2, units=[3])
    trace = recorded(model, batch=2, time=7, masked=True)
    found = jacobians(trace.layers[0], steps=range(7))
    skipped = ~trace.mask[0]
    assert skipped.any()
    assert (found[skipped] == np.eye(6)).all()
    assert (np.abs(found[~skipped] - np.eye(6)).max(axis=(1, 2)) > 0.01).all()


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_the_largest_singular_values(cell, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 100)  # several blocks, shared by threads
    model = random_model(cell, features=2, units=[4], bidirectional=True, dtype=np.float64)
    trace = recorded(model, batch=2, time=20, masked=True)
    for layer in trace.layers:
        whole = jacobians(layer, steps=range(20), batch=1)
        found = jacobian_norms(layer, batch=1)
        assert found.steps.tolist() == list(range(20))
        np.testing.assert_allclose(found.whole, np.linalg.norm(whole, 2, axis=(1, 2)))
        np.testing.assert_allclose(found.hidden, np.linalg.norm(whole[:, :4, :4], 2, axis=(1, 2)))
        some = jacobian_norms(layer, steps=[17, 2], batch=1)
        np.testing.assert_allclose(some.whole, found.whole[[17, 2]])
        assert some.steps.tolist() == [17, 2]


def test_norms_that_squares_would_lose():
    model = random_model("simple_rnn", features=2, units=[3], spread=1e-25, dtype=np.float32)
    layer = recorded(model, batch=1, time=3).layers[0]
    kernel = model.layers[0].weights["hidden"]["recurrent_kernel"]
    expected = np.linalg.norm(kernel.astype(np.float64), 2)
    np.testing.assert_allclose(jacobian_norms(layer).whole, expected, rtol=1e-5)
    still = model.with_parameters({"simple_rnn/hidden/recurrent_kernel": np.zeros_like(kernel)})
    assert (jacobian_norms(recorded(still, batch=1, time=3).layers[0]).whole == 0).all()


def test_no_steps_no_norms():
    layer = recorded(random_model("gru", features=2, units=[3]), batch=1, time=3).layers[0]
    assert jacobian_norms(layer, steps=[]).whole.shape == (0,)
    assert jacobians(layer, steps=[]).shape == (0, 3, 3)


def test_nonsense_is_refused():
    layer = recorded(random_model("gru", features=2, units=[3]), batch=1, time=3).layers[0]
    with pytest.raises(OutOfRange, match="step is 3; it should be from 0 to 2"):
        jacobians(layer, steps=[0, 3])
    with pytest.raises(OutOfRange, match="batch is 1"):
        jacobian_norms(layer, batch=1)
