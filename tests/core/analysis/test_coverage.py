"""What looks real, and which kinds it covers: on points whose neighbours can be seen."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.coverage import coverage, distances
from core.errors import OutOfRange

REAL = np.concatenate([np.random.default_rng(0).normal(size=(40, 2)) + at for at in (0, 20, 40)])
KINDS = np.repeat([0, 1, 2], 40)


def held(made):
    return coverage(np.asarray(made), REAL, kinds=KINDS, of=3, neighbours=5)


def test_the_real_ones_cover_themselves():
    found = held(REAL)
    assert found.share == 1
    assert found.covered == 1
    assert found.counts.tolist() == [40, 40, 40]
    assert found.effective == pytest.approx(3)
    np.testing.assert_array_equal(found.kinds, KINDS)


def test_modes_that_have_collapsed_are_counted():
    found = held(REAL[:40])
    assert found.share == 1
    assert found.covered == pytest.approx(1 / 3)
    assert found.reached == 1
    assert found.effective == pytest.approx(1)
    uneven = held(np.concatenate([REAL[:30], REAL[40:50]]))
    share = np.array([0.75, 0.25])
    assert uneven.effective == pytest.approx(np.exp(-(share * np.log(share)).sum()))


def test_what_is_like_nothing_counts_for_nothing():
    found = held([[10.0, 10.0], [0.0, 0.0]])
    assert found.convincing.tolist() == [False, True]
    assert found.kinds.tolist() == [-1, 0]
    nothing = held([[1e3, 1e3]])
    assert (nothing.share, nothing.reached, nothing.effective) == (0, 0, 0)


def test_a_ball_reaches_its_fifth_neighbour_and_no_further():
    real = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [100.0]])
    kinds = np.zeros(7, int)
    just, beyond = (
        coverage(np.array([[at]]), real, kinds=kinds, of=1, neighbours=5).share
        for at in (-4.9, -5.1)
    )
    assert (just, beyond) == (1, 0)


def test_distances_are_euclid_s():
    random = np.random.default_rng(1)
    one, other = random.normal(size=(3, 4)), random.normal(size=(5, 4))
    wanted = np.sqrt(((one[:, None] - other) ** 2).sum(-1))
    np.testing.assert_allclose(distances(one, other), wanted)


def test_more_neighbours_than_there_are():
    with pytest.raises(OutOfRange, match="1 to 119"):
        coverage(REAL, REAL, kinds=KINDS, of=3, neighbours=120)
