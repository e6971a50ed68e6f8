"""States stand as far apart as there are transitions between them."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.layout import layout
from core.data.machines import machine


def test_a_chain_and_a_ring_stand_as_they_are():
    chain = layout(np.array([[1], [2], [3], [-1]]))
    gaps = np.linalg.norm(np.diff(chain, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 1, atol=0.02)
    assert np.linalg.norm(chain[3] - chain[0]) == pytest.approx(3, abs=0.05)
    ring = layout(np.array([[1], [2], [3], [0]]))
    sides = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, sides[0], rtol=1e-3)


@pytest.mark.parametrize("task", ["parity", "flip-flop", "latch", "reber", "brackets"])
def test_no_two_states_lie_upon_each_other(task):
    found = machine(task)
    assert found is not None
    places = layout(found.moves)
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 9 * np.eye(len(places))
    assert apart.min() > 0.2
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_array_equal(places, layout(found.moves))


def test_what_cannot_be_reached_and_a_single_state_have_a_place():
    assert np.isfinite(layout(np.array([[0], [1], [2]]))).all()
    assert layout(np.array([[0]])).shape == (1, 2)
