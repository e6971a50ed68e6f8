"""Looks inside: the gradient by step and the gates, epoch by epoch."""

from __future__ import annotations

import numpy as np

from core.analysis.looks import MOST_LOOKS, Inside
from dashboard import figures
from tests.dashboard.figures import trained
from tests.dashboard.figures.samples import array


def test_a_column_is_a_look_and_a_row_a_step():
    looks = trained.looks(time=40, points=8)
    inside = Inside.of(looks, layer="<b>recurrent", per_epoch=trained.PER_EPOCH)
    assert inside.places.tolist() == [0.5, 1, 1.5, 2, 2.5]
    assert inside.steps.tolist() == [1, 7, 12, 18, 23, 29, 34, 40]
    [drawn] = figures.reach(inside).draw.data
    given = np.array([look["layers"][0]["gradient"] for look in looks])
    np.testing.assert_allclose(10 ** array(drawn.z), given.T.clip(1e-12), rtol=1e-5)
    np.testing.assert_allclose(drawn.customdata, given.T, rtol=1e-6)
    assert (drawn.zmin, drawn.zmax) == (-12, 0)
    assert given.min() < 1e-12


def test_zeros_are_blank_and_counted_and_the_scale_has_an_end():
    looks = trained.looks()
    looks[0]["layers"][0]["gradient"][:3] = [0.0, None, 1e-30]
    figure = figures.reach(Inside.of(looks, layer="<b>recurrent")).draw
    [drawn] = figure.data
    assert np.isnan(array(drawn.z)[:2, 0]).all()
    assert array(drawn.z)[2, 0] == drawn.zmin == drawn.zmax - 12
    assert [note.text[:2] for note in figure.layout.annotations] == ["1 "]


def test_a_long_run_is_thinned_with_both_ends_kept():
    looks = trained.looks(count=1_000, points=128, time=500)
    inside = Inside.of(looks, layer="<b>recurrent")
    assert inside.places.size == MOST_LOOKS
    assert inside.places[-1] == looks[-1]["epoch"]
    np.testing.assert_array_equal(inside.gradient[0], looks[0]["layers"][0]["gradient"])
    assert len(figures.reach(inside).draw.to_json()) < 500_000


def test_shut_and_open_are_two_pictures_in_the_colours_of_the_gates():
    looks = trained.looks("gru")
    figure = figures.gate_history(trained.inside("gru")).draw
    drawn = {(line.name, line.yaxis): line for line in figure.data}
    for gate, name in (("update", "Update gate"), ("reset", "Reset gate")):
        for end, axis in ((0, "y2"), (1, "y")):
            given = [look["layers"][0]["saturation"][gate][end] for look in looks]
            line = drawn.pop((name, axis))
            np.testing.assert_allclose(line.y, given, rtol=1e-6)
            assert line.line.color == figures.theme.colour(gate, "light")
    assert {name for name, _ in drawn} == {"Candidate"}


def test_a_cell_without_gates_says_so():
    figure = figures.gate_history(trained.inside("simple_rnn")).draw
    assert not figure.data
    assert figure.layout.annotations[0].text == figures.labels()["saturation.none"]
