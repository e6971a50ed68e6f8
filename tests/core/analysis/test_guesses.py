"""What answers mean: names, the likeliest, and what was given to the right one."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.guesses import Answers, settled_at
from core.errors import ShapeMismatch

CLASSES = ("a", "b", "c", "d")


def softmax(**settings) -> Answers:
    values = np.random.default_rng(3).dirichlet(np.ones(4), size=5)
    return Answers.of(values, activation="softmax", classes=CLASSES, **settings)


def test_one_sigmoid_stands_between_two_classes():
    found = Answers.of([[0.9], [0.25]], classes=("bad", "good"))
    assert found.binary
    assert found.probable
    assert found.name(0) == "good"
    assert found.guesses(0) == [("good", 0.9), ("bad", pytest.approx(0.1))]
    assert found.guesses(1) == [("bad", 0.75), ("good", 0.25)]
    assert Answers.of([[0.9]]).guesses(0)[0] == ("0", 0.9)


def test_guesses_are_the_likeliest_best_first():
    found = softmax()
    for step, row in enumerate(found.values):
        best = np.argsort(-row)[:3]
        expected = [(CLASSES[at], row[at]) for at in best]
        assert found.guesses(step, most=3) == expected
    assert not found.binary


def test_what_was_given_to_the_right_class_is_unknown_where_nobody_knows_it():
    found = softmax(targets=[2, 0, 1, 3, -1])
    given = found.given_to_right()
    np.testing.assert_array_equal(
        given, [*(found.values[at, right] for at, right in enumerate((2, 0, 1, 3))), np.nan]
    )
    assert softmax().given_to_right() is None


def test_numbers_are_no_probabilities():
    assert not Answers.of([[3.0, -1.0]], activation="linear").probable


@pytest.mark.parametrize(
    "wrong",
    [{"values": [0.1, 0.2]}, {"values": [[0.1]], "classes": ("one",)},
     {"values": [[0.1]], "targets": [1, 2]}, {"values": np.empty((0, 1))}],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ShapeMismatch):
        Answers.of(wrong.pop("values"), **wrong)


@pytest.mark.parametrize(
    ("answers", "place"), [([1], 0), ([0, 0, 0], 0), ([1, 0, 0], 1), ([0, 1, 0, 1], 3)]
)
def test_answers_are_settled_from_where_none_differs_from_the_last(answers, place):
    assert settled_at(answers) == place
