"""Activations against Keras, and their derivatives against central differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import activations
from core.activations import ACTIVATIONS
from core.errors import UnknownName

KINKS = (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0)
NAMES = sorted(ACTIVATIONS)


def _points(seed: int = 0) -> np.ndarray:
    """Numbers on both sides of every kink, none within 1e-3 of one; rows for softmax."""
    points = np.random.default_rng(seed).uniform(-8, 8, (60, 5))
    near = np.min(np.abs(points[..., None] - np.array(KINKS)), axis=-1) < 1e-3
    return points + 0.01 * near


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_keras(name: str):
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    x = np.concatenate([_points(), np.array([KINKS[:5]])]).astype(np.float32)
    expected = np.asarray(keras.activations.get(name)(x))
    found = activations.get(name)(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_the_derivative(name: str):
    activation, x, step = activations.get(name), _points(1), 1e-6
    upstream = np.random.default_rng(2).normal(size=x.shape)
    found = activation.backward(upstream, outputs=activation(x), inputs=x)
    for column in range(x.shape[1]):
        shift = np.zeros_like(x)
        shift[:, column] = step
        difference = (activation(x + shift) - activation(x - shift)) / (2 * step)
        expected = (upstream * difference).sum(axis=1)
        np.testing.assert_allclose(found[:, column], expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_writes_into_the_array_it_is_given(name: str):
    x = _points(3).astype(np.float32)
    out = np.full_like(x, np.nan)
    result = activations.get(name)(x, out)
    assert result is out
    np.testing.assert_array_equal(out, activations.get(name)(x))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"exponential"}))
def test_large_inputs_stay_finite(name: str):
    x = np.array([[-80.0, -30.0, 30.0, 80.0]], np.float32)
    activation = activations.get(name)
    y = activation(x)
    assert np.isfinite(y).all()
    assert np.isfinite(activation.slope(y, x)).all()


@given(st.sampled_from(NAMES), st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_outputs_lie_within_their_bounds(name: str, values: list[float]):
    activation = activations.get(name)
    low, high = activation.bounds
    y = activation(np.array([values]))
    assert low is None or y.min() >= low - 1e-12
    assert high is None or y.max() <= high + 1e-12


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match=r"no activation called 'tahn'.*tanh"):
        activations.get("tahn")


@pytest.mark.parametrize("apart", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_numbers_that_lie_apart_are_read_where_they_are(name: str, apart: int):
    """One map of a cell's stacked arrays; NumPy 2.4 negates some of them from wrong places."""
    stacked = np.random.default_rng(apart).normal(size=(5, apart, 1)).astype(np.float32)
    x, activation = stacked[:, 1], ACTIVATIONS[name]
    together = activation(x.copy())
    np.testing.assert_array_equal(activation(x), together)
    out = np.zeros_like(stacked)[:, 1]
    np.testing.assert_array_equal(activation(x, out), together)
    slope = activation.slope(together.copy(), x.copy())
    np.testing.assert_array_equal(activation.slope(out, x), slope)
