"""Fixed points against those that can be worked out, and against letting the network run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import core
from core import cells
from core.analysis.fixed_points import fixed_points, visited
from core.analysis.jacobian import jacobians, one_step_jacobians
from core.errors import OutOfRange, ShapeMismatch
from tests.core.analysis.models import random_model, recorded


def flip_flops(units=3, *, gain=2.0):
    """Units that remember one bit each: h ↦ tanh(2 h), which rests at 0 and at ± 0.9575."""
    model = core.new_model("simple_rnn", features=2, units=[units], outputs=None, dtype=np.float64)
    name = model.layers[0].name
    return model.with_parameters(
        {
            f"{name}/hidden/recurrent_kernel": gain * np.eye(units),
            f"{name}/hidden/bias": np.zeros(units),
        }
    ).layers[0]


def test_three_bits_have_eight_stable_points_and_saddles_between():
    rest = brentq(lambda h: np.tanh(2 * h) - h, 0.5, 1)
    starts = np.random.default_rng(0).uniform(-1.2, 1.2, (600, 3))
    computed = fixed_points(flip_flops(), starts)
    assert computed.fixed.all()
    expected = {(a, b, c) for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1)}
    signs = np.rint(computed.points / rest).astype(int)
    assert {tuple(point) for point in signs.tolist()} == expected
    np.testing.assert_allclose(computed.points, signs * rest, atol=1e-6)
    assert computed.stable.sum() == 8
    # A bit that is at rest in the middle is a direction in which the state falls to either side.
    np.testing.assert_array_equal(computed.unstable_directions, (signs == 0).sum(axis=1))
    slope = np.where(signs == 0, 2.0, 2 * (1 - rest**2))
    expected_moduli = -np.sort(-np.abs(slope), axis=1)
    np.testing.assert_allclose(np.abs(computed.eigenvalues), expected_moduli, atol=1e-5)
    assert computed.reached.sum() == 600


@pytest.mark.parametrize("cell", [name for name in cells.CELLS if name != "slstm"])
def test_a_network_that_is_left_alone_comes_to_rest_where_it_was_said(cell):
    model = random_model(cell, features=2, units=[4], outputs=None, spread=0.2, dtype=np.float64)
    layer, x = model.layers[0], np.array([0.4, -0.7])
    run = recorded(model, batch=3, time=8)
    computed = fixed_points(layer, visited(run.layers[0]), reading=x)
    assert computed.states == cells.get(layer.cell).states
    assert computed.fixed.any()
    assert computed.stable.any()
    inputs = np.broadcast_to(x, (1, 3000, 2))
    rested = core.record(model, inputs).layers[0]
    last = np.concatenate([rested.states[name][0, -1] for name in computed.states])
    assert np.abs(last - visited(rested)[-2]).max() < 1e-10  # it does come to rest
    stable = computed.points[computed.fixed & computed.stable]
    assert np.abs(stable - last).max(axis=1).min() < 1e-5
    # Wherever a point is said to be, one step leaves it there.
    for point, fixed in zip(computed.points, computed.fixed, strict=True):
        parts = np.split(point, len(computed.states))
        given = {name: part[None] for name, part in zip(computed.states, parts, strict=True)}
        once = core.record(model, inputs[:, :1], initial_states={layer.name: given}).layers[0]
        moved = np.concatenate([once.states[name][0, 0] for name in computed.states])
        assert (0.5 * np.square(moved - point).sum() <= 1e-12) == fixed
        whole = jacobians(once, steps=[0])[0]
        moduli = np.sort(np.abs(np.linalg.eigvals(whole)))[::-1]
        at = int(np.argmin(np.abs(computed.points - point).max(axis=1)))
        np.testing.assert_allclose(np.abs(computed.eigenvalues[at]), moduli, atol=1e-8)


def test_a_state_that_drifts_for_ever_has_no_point_to_rest_at():
    """A peephole holds its forget gate open wider the further the cell has drifted."""
    model = random_model(
        "peephole_lstm", features=2, units=[4], outputs=None, spread=0.4, dtype=np.float64
    )
    x = np.array([0.4, -0.7])
    rested = core.record(model, np.broadcast_to(x, (1, 3000, 2))).layers[0]
    assert np.abs(np.diff(visited(rested)[-2:], axis=0)).max() > 1e-3
    starts = visited(recorded(model, batch=3, time=8).layers[0])
    assert not len(fixed_points(model.layers[0], starts, reading=x).points)


def test_a_slow_point_is_told_from_a_fixed_one():
    """H ↦ tanh(h) + 0.01 has no point at rest near 0, and hardly moves there."""
    layer = flip_flops(1, gain=1.02)
    name = f"{layer.name}/hidden/bias"
    layer = layer.with_parameters({name: np.array([0.01])})
    computed = fixed_points(layer, np.linspace(-1, 1, 41)[:, None], slow=1e-3)
    assert computed.fixed.sum() == 1  # the one on the right
    assert computed.points[computed.fixed][0, 0] > 0.2
    assert (~computed.fixed).sum() == 1
    assert abs(computed.points[~computed.fixed][0, 0]) < 0.2
    none = fixed_points(layer, np.array([[-0.05]]), slow=1e-9)
    assert none.points.shape == (0, 1)


def test_jacobians_of_many_states_are_those_of_each():
    model = random_model("lstm", features=2, units=[3], outputs=None, dtype=np.float64)
    run = recorded(model, batch=5, time=1)
    many = one_step_jacobians(run.layers[0])
    for batch in range(5):
        np.testing.assert_allclose(many[batch], jacobians(run.layers[0], steps=[0], batch=batch)[0])
    with pytest.raises(OutOfRange, match="number of steps is 2"):
        one_step_jacobians(recorded(model, batch=1, time=2).layers[0])


def test_nonsense_is_refused():
    layer = flip_flops()
    with pytest.raises(ShapeMismatch, match="starts"):
        fixed_points(layer, np.zeros((4, 2)))
    with pytest.raises(ShapeMismatch, match="reading"):
        fixed_points(layer, np.zeros((4, 3)), reading=[0.0])
    with pytest.raises(OutOfRange, match="starts is 0"):
        fixed_points(layer, np.zeros((0, 3)))
    with pytest.raises(OutOfRange, match="slow is 0"):
        fixed_points(layer, np.zeros((1, 3)), slow=0)
