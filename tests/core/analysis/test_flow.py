"""The flow in a plane against one step of the network from each of its points."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.fixed_points import fixed_points, visited
from core.analysis.flow import flow
from core.analysis.trajectories import Plane, shared_plane
from core.errors import OutOfRange, ShapeMismatch
from tests.core.analysis.models import random_model, recorded


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_move_is_one_step_seen_in_the_plane(cell):
    model = random_model(cell, features=2, units=[3], outputs=None, dtype=np.float64)
    states = visited(recorded(model, batch=1, time=9).layers[0])
    plane, x = Plane.of(states), np.array([0.4, -0.7])
    found = flow(model.layers[0], plane, states, reading=x, side=5)
    assert found.points.shape == found.moves.shape == (25, 2)
    seen = plane.seen(states)
    assert (found.points.min(axis=0) < seen.min(axis=0)).all()
    assert (found.points.max(axis=0) > seen.max(axis=0)).all()
    names = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    step, inside = [], []
    for point in found.points:
        s = plane.mean + plane.directions @ point
        given = dict(zip(names, np.split(s[None], len(names), axis=1), strict=True))
        once = core.record(
            model, x[None, None], initial_states={model.layers[0].name: given}
        ).layers[0]
        after = np.concatenate([once.states[name][0, 0] for name in names])
        step.append(after - s)
        inside.append(plane.directions.T @ (after - s))
    np.testing.assert_allclose(found.moves, inside, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.speeds, np.linalg.norm(step, axis=1), rtol=1e-9)
    share = np.square(inside).sum() / np.square(step).sum()
    assert found.inside == pytest.approx(share)
    assert 0.01 < found.inside < 0.999


def test_nothing_moves_at_a_fixed_point():
    model = random_model("gru", features=2, units=[2], outputs=None, dtype=np.float64, spread=0.3)
    states = visited(recorded(model, batch=1, time=9).layers[0])
    rest = fixed_points(model.layers[0], states).points[:1]
    plane = Plane.of(np.concatenate([states, states - 2 * (states - rest)]))  # two units: all of it
    near = rest + np.array([[-1e-3, -1e-3], [1e-3, 1e-3]])
    found = flow(model.layers[0], plane, near, side=3)
    assert found.speeds.min() < 1e-5
    assert found.inside == pytest.approx(1)


def test_a_text_of_one_token_has_a_grid_all_the_same_and_nonsense_is_refused():
    model = random_model("gru", features=2, units=[3], outputs=None, dtype=np.float64)
    states = visited(recorded(model, batch=1, time=1).layers[0])
    plane = Plane.of(states)
    found = flow(model.layers[0], plane, states, side=3)
    assert np.isfinite(found.moves).all()
    assert len(np.unique(found.points.round(9), axis=0)) == 9
    with pytest.raises(OutOfRange, match="side"):
        flow(model.layers[0], plane, states, side=1)
    with pytest.raises(ShapeMismatch, match="plane"):
        flow(model.layers[0], Plane.of(states, components=3), states)


def test_paths_of_any_lengths_share_a_plane():
    generator = np.random.default_rng(2)
    one, other = generator.standard_normal((5, 4)), generator.standard_normal((3, 4))
    plane = shared_plane([one, other], components=3)
    assert plane.directions.shape == (4, 3)
    np.testing.assert_allclose(plane.directions.T @ plane.directions, np.eye(3), atol=1e-12)
    _, s, vt = np.linalg.svd(np.concatenate([one, other]) - plane.mean)
    np.testing.assert_allclose(plane.shares, (s**2 / (s**2).sum())[:3])
    np.testing.assert_allclose(np.abs(vt[:3] @ plane.directions), np.eye(3), atol=1e-9)
    np.testing.assert_allclose(plane.seen(plane.back(np.ones((1, 3)))), 1)
