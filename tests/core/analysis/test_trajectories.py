"""Paths through state space: against the singular value decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.trajectories import trajectories
from core.errors import NonFiniteInput, ShapeMismatch


def states(epochs: int = 4, time: int = 9, units: int = 6) -> np.ndarray:
    generator = np.random.default_rng(epochs * units)
    return generator.normal(size=(epochs, time, units)) * np.arange(1, units + 1) + 5


def test_the_directions_are_those_of_the_svd():
    given = states()
    found = trajectories(given)
    flat = given.reshape(-1, 6)
    left, lengths, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    expected = (left * lengths)[:, :2].reshape(4, 9, 2)
    np.testing.assert_allclose(np.abs(found.points), np.abs(expected), atol=1e-9)
    np.testing.assert_allclose(found.shares, (lengths**2 / (lengths**2).sum())[:2])


def test_what_lies_in_a_plane_keeps_its_distances():
    generator = np.random.default_rng(0)
    plane = generator.normal(size=(3, 8, 2))
    found = trajectories(plane @ generator.normal(size=(2, 7)) @ np.eye(7) + 1)
    assert found.shares.sum() == pytest.approx(1)
    turn, _ = np.linalg.qr(generator.normal(size=(7, 2)))
    points = trajectories(plane @ turn.T).points

    def apart(these):
        return np.linalg.norm(these.reshape(-1, 1, 2) - these.reshape(1, -1, 2), axis=-1)

    np.testing.assert_allclose(apart(points), apart(plane), atol=1e-9)


def test_the_same_states_give_the_same_picture_whatever_their_sign_was():
    given = states()
    one, other = trajectories(given), trajectories(given[::-1])
    np.testing.assert_allclose(one.points, other.points[::-1], atol=1e-9)


def test_one_unit_has_one_direction_and_rest_has_none():
    found = trajectories(states(units=1))
    assert np.ptp(found.points[..., 0]) > 0
    assert not found.points[..., 1].any()
    assert found.shares.tolist() == [1, 0]
    assert trajectories(np.full((2, 3, 4), 0.25)).shares.tolist() == [0, 0]


def test_what_has_no_path_is_refused():
    with pytest.raises(ShapeMismatch, match="epochs, time, units"):
        trajectories(states()[0])
    with pytest.raises(ShapeMismatch):
        trajectories(np.zeros((0, 3, 2)))
    with pytest.raises(NonFiniteInput):
        trajectories(np.where(states() > 5, np.inf, states()))
