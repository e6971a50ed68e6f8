"""Where answers part: against sums written out."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.disagreement import disagreement
from core.errors import OutOfRange, ShapeMismatch


def test_of_two_sigmoids_it_is_their_difference():
    found = disagreement([np.array([[0.1], [0.9], [0.3]]), np.array([[0.2], [0.2], [0.4]])])
    assert found.distances == pytest.approx([0.1, 0.7, 0.1])
    assert found.step == 1
    assert found.distance == pytest.approx(0.7)


def test_of_three_models_the_two_furthest_apart_count():
    answers = [np.array([[0.5], [0.5]]), np.array([[0.4], [0.5]]), np.array([[0.8], [0.6]])]
    assert disagreement(answers).distances == pytest.approx([0.4, 0.1])


def test_opposite_certainty_is_one_and_agreement_none():
    sure = np.eye(4)[[0, 1, 2]]
    found = disagreement([sure, np.eye(4)[[0, 3, 2]]])
    assert found.distances.tolist() == [0, 1, 0]


def test_one_model_has_nobody_to_disagree_with():
    with pytest.raises(OutOfRange):
        disagreement([np.zeros((2, 1))])
    with pytest.raises(ShapeMismatch):
        disagreement([np.zeros((2, 1)), np.zeros((3, 1))])
