from __future__ import annotations

import numpy as np
import pytest

from core.analysis.confusion import Confusion


def test_every_example_is_counted_where_it_belongs():
    generator = np.random.default_rng(3)
    outputs, targets = generator.random((90, 3)), generator.integers(0, 3, 90)
    found = Confusion.of(outputs, targets, answers=("a", "b", "c"))
    assert found.counts.sum() == 90
    for right in range(3):
        for given in range(3):
            both = (targets == right) & (outputs.argmax(1) == given)
            assert found.counts[right, given] == both.sum()
    assert found.accuracy == pytest.approx((outputs.argmax(1) == targets).mean())


def test_yes_and_no_are_two_classes():
    outputs = np.array([[0.2], [0.7], [0.9], [0.1]], np.float32)
    targets = np.array([[0.0], [0.0], [1.0], [1.0]], np.float32)
    found = Confusion.of(outputs, targets, answers=("no",))  # names that do not fit are none
    assert found.counts.tolist() == [[1, 1], [1, 1]]
    assert found.answers == ("0", "1")


def test_shares_are_of_a_row_and_a_row_without_examples_is_empty():
    found = Confusion(np.array([[90, 10, 0], [1, 1, 0], [0, 0, 0]]), ("a", "b", "c"))
    np.testing.assert_allclose(found.shares, [[0.9, 0.1, 0], [0.5, 0.5, 0], [0, 0, 0]])
