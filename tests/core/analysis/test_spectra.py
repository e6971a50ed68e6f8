from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis import spectra as module
from core.analysis.jacobian import jacobians
from core.analysis.spectra import products, spectra
from core.errors import OutOfRange, StatesOverflow
from tests.core.analysis.models import random_model, recorded

EVERY = (*cells.CELLS, "gru_reset_before")


def ended(model, trace, layer, *, batch, step, before):
    """The states at the end of a run of its own that goes on after `step` from other states."""
    names = cells.get(layer.cell).states
    parts = dict(zip(names, np.split(before, len(names)), strict=True))
    mask = None if trace.mask is None else trace.mask[batch : batch + 1, step + 1 :]
    run = core.record(
        model,
        trace.inputs[batch : batch + 1, step + 1 :],
        mask=mask,
        initial_states={layer.name: {name: part[None] for name, part in parts.items()}},
    )
    return np.concatenate([run.layer(layer.name).states[name][0, -1] for name in names])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("cell", EVERY)
def test_products_are_what_nudging_an_early_state_does_to_the_last(cell, masked):
    model = random_model(cell, features=2, units=[3], dtype=np.float64)
    trace = recorded(model, batch=2, time=9, masked=masked)
    layer = trace.layers[0]
    names = cells.get(layer.cell).states
    computed = products(layer, batch=1)
    assert computed.step == 8
    assert computed.states == names
    whole = np.concatenate(
        [np.concatenate([computed.between(a, b) for b in names], axis=2) for a in names], axis=1
    )
    np.testing.assert_array_equal(whole[8], np.eye(3 * len(names)))
    for step in (1, 4, 7):
        state = np.concatenate([layer.states[name][1, step] for name in names])
        columns = [
            ended(model, trace, layer, batch=1, step=step, before=state + 1e-6 * e)
            - ended(model, trace, layer, batch=1, step=step, before=state - 1e-6 * e)
            for e in np.eye(len(state))
        ]
        np.testing.assert_allclose(
            whole[step], np.stack(columns, axis=1) / 2e-6, rtol=1e-5, atol=1e-8
        )


def test_a_backward_layer_is_read_from_the_end():
    model = random_model("gru", features=2, units=[3], bidirectional=True, dtype=np.float64)
    trace = recorded(model, batch=1, time=7)
    backward = trace.layers[1]
    computed = products(backward, step=2)
    assert np.isnan(computed.scaled[:2]).all()
    np.testing.assert_array_equal(computed.scaled[2], np.eye(3))
    steps = jacobians(backward, steps=range(7))
    np.testing.assert_allclose(
        computed.between("hidden", "hidden")[5], steps[2] @ steps[3] @ steps[4]
    )


def linear(recurrent, *, time=400):
    """A SimpleRNN without activation: s_t = … + U s_{t−1}, so every Jacobian is Uᵀ."""
    units = len(recurrent)
    model = core.new_model(
        "simple_rnn", features=2, units=[units], outputs=None, dtype=np.float64, activation="linear"
    )
    model = model.with_parameters({f"{model.layers[0].name}/hidden/recurrent_kernel": recurrent})
    inputs = np.random.default_rng(1).standard_normal((1, time, 2))
    return core.record(model, inputs).layers[0]


def rotated(values, *, seed=0):
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values),) * 2))[0]
    return turn @ np.diag(values) @ turn.T


def test_exponents_of_a_linear_network_are_the_logarithms_of_its_eigenvalues():
    values = np.array([0.95, -0.7, 0.4, 0.1])
    layer = linear(rotated(values))
    computed = spectra(layer, top=4)
    np.testing.assert_allclose(computed.exponents, np.log(np.abs(values)), atol=1e-9)
    # Over 400 steps the smallest value of the product is e^-921: the paces are still told.
    np.testing.assert_allclose(
        computed.log_singular[350:, 0], np.log(0.95) * np.arange(49, -1, -1), atol=1e-9
    )
    np.testing.assert_allclose(computed.log_singular[0, 0], 399 * np.log(0.95), rtol=1e-9)
    assert np.isnan(computed.log_singular[0, 1:]).all()
    np.testing.assert_allclose(computed.log_singular[390, 3], 9 * np.log(0.1), rtol=1e-6)


def test_what_explodes_is_told_in_logarithms():
    layer = linear(rotated(np.array([1.5, 1.2])), time=1500)
    computed = spectra(layer, top=1)
    np.testing.assert_allclose(computed.exponents, np.log(1.5), atol=1e-9)
    assert computed.log_singular[0, 0] == pytest.approx(1499 * np.log(1.5))


def test_a_rotation_keeps_everything():
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((5, 5)))[0]
    computed = spectra(linear(turn, time=60), top=5)
    np.testing.assert_allclose(computed.exponents, 0, atol=1e-12)
    np.testing.assert_allclose(computed.log_singular, 0, atol=1e-12)


def test_a_singular_network_forgets_a_direction_altogether():
    computed = spectra(linear(np.diag([0.5, 0.0])), top=2)
    assert computed.exponents[0] == pytest.approx(np.log(0.5))
    assert np.isneginf(computed.exponents[1])
    assert np.isneginf(computed.log_singular[10, 1])


@pytest.mark.parametrize("cell", EVERY)
def test_exponents_add_up_to_the_growth_of_volume(cell):
    """Σ λ_i over all directions is the mean of ln |det J_t|, whatever the frame."""
    layer = recorded(
        random_model(cell, features=2, units=[3], dtype=np.float64), batch=1, time=25
    ).layers[0]
    size = 3 * len(layer.record.states)
    computed = spectra(layer, top=size, warm_up=0)
    expected = np.linalg.slogdet(jacobians(layer, steps=range(25)))[1].mean()
    assert computed.exponents.sum() == pytest.approx(expected, rel=1e-6)


def test_blocks_do_not_show(monkeypatch):
    layer = recorded(
        random_model("lstm", features=2, units=[3]), batch=1, time=30, masked=True
    ).layers[0]
    whole = spectra(layer, top=3)
    monkeypatch.setattr(module, "_BLOCK", 100)
    again = spectra(layer, top=3)
    np.testing.assert_array_equal(whole.log_singular, again.log_singular)
    np.testing.assert_array_equal(whole.so_far, again.so_far)
    skipped = ~layer.mask[0]
    assert skipped.any()
    assert np.isnan(whole.so_far[skipped]).all()


def test_one_step_has_no_way_to_measure():
    layer = recorded(random_model("gru", features=2, units=[3]), batch=1, time=1).layers[0]
    computed = spectra(layer, top=2)
    np.testing.assert_array_equal(computed.log_singular, [[0, 0]])
    assert np.isfinite(computed.exponents).all()  # of the step from the initial state


def test_nonsense_is_refused():
    layer = recorded(random_model("gru", features=2, units=[3]), batch=1, time=4).layers[0]
    with pytest.raises(OutOfRange, match="top is 4; it should be from 1 to 3"):
        spectra(layer, top=4)
    with pytest.raises(OutOfRange, match="step is 4"):
        products(layer, step=4)
    with pytest.raises(OutOfRange, match="warm_up is 4"):
        spectra(layer, warm_up=4, top=2)
    with pytest.raises(OutOfRange, match="batch is 1"):
        spectra(layer, batch=1)


def test_states_that_overflow_are_named():
    with np.errstate(over="ignore", invalid="ignore"):
        layer = linear(rotated(np.array([30.0, 2.0])), time=400)
    with pytest.raises(StatesOverflow):
        spectra(layer)


@pytest.mark.parametrize("cell", EVERY)
def test_the_first_exponent_keeps_pace_with_the_largest_singular_value(cell):
    """No direction grows more than σ₁ of the whole way; one that starts anywhere lags a little."""
    model = random_model(cell, features=2, units=[3], dtype=np.float64)
    layer = recorded(model, batch=1, time=40).layers[0]
    whole = jacobians(layer, steps=[0])[0]
    largest = np.linalg.norm(products(layer).scaled[0] @ whole, 2)
    grown = np.log(largest) + products(layer).log_scale[0]
    computed = 40 * spectra(layer, top=1, warm_up=0).exponents[0]
    assert grown - 4 < computed < grown + 1e-9


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_hidden_state_alone_has_the_norm_of_its_own_block(cell):
    model = random_model(cell, features=2, units=[3], outputs=None, dtype=np.float64)
    layer = recorded(model, batch=1, time=7).layers[0]
    computed = spectra(layer, 5, top=2)
    block = products(layer, 5).between("hidden", "hidden")
    norms = np.linalg.norm(block[:6], ord=2, axis=(1, 2))
    np.testing.assert_allclose(np.exp(computed.log_hidden[:6]), norms, rtol=1e-9)
    assert np.isnan(computed.log_hidden[6])
