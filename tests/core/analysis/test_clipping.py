from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.analysis.clipping import clip
from core.errors import OutOfRange
from core.gradients import Gradients
from tests.core.analysis.models import random_model, recorded


@pytest.fixture(scope="module")
def gradients() -> Gradients:
    model = random_model("gru", features=2, units=[4, 3], dtype=np.float64)
    return core.backprop(model, recorded(model, batch=2, time=6), np.zeros((2, 1)))


def flat(parameters) -> np.ndarray:
    return np.concatenate([array.ravel() for array in parameters.values()])


@given(limit=st.floats(1e-6, 1e6))
def test_the_length_is_held_and_the_direction_stays(gradients, limit):
    found = clip(gradients, limit=limit)
    before, after = flat(gradients.parameters), flat(found.parameters)
    length = np.sqrt((before**2).sum())
    assert found.norm == pytest.approx(length)
    assert np.sqrt((after**2).sum()) == pytest.approx(min(length, limit))
    np.testing.assert_allclose(after, before * min(1, limit / length), rtol=1e-12)
    assert found.clipped == (length > limit)
    assert list(found.parameters) == list(gradients.parameters)
    for name, array in gradients.parameters.items():
        assert found.norms[name] == pytest.approx(np.sqrt((array**2).sum()))


def test_keras_clips_the_same(gradients):
    """An SGD step of length 1 moves the weights by minus the clipped gradient."""
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    given_gradients = {n: a.astype(np.float32) for n, a in gradients.parameters.items()}
    limit = 0.3 * clip(gradients, limit=1.0).norm
    weights = [keras.Variable(np.zeros_like(array)) for array in given_gradients.values()]
    optimiser = keras.optimizers.SGD(learning_rate=1.0, global_clipnorm=limit)
    optimiser.apply([keras.ops.convert_to_tensor(a) for a in given_gradients.values()], weights)
    found = clip(gradients, limit=limit)
    assert found.factor == pytest.approx(0.3)
    for weight, own in zip(weights, found.parameters.values(), strict=True):
        np.testing.assert_allclose(-weight.numpy(), own, rtol=1e-5, atol=1e-9)


def test_lengths_whose_squares_overflow():
    huge = {"a": np.float32([3e30, 0]), "b": np.float32([[4e30]]), "c": np.float32([0])}
    found = clip(Gradients(1.0, "x", (), np.zeros(1), huge), limit=1.0)
    assert found.norm == pytest.approx(5e30)
    np.testing.assert_allclose(flat(found.parameters), [0.6, 0, 0.8, 0], rtol=1e-6)


def test_what_is_not_finite_cannot_be_clipped():
    broken = {"a": np.array([1.0, np.inf])}
    found = clip(Gradients(1.0, "x", (), np.zeros(1), broken), limit=1.0)
    assert np.isnan(found.factor)
    assert np.isnan(found.parameters["a"]).all()


@pytest.mark.parametrize("limit", [0.0, -1.0, np.nan])
def test_a_limit_is_above_zero(gradients, limit):
    with pytest.raises(OutOfRange, match="it should be more than 0"):
        clip(gradients, limit=limit)
