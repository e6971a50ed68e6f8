"""The axis of steps: each place named by its token and its number."""

from __future__ import annotations

import pytest

from core.errors import ShapeMismatch
from dashboard.figures.steps import Steps, spans
from dashboard.figures.words import words


def test_tokens_that_repeat_have_places_of_their_own():
    steps = Steps.of(3, ["a", "b", "a"])
    assert steps.places == ["a<sub>1</sub>", "b<sub>2</sub>", "a<sub>3</sub>"]
    axis = steps.axis(words(None))
    assert (axis["type"], axis["categoryarray"]) == ("category", steps.places)
    assert axis["range"] == [-0.5, 2.5]
    assert [steps.position(at) for at in (0, 1.5)] == [0, 1.5]


def test_without_tokens_steps_are_numbers_from_one():
    steps = Steps.of(4, None)
    assert steps.places == [1, 2, 3, 4]
    assert steps.position(0) == 1
    assert steps.axis(words(None))["title"]["text"] == "Step"


def test_blocks_name_the_first_token_and_the_range():
    steps = Steps(5, ("a", "b", "c", "d", "e"), 2)
    assert steps.places == ["a …<sub>1–2</sub>", "c …<sub>3–4</sub>", "e …<sub>5</sub>"]
    assert [steps.position(at) for at in (-0.5, 0.5, 1.5, 3.5)] == [-0.5, 0.0, 0.5, 1.5]
    assert steps.axis(words(None))["range"] == [-0.5, 2.5]
    assert Steps(5, None, 2).places == [1.5, 3.5, 5.5]


def test_the_number_of_tokens_must_be_that_of_the_steps():
    with pytest.raises(ShapeMismatch):
        Steps.of(3, ["a", "b"])


def test_spans_join_neighbours():
    assert spans([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]
    assert spans([]) == []
