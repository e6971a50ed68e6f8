"""Means over seeds: dots are runs, bars and bands are the intervals that were computed."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.experiment import Interval
from dashboard import figures
from dashboard.figures import Group, theme
from dashboard.figures.experiment import interval_said
from tests.dashboard.figures import trained
from tests.dashboard.figures.samples import array


def test_every_run_is_a_dot_and_the_bar_is_the_interval():
    groups = trained.groups()
    dots, mean, *rest = figures.experiment(groups).draw.data
    assert dots.x == (0.8, 0.9, 0.85)
    assert mean.x[0] == pytest.approx(0.85)
    # Student's t with two degrees of freedom: 4.3027; a standard deviation of 0.05 over √3.
    half = 4.30265 * 0.05 / np.sqrt(3)
    assert mean.error_x.array[0] == pytest.approx(half, rel=1e-4)
    assert mean.error_x.arrayminus[0] == pytest.approx(half, rel=1e-4)
    assert mean.marker.color == theme.colour("lstm", "light")
    assert rest[1].error_x.array == (0,)  # a single run has no interval
    assert interval_said(groups["GRU(8)"].interval) == "0.7"
    assert interval_said(groups["SimpleRNN(8)"].interval) == "–"
    assert "0.85 ± 0.12" in figures.experiment(groups).words


def test_rows_stand_in_the_order_given_with_the_first_on_top():
    figure = figures.experiment(
        {f"{at}": Group("gru", (at,), Interval.of([at])) for at in (3, 1)}
    ).draw
    assert list(figure.layout.yaxis.categoryarray) == ["3 ", "1 "]
    low, high = figure.layout.yaxis.range
    assert low > high


def test_a_band_goes_along_above_and_back_below():
    band = next(iter(trained.bands().values()))
    around, line, single = figures.bands(trained.bands(), title="Loss").draw.data
    np.testing.assert_allclose(array(around.y), [*band.high, *band.low[::-1]])
    np.testing.assert_allclose(array(around.x), [1, 2, 3, 4, 4, 3, 2, 1])
    np.testing.assert_allclose(array(line.y), band.mean, rtol=1e-6)
    assert single.name == "&lt;b&gt;gru"  # a single run has a line and no band
    table = figures.bands(trained.bands(), title="Loss").table
    np.testing.assert_array_equal(table["Loss"][:4], band.mean)
