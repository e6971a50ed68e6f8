"""The triangle and its bars: their numbers are those of the analysis."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.triangle import Triangle, triangle
from dashboard import figures
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import TIME, TOKENS, array, trace


def computed(cell: str, **asked) -> Triangle:
    run = trace(cell)
    return triangle(samples.model(cell), run, np.ones(run.outputs.shape), **asked)


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_colours_are_powers_of_ten_and_bars_add_up_to_one(cell):
    found = computed(cell)
    picture = figures.triangle(found, row=5, tokens=TOKENS)
    heatmap, *bars = picture.draw.data
    z = array(heatmap.z).reshape(TIME, TIME)
    known = np.tril(np.ones((TIME, TIME), bool))
    np.testing.assert_allclose(10 ** z[known], found.norms[known], rtol=1e-5)
    assert np.isnan(z[~known]).all()
    total = sum(np.nan_to_num(array(bar.y)) for bar in bars)
    np.testing.assert_allclose(total[:6], 1, atol=5e-3)
    assert not total[6:].any()
    assert [bar.name for bar in bars][-1] == "From above"
    table = picture.table
    np.testing.assert_allclose(table.iloc[:, -len(bars) :].sum(axis=1)[:6], 1)
    shape = picture.draw.layout.shapes[-1]
    assert shape.y0 == shape.y1 == 6
    assert "step 6 reaches back" in picture.words


def test_losses_of_some_steps_stand_at_their_steps():
    found = computed("gru", ends=[7, 2])
    picture = figures.triangle(found, row=1)
    assert array(picture.draw.data[0].y).tolist() == [3, 8]
    low, high = picture.draw.layout.yaxis.range
    assert (low, high) == (8.5, 2.5)
    assert picture.draw.layout.shapes[-1].y0 == 3
