from __future__ import annotations

import numpy as np
import pytest

from core.training.config import OptimizerSettings
from core.training.rates import rate_at


def rates(**settings):
    chosen = OptimizerSettings(learning_rate=0.2, **settings)
    return np.array([rate_at(s, settings=chosen, steps=100, epoch_steps=10) for s in range(100)])


def test_a_constant_rate_is_constant():
    assert (rates() == 0.2).all()


def test_a_cosine_falls_from_the_highest_to_nearly_nothing_and_is_half_way_in_the_middle():
    found = rates(schedule="cosine")
    assert found[0] == 0.2
    assert found[50] == pytest.approx(0.1)
    assert found[-1] < 1e-3
    assert (np.diff(found) < 0).all()


def test_an_exponential_schedule_falls_by_a_tenth_from_epoch_to_epoch():
    found = rates(schedule="exponential")
    np.testing.assert_allclose(found[::10], 0.2 * 0.9 ** np.arange(10))
    assert (found.reshape(10, 10) == found[::10, None]).all()


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_warm_up_rises_in_equal_steps_to_the_highest(schedule):
    found = rates(schedule=schedule, warm_up=0.1)
    np.testing.assert_allclose(found[:10], 0.2 * np.arange(1, 11) / 10)
    assert found.max() == pytest.approx(0.2)
