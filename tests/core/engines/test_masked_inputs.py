"""What stands at steps that a mask leaves out is never read, be it no number at all."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.errors import NonFiniteInput
from tests.core.networks import randomised

TIME, FEATURES = 6, 3


def _inputs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Series with NaN and infinity where the mask is False, the same with 0 there, the mask."""
    random = np.random.default_rng(4)
    mask = np.array([[1, 1, 0, 1, 0, 1], [0, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]], bool)
    clean = random.normal(size=(3, TIME, FEATURES)).astype(np.float32)
    clean[~mask] = 0
    broken = clean.copy()
    broken[~mask] = np.nan
    broken[0, 2, 1], broken[0, 4, 0] = np.inf, -np.inf
    return broken, clean, mask


def _model(cell: str, **settings: object) -> core.Model:
    model = core.new_model(cell, features=FEATURES, units=[4, 3], outputs=2, **settings)
    return randomised(model, seed=9)


@pytest.mark.parametrize("engine", ["numpy", "keras"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", sorted(cells.CELLS))
def test_nothing_of_a_masked_step_is_read(cell: str, bidirectional: bool, engine: str):
    broken, clean, mask = _inputs()
    model = _model(cell, bidirectional=bidirectional)
    trace = core.record(model, broken, mask=mask, engine=engine)
    expected = core.record(model, clean, mask=mask, engine=engine)
    np.testing.assert_array_equal(trace.outputs, expected.outputs)
    for layer, other in zip(trace.layers, expected.layers, strict=True):
        for name, array in layer.preactivations.items():
            np.testing.assert_array_equal(array, other.preactivations[name])
    targets = np.array([1, 0, 1])
    found, wanted = (core.backprop(model, run, targets) for run in (trace, expected))
    for name, gradient in found.parameters.items():
        assert np.isfinite(gradient).all()
        np.testing.assert_array_equal(gradient, wanted.parameters[name])


def test_keras_says_the_same():
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    broken, _, mask = _inputs()
    layer = keras.layers.LSTM(4)
    expected = np.asarray(layer(broken, mask=mask))
    assert np.isfinite(expected).all()
    model = core.from_keras(keras.Sequential([keras.Input((None, FEATURES)), layer]))
    found = core.record(model, broken, mask=mask).outputs
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_number_that_is_none_is_refused_where_it_is_read():
    broken, _, mask = _inputs()
    mask[0, 2] = True
    with pytest.raises(NonFiniteInput) as caught:
        core.record(_model("gru"), broken, mask=mask)
    assert caught.value.facts["count"] == FEATURES
    with pytest.raises(NonFiniteInput):
        core.record(_model("gru"), broken)
