"""Statistics per step, against NumPy's over the sequences that have the step."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.batch_statistics import batch_statistics
from core.errors import OutOfRange


@pytest.fixture(scope="module")
def trace():
    model = core.new_model("gru", vocabulary=20, units=(6,), mask_zero=True, seed=3, spread=1.0)
    ids = np.random.default_rng(0).integers(1, 20, (7, 9))
    for row, length in enumerate((9, 9, 8, 6, 4, 4, 1)):
        ids[row, length:] = 0
    return core.record(model, ids)


def test_they_are_the_means_and_deviations_of_what_is_read(trace):
    layer = trace.layers[0]
    found = batch_statistics(layer)
    assert found.maps == tuple(layer.preactivations)
    for at, name in enumerate(found.maps):
        for step in range(9):
            kept = layer.preactivations[name][layer.mask[:, step], step]
            np.testing.assert_allclose(found.means[step, at], kept.mean(axis=0), atol=1e-6)
            np.testing.assert_allclose(found.deviations[step, at], kept.std(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.spread, found.deviations.reshape(9, -1).mean(axis=1))
    np.testing.assert_allclose(found.offset, np.abs(found.means).reshape(9, -1).mean(axis=1))


def test_a_step_that_one_sequence_has_tells_nothing(trace):
    model = core.new_model("lstm", vocabulary=20, units=(3,), mask_zero=True)
    run = core.record(model, np.array([[3, 4, 5], [6, 7, 0]])).layers[0]
    assert np.isfinite(batch_statistics(run).spread).tolist() == [True, True, False]
    alone = core.record(model, np.array([[3, 4, 5]])).layers[0]
    with pytest.raises(OutOfRange):
        batch_statistics(alone)
