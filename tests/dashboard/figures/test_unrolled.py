"""The network unrolled: a column of hidden units for each token, a window where they are many."""

from __future__ import annotations

import numpy as np
import pytest

import core
from dashboard import figures
from dashboard.figures.unrolled import MOST, UNITS
from tests.dashboard.figures import every, samples
from tests.dashboard.figures.samples import CELLS, TIME, TOKENS, array, trace


def heatmap(figure):
    return next(part for part in figure.data if part.type == "heatmap")


def words(figure):
    return [note.text for note in figure.layout.annotations if note.name == "token"]


@pytest.mark.parametrize("cell", CELLS)
def test_columns_are_the_hidden_units_of_each_step(cell):
    figure = figures.unrolled(trace(cell), tokens=TOKENS).draw
    hidden = trace(cell).layers[0].states["hidden"][0]
    columns = array(heatmap(figure).z)
    np.testing.assert_allclose(columns[:, ::2], hidden.T, rtol=1e-6)
    assert np.isnan(columns[:, 1::2]).all()
    # Row 0 lies between the first two edges: on top.
    assert heatmap(figure).y[0] > heatmap(figure).y[-1]
    assert len(words(figure)) == TIME


def test_long_texts_show_a_window_around_the_step_and_say_so():
    run = samples.record(samples.model("gru"), time=70)
    tokens = [f"w{at}" for at in range(70)]
    figure = figures.unrolled(run, tokens=tokens, step=41).draw
    assert words(figure) == [f"<b>w{at}</b>" if at == 41 else f"w{at}" for at in range(31, 51)]
    notes = [note.text for note in figure.layout.annotations]
    assert "Steps 32 to 51 of 70" in notes
    hidden = run.layers[0].states["hidden"][0, 31:51].T
    np.testing.assert_allclose(array(heatmap(figure).z)[:, ::2], hidden, rtol=1e-6)
    start = figures.unrolled(run, tokens=tokens, start=3).draw
    assert words(start)[0] == "w3"
    assert len(words(start)) == MOST


def test_the_step_is_framed():
    (frames, *_) = figures.unrolled(trace("lstm"), tokens=TOKENS, step=3).draw.data
    assert np.argmax(frames.marker.line.width) == 3
    assert frames.marker.line.color[3] == figures.theme.SURFACE["light"].accent


def test_of_many_units_the_first_in_order_are_drawn():
    model = core.new_model("lstm", features=3, units=[40], dtype=np.float64)
    run = samples.record(model)
    order = list(reversed(range(40)))
    figure = figures.unrolled(run, tokens=TOKENS, order=order).draw
    expected = run.layers[0].states["hidden"][0][:, order[:UNITS]].T
    np.testing.assert_allclose(array(heatmap(figure).z)[:, ::2], expected, rtol=1e-6)
    assert len(figures.unrolled(run, tokens=TOKENS).table.columns) == 2 + 40


def test_answers_stand_above():
    given = every.answers("gru")
    figure = figures.unrolled(trace("gru"), tokens=TOKENS, answers=given).draw
    line = next(part for part in figure.data if part.yaxis == "y2")
    np.testing.assert_array_equal(line.y, given.values[:, 0])
    many = every.answers("lstm", 6)
    guessed = next(
        part for part in figures.unrolled(trace("lstm"), tokens=TOKENS, answers=many).draw.data
        if part.yaxis == "y2"
    )  # fmt: skip
    np.testing.assert_array_equal(guessed.y, many.values.max(axis=1))
    assert len(guessed.text) == TIME


def test_arrows_follow_the_direction_of_reading():
    def tips(run, layer):
        arrows = figures.unrolled(run, tokens=TOKENS, layer=layer).draw.layout.annotations
        return {np.sign(a.x - a.ax) for a in arrows if a.showarrow and a.y == a.ay}

    run = samples.record(samples.model("gru", bidirectional=True))
    assert tips(run, 0) == {1.0}
    assert tips(run, 1) == {-1.0}
