"""Means, saturation and the token strip hold the numbers of the trace."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.errors import ShapeMismatch
from dashboard import figures
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import CELLS, TIME, TOKENS, UNITS, trace


@pytest.mark.parametrize("cell", CELLS)
def test_means_are_over_units(cell):
    run = trace(cell).layers[0]
    lines = {line.name: line for line in figures.means(trace(cell), batch=1).draw.data}
    for name, array in {**run.gates, **run.states}.items():
        look = figures.theme.QUANTITY[name]
        line = lines.pop(f"{figures.labels()[name]} {look.symbol}")
        np.testing.assert_allclose(line.y, array[1].mean(axis=1), rtol=1e-12)
        assert (line.line.color, line.line.dash) == (look.light, look.dash)
    assert not lines


def test_masked_steps_are_gaps_and_shaded():
    mask = np.ones((2, TIME), dtype=bool)
    mask[0, 2] = False
    run = samples.record(samples.model("gru"), mask=mask)
    figure = figures.means(run, tokens=TOKENS, step=7).draw
    for line in figure.data:
        assert np.flatnonzero(np.isnan(line.y)).tolist() == [2]
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1.5, 2.5), (7, 7)]


def test_saturation_counts_steps_at_the_ends():
    gate = trace("lstm").layers[0].gates["forget"]
    figure = figures.saturation(trace("lstm"), batch=0, low=0.3, high=0.6, units=(2,)).draw
    forget = figure.data[1]
    np.testing.assert_allclose(forget.x, (gate[0] > 0.6).mean(axis=0))
    np.testing.assert_allclose(forget.y, (gate[0] < 0.3).mean(axis=0))
    assert max(forget.x) > 0
    assert np.argmax(forget.marker.line.width) == 2
    both = figures.saturation(trace("lstm")).draw.data[1]
    np.testing.assert_allclose(both.x, (gate > 0.9).mean(axis=(0, 1)))


def test_the_ends_of_a_candidate_are_those_of_tanh():
    gate = trace("gru").layers[0].gates["candidate"]
    figure = figures.saturation(trace("gru")).draw
    np.testing.assert_allclose(figure.data[2].y, (gate < -0.8).mean(axis=(0, 1)))
    assert figure.layout.xaxis3.title.text == "Open: above 0.8"
    table = figures.saturation(trace("gru")).table
    assert len(table) == 3 * UNITS


def test_a_simple_rnn_has_no_gates_and_the_figure_says_so():
    figure = figures.saturation(trace("simple_rnn")).draw
    assert len(figure.data) == 0
    assert figure.layout.annotations[0].text == figures.labels()["saturation.none"]
    assert figures.saturation(trace("simple_rnn")).words == figures.labels()["saturation.none"]


def test_tokens_stand_on_the_colours_of_their_values():
    values = np.linspace(-2, 2, TIME)
    figure = figures.tokens(TOKENS, values, quantity="cell").draw
    shades = figures.theme.table("cell", "light")
    fills = [shape.fillcolor for shape in figure.layout.shapes]
    assert (fills[0], fills[-1]) == (shades[0], shades[-1])
    assert fills[4] == shades[round(0.5 * 255)]
    assert len(set(fills)) == TIME
    np.testing.assert_array_equal(np.asarray(figure.data[0].customdata)[:, 1], values)


def test_probabilities_run_from_zero_to_their_colour():
    figure = figures.tokens(
        ["a", "b", "c"], [0.0, 1.0, np.nan], quantity="update", mode="dark"
    ).draw
    fills = [shape.fillcolor for shape in figure.layout.shapes]
    surface = figures.theme.SURFACE["dark"]
    assert fills == [surface.zero, figures.theme.colour("update", "dark"), surface.paper]


def test_the_strip_breaks_into_lines_and_overlaps_nowhere():
    shapes = figures.tokens(["word"] * 40, np.zeros(40), columns=30).draw.layout.shapes
    assert len({shape.y0 for shape in shapes}) > 5
    for one, other in pairwise(shapes):
        assert other.y0 > one.y0 or other.x0 > one.x1


def test_one_value_for_each_token():
    with pytest.raises(ShapeMismatch):
        figures.tokens(["a", "b"], [1.0])
    assert figures.tokens(["a"], [np.nan]).words == figures.labels()["none"]
