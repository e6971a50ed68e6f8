"""Answers along a text: a probability between two classes, classes, or what came next."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.guesses import Answers
from core.errors import ShapeMismatch
from dashboard import figures
from dashboard.figures.markup import MOST_CHARACTERS, plain
from tests.dashboard.figures import every
from tests.dashboard.figures.samples import TIME, TOKENS


def softmax(*, targets=None, classes=4):
    values = np.random.default_rng(3).dirichlet(np.ones(classes), size=TIME)
    return Answers.of(values, activation="softmax", classes=TOKENS[:classes], targets=targets)


def test_one_sigmoid_is_a_line_between_two_named_classes():
    given = every.answers("lstm")
    figure = figures.answers(given, tokens=TOKENS).draw
    (line,) = figure.data
    np.testing.assert_array_equal(line.y, given.values[:, 0])
    (half,) = figure.layout.shapes
    assert (half.y0, half.y1) == (0.5, 0.5)
    assert {note.text: note.y for note in figure.layout.annotations} == {
        "&lt;b&gt;no": 0.06, "yes&lt;/b&gt;": 0.94,
    }  # fmt: skip


def test_the_end_of_the_text_is_said_with_the_likelier_class():
    low = Answers.of([[0.9], [0.25]], classes=("bad", "good"))
    assert "bad, 0.75" in figures.answers(low).words
    high = Answers.of([[0.1], [0.75]], classes=("bad", "good"))
    assert "good, 0.75" in figures.answers(high).words


def test_few_classes_are_a_line_each_likeliest_first():
    given = softmax()
    figure = figures.answers(given, tokens=TOKENS, top=3).draw
    order = np.argsort(-given.values.max(axis=0))[:3]
    assert len(figure.data) == 3
    for line, output in zip(figure.data, order, strict=True):
        np.testing.assert_array_equal(line.y, given.values[:, output])


def test_with_targets_the_line_is_what_was_given_to_them():
    targets = np.array([*(at % 4 for at in range(TIME - 1)), -1])
    given = softmax(targets=targets)
    (line,) = figures.answers(given).draw.data
    expected = [given.values[at, at % 4] for at in range(TIME - 1)]
    np.testing.assert_array_equal(line.y[:-1], expected)
    assert np.isnan(line.y[-1])
    best = int(given.values[2].argmax())
    told = f"<br>1. {plain(TOKENS[best], most=MOST_CHARACTERS)} {given.values[2, best]:.3f}"
    assert line.customdata[2].startswith(told)


def test_other_outputs_are_drawn_as_they_are_without_a_scale():
    values = np.array([[3.0, -1.0], [40.0, 2.0]])
    figure = figures.answers(Answers.of(values, activation="linear")).draw
    assert {tuple(line.y) for line in figure.data} == {(3.0, 40.0), (-1.0, 2.0)}
    assert figure.layout.yaxis.range is None
    assert "40" in figures.answers(Answers.of(values, activation="linear")).words


def test_the_table_has_the_guesses():
    given = softmax()
    table = figures.answers(given, tokens=TOKENS, top=2).table
    best = given.values.argmax(axis=1)
    assert list(table["Guess 1"]) == [TOKENS[at] for at in best]
    np.testing.assert_array_equal(table["Guess 1, Probability"], given.values.max(axis=1))


def test_models_are_compared_in_the_colours_of_their_cells():
    given = {
        "one": every.answers("lstm"),
        "two": every.answers("gru"),
        "three": every.answers("lstm"),
    }
    figure = figures.compare_answers(given, cells=["lstm", "gru", "lstm"], mode="dark").draw
    lstm, gru = (figures.theme.colour(cell, "dark") for cell in ("lstm", "gru"))
    assert [line.line.color for line in figure.data] == [lstm, gru, lstm]
    assert len({(line.line.color, line.line.dash) for line in figure.data}) == 3
    for line, own in zip(figure.data, given.values(), strict=True):
        np.testing.assert_array_equal(line.y, own.values[:, 0])


def test_texts_of_unequal_length_are_not_compared():
    given = {"one": Answers.of([[0.1]]), "two": Answers.of([[0.1], [0.2]])}
    with pytest.raises(ShapeMismatch, match="two"):
        figures.compare_answers(given, cells=["lstm", "gru"])
