"""Pictures of series: the numbers in them are those that they were given."""

from __future__ import annotations

import numpy as np

from core.forecast import acf, naive_backtest, seasons
from core.forecast.correlation import Correlations
from core.forecast.insides import Field, SeasonStates
from dashboard import figures
from tests.dashboard.figures.at_work import KNOWS, outlook, weeks
from tests.dashboard.figures.samples import array


def by_name(picture):
    return {line.name: line for line in picture.draw.data}


def test_the_forecast_stands_on_its_dates_beside_what_came():
    given = outlook()
    picture = figures.forecast(given, name="ARIMA")
    lines = by_name(picture)
    np.testing.assert_array_equal(lines["ARIMA"].y, given.forecast.mean)
    assert lines["ARIMA"].x[0] == "2024-03-04"
    came = lines["What came"]
    assert came.x[-1] == "2024-03-10"
    np.testing.assert_array_equal(came.y, weeks().values[63 - 35 :])
    np.testing.assert_array_equal(lines["As a season ago"].y, weeks().values[56:63])
    band = array(lines["Interval"].y)
    np.testing.assert_array_equal(band[:7], given.forecast.low)
    assert f"{given.error:.4g}" in picture.words
    np.testing.assert_array_equal(picture.table["What came"], weeks().values[63:])


def test_past_the_end_nobody_knows_the_truth():
    given = outlook(dated=False, origin=68)
    assert given.covered[1] == 2
    picture = figures.forecast(outlook(dated=False, origin=70), name="x")
    assert "not known yet" in picture.words
    assert list(by_name(picture)["x"].x) == list(range(71, 78))
    assert np.isnan(picture.table["What came"]).all()


def test_bars_outside_the_band_stand_out():
    found = Correlations(np.arange(4.0), np.array([1, 0.5, 0.1, -0.4]), np.full(4, 0.3))
    bars = by_name(figures.correlations(found))["Autocorrelation"]
    np.testing.assert_array_equal(bars.y, [0.5, 0.1, -0.4])
    first, second, third = bars.marker.color
    assert first == third != second
    assert "2 of 3 lags" in figures.correlations(found).words
    assert "0.500 at lag 1" in figures.correlations(found).words


def test_the_season_is_the_mean_of_its_periods():
    found = seasons(weeks(), period=7)
    picture = figures.season(found, places=list("abcdefg"))
    np.testing.assert_array_equal(by_name(picture)["Mean"].y, found.mean)
    assert "highest at e, lowest at g" in picture.words


def test_errors_by_steps_ahead_are_those_of_the_test():
    test = naive_backtest(weeks(), np.arange(60, 70), horizon=3, period=7)
    picture = figures.horizon({"a": test, "b": test}, naive="b")
    np.testing.assert_allclose(by_name(picture)["a"].y, [test.mae(at) for at in (1, 2, 3)])
    assert by_name(picture)["b"].line.dash == "dot"
    many = figures.horizon({str(at): test for at in range(9)}, naive="0").draw.data
    assert len({(line.line.color, line.line.dash) for line in many}) == 9
    picture = figures.residuals(weeks(), np.diff(weeks().values))
    assert picture.draw.data[0].x[0] == "2024-01-02"
    assert len(acf(weeks(), lags=12).values) == 13


def test_gradients_stand_on_the_days_that_were_read():
    given = np.array([0.1, -0.7, 0.2])
    picture = figures.influence(weeks(), given, ahead=2)
    [bars] = picture.draw.data
    np.testing.assert_array_equal(bars.y, given)
    assert list(bars.x) == ["2024-03-08", "2024-03-09", "2024-03-10"]
    assert "-0.700, 2 steps back, at 2024-03-09" in picture.words


def test_units_that_know_the_season_come_first():
    mean = np.sin(np.arange(35.0).reshape(7, 5))
    picture = figures.season_states(SeasonStates("hidden", mean, KNOWS), places=list("abcdefg"))
    [rows] = picture.draw.data
    assert rows.y[0] == "1 · 90%"
    np.testing.assert_array_equal(np.asarray(rows.z)[0], mean[:, 1])
    assert "Unit 1 knows it best, 90% explained" in picture.words


def test_a_field_is_drawn_tap_by_tap():
    picture = figures.receptive(Field(6, {"b": (0, 4), "a": (0, 1)}))
    lines, dots = picture.draw.data
    assert sorted(set(dots.x)) == [-5, -4, -1, 0]
    assert list(lines.x[:6]) == [0, 0, None, 0, -4, None]
    assert "see 6 steps" in picture.words
    assert list(picture.table["Steps seen"]) == [2, 4]
