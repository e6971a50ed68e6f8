"""The learned mixture of layers: its gradient, its choice, and the interval of its accuracy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from core.analysis.mixture import Examples, Share, _Task, mixture
from core.errors import OutOfRange, ShapeMismatch


def test_the_gradient_is_that_of_central_differences() -> None:
    random = np.random.default_rng(0)
    task = _Task(random.normal(size=(3, 9, 4)), np.eye(3)[random.integers(3, size=9)], 0.3)
    at = random.normal(size=3 + 1 + task.size)
    value = check_grad(lambda x: task.loss(x)[0], lambda x: task.loss(x)[1], at)
    assert value < 1e-5


def _examples(count: int, *, seed: int, told_by: int) -> Examples:
    """Three levels of which one tells the class."""
    random = np.random.default_rng(seed)
    classes = random.integers(3, size=count)
    vectors = random.normal(size=(3, count, 6))
    vectors[told_by, :, :3] += 4 * np.eye(3)[classes]
    return Examples(vectors, classes)


@pytest.mark.parametrize("level", [0, 2])
def test_the_weights_find_the_level_that_tells(level: int) -> None:
    train, test = (_examples(300, seed=seed, told_by=level) for seed in (1, 2))
    found = mixture(train, test)
    assert found.weights.sum() == pytest.approx(1)
    assert found.weights.argmax() == level
    assert found.weights[level] > 0.6
    assert found.accuracy.value > 0.95
    other = mixture(train, test, only=[1])
    assert other.weights.tolist() == [0, 1, 0]
    assert other.accuracy.value < 0.55
    assert mixture(train, test, only=[level]).accuracy.value > 0.95


def test_the_scale_of_a_level_does_not_count() -> None:
    train, test = (_examples(200, seed=seed, told_by=1) for seed in (3, 4))
    louder = np.array([1000.0, 1, 0.001])[:, None, None]
    again = mixture(
        Examples(train.vectors * louder, train.classes),
        Examples(test.vectors * louder, test.classes),
    )
    np.testing.assert_allclose(again.weights, mixture(train, test).weights, atol=0.02)


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I.
    for right, count, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605),
                                    (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):  # fmt: skip
        found = Share(right, count)
        assert found.value == right / count
        np.testing.assert_allclose(found.bounds, (low, high), atol=6e-5)


def test_what_does_not_fit_is_refused() -> None:
    train = _examples(20, seed=0, told_by=0)
    with pytest.raises(OutOfRange):
        mixture(train, train, only=[3])
    with pytest.raises(ShapeMismatch):
        mixture(train, Examples(train.vectors[:2], train.classes))
    with pytest.raises(ShapeMismatch):
        Examples(train.vectors, train.classes[:3])
    with pytest.raises(OutOfRange):
        Examples(train.vectors[:, :0], train.classes[:0])
