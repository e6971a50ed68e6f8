"""Predictions beside what came, and what is read: the numbers in the pictures."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.rolling import Rolling
from core.errors import ShapeMismatch
from dashboard import figures
from tests.dashboard.figures.bound import SERIES
from tests.dashboard.figures.every import rolled


def by_name(picture):
    return {line.name: line for line in picture.draw.data}


def test_each_line_is_its_numbers_at_the_steps_they_are_about():
    given = rolled()
    picture = figures.rolling(given, name="rides", tokens=["a"] * 5)
    lines = by_name(picture)
    for name, values in (("rides", given.actual), ("Prediction", given.predicted)):
        np.testing.assert_array_equal(lines[name].y, values)
        np.testing.assert_array_equal(lines[name].x, given.steps + 1)
    assert list(lines["rides"].customdata) == ["a", "6", "7", "8"]  # past the names, numbers
    assert f"{given.error:.4g}" in picture.words
    assert f"{given.naive_error:.4g}" in picture.words
    np.testing.assert_array_equal(picture.table["Prediction"], given.predicted)


def test_features_have_the_names_of_their_columns():
    few = by_name(figures.inputs(SERIES, names=("bus", "rail")))
    np.testing.assert_array_equal(few["rail"].y, SERIES[:, 1])
    wide = np.hstack([SERIES, 9 * SERIES, SERIES])
    [rows] = figures.inputs(wide, names=[f"f{at}" for at in range(6)]).draw.data
    assert rows.y[2].startswith("f2")
    np.testing.assert_allclose(np.asarray(rows.z)[2], np.asarray(rows.z)[0])  # a scale of its own
    np.testing.assert_array_equal(np.asarray(rows.customdata)[2, :, 0], wide[:, 2])
    with pytest.raises(ShapeMismatch):
        figures.inputs(SERIES, names=("bus",))


def test_a_long_series_begins_with_what_is_around_the_step():
    steps = np.arange(1000)
    long = Rolling(steps, steps, *np.zeros((3, 1000)), 1000)
    assert figures.rolling(long, step=500).draw.layout.xaxis.range == (351, 651)
    assert figures.rolling(long, step=3).draw.layout.xaxis.range == (0.5, 300.5)
    assert figures.rolling(long).draw.layout.xaxis.range == (0.5, 1000.5)
