"""ARIMA against statsmodels itself, against least squares, and against published figures."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX
from threadpoolctl import threadpool_limits

from core import forecast
from core.forecast import Series, Statistics, arima, backtest, naive, origins_of
from core.forecast.arima import check_order, written
from core.forecast.errors import ConstantSeries, FitTooSlow, OrderTooLong, WrongOrder
from core.forecast.reading import read_series
from core.forecast.search import candidates, differences
from core.text import read_table

RANDOM = np.random.default_rng(11)


def autoregressive(count: int = 400, *, weight: float = 0.7, mean: float = 50.0) -> np.ndarray:
    values = np.zeros(count)
    for at, noise in enumerate(RANDOM.normal(size=count - 1), start=1):
        values[at] = weight * values[at - 1] + noise
    return values + mean


AR = autoregressive()
WEEKS = np.tile([9.0, 9, 8, 9, 9, 3, 1], 20) * 10 + RANDOM.normal(size=140)


@pytest.fixture(scope="module")
def statistics():
    process = Statistics()
    yield process
    process.close()


def test_an_ar1_is_what_least_squares_finds():
    fitted = arima(AR, order=(1, 0, 0))
    x = AR - AR.mean()
    slope = (x[1:] @ x[:-1]) / (x[:-1] @ x[:-1])
    assert fitted.parameters["ar.L1"] == pytest.approx(slope, abs=0.01)
    ahead = fitted.predict(3)
    phi, mean = fitted.parameters["ar.L1"], fitted.parameters["const"]
    by_hand = mean + phi ** np.arange(1, 4) * (AR[-1] - mean)
    np.testing.assert_allclose(ahead.mean, by_hand, rtol=1e-6)
    # The variance of the error grows as σ²(1 + φ² + φ⁴).
    grown = fitted.parameters["sigma2"] * np.cumsum(phi ** (2 * np.arange(3)))
    np.testing.assert_allclose((ahead.high - ahead.low) / 2, 1.959964 * grown**0.5, rtol=1e-4)


def test_a_seasonal_model_is_that_of_statsmodels():
    fitted = arima(Series(WEEKS), order=(1, 0, 0), seasonal_order=(0, 1, 1, 7))
    with threadpool_limits(1):
        other = SARIMAX(WEEKS, order=(1, 0, 0), seasonal_order=(0, 1, 1, 7)).fit(disp=0)
    np.testing.assert_allclose(fitted.predict(14).mean, other.forecast(14), rtol=1e-3)
    assert fitted.aic == pytest.approx(other.aic, abs=0.05)
    assert len(fitted.residuals) == len(WEEKS) - 7
    np.testing.assert_array_equal(fitted.after(WEEKS, 3).mean, fitted.predict(3).mean)


@pytest.mark.parametrize(
    ("order", "seasonal", "error", "said"),
    [
        ((1, 0, -1), (0, 0, 0, 0), WrongOrder, "below 0"),
        ((0, 0, 0), (0, 0, 0, 0), WrongOrder, "all its numbers are 0"),
        ((7, 0, 0), (1, 0, 0, 7), WrongOrder, "smaller than the season"),
        ((1, 0, 0), (1, 0, 0, 1), WrongOrder, "at least 2 steps"),
        ((1, 0, 0), (2, 1, 0, 60), WrongOrder, "looks back"),
        ((5, 1, 5), (0, 1, 1, 7), OrderTooLong, "30 values"),
    ],
)
def test_orders_that_cannot_be_are_refused(order, seasonal, error, said):
    with pytest.raises(error, match=said):
        arima(WEEKS[:30], order=order, seasonal_order=seasonal)
    assert written(order, seasonal).startswith(f"({order[0]},")


def test_nothing_seasonal_is_no_season():
    assert check_order((1, 0, 0), (0, 0, 0, 7), values=99)[1] == (0, 0, 0, 0)
    assert written((1, 0, 0), (0, 1, 1, 7)) == "(1,0,0)(0,1,1)₇"
    with pytest.raises(ConstantSeries):
        arima(np.ones(50))


def test_the_child_fits_as_the_library_does(statistics):
    origins = np.arange(130, 140)
    told = statistics.fit(
        Series(WEEKS), order=(1, 0, 0), seasonal_order=(0, 1, 1, 7), origins=origins, horizon=3,
        known=130,
    )  # fmt: skip
    fitted = arima(WEEKS[:130], order=(1, 0, 0), seasonal_order=(0, 1, 1, 7))
    assert told.parameters == pytest.approx(dict(fitted.parameters))
    np.testing.assert_allclose(told.forecast.mean, fitted.predict(14).mean)
    np.testing.assert_allclose(told.backtest.predicted[4], fitted.after(WEEKS[:134], 3).mean)
    np.testing.assert_allclose(told.fitted[:130], fitted.fitted)
    # What was expected of a step is what was forecast of it one step before.
    np.testing.assert_allclose(told.fitted[130:], told.backtest.predicted[:, 0])
    assert len(told.residuals) == 140 - 7


def test_the_child_refuses_goes_on_and_is_stopped_in_time(statistics):
    with pytest.raises(OrderTooLong):
        statistics.fit(Series(WEEKS[:12]), order=(1, 0, 0), seasonal_order=(0, 1, 1, 7))
    hasty = Statistics(timeout=0.05)
    with pytest.raises(FitTooSlow, match="stopped"):
        hasty.fit(Series(WEEKS), order=(1, 0, 0))
    hasty.timeout = 60
    assert hasty.fit(Series(AR), order=(1, 0, 0)).order == "(1,0,0)"
    hasty.close()


def test_a_search_differences_where_that_helps_and_tries_small_orders():
    assert differences(Series(WEEKS), period=7) == (1, 0)
    assert differences(Series(RANDOM.normal(size=200).cumsum()), period=7) == (0, 1)
    orders = candidates(Series(WEEKS), period=7)
    assert orders[0] == ((0, 0, 0), (0, 1, 0, 7))
    assert len(orders) == len(set(orders)) == 36
    assert {season for _, season in candidates(Series(AR), period=1)} == {(0, 0, 0, 0)}


def test_scores_are_what_they_say():
    series = Series(WEEKS)
    origins = origins_of(series, count=10, least=20)
    found = backtest(series, origins, horizon=3, forecast=lambda k: naive(k, 3, period=7))
    errors = np.array([WEEKS[o + 1] - WEEKS[o - 6] for o in origins[:-1]])
    assert found.mae(2) == pytest.approx(np.abs(errors).mean())
    assert found.rmse(2) == pytest.approx(np.sqrt((errors**2).mean()))
    share = np.abs(errors / [WEEKS[o + 1] for o in origins[:-1]])
    assert found.mape(2) == pytest.approx(100 * share.mean())
    assert np.isnan(found.actual[-1, 1:]).all()
    np.testing.assert_array_equal(naive(WEEKS, 9, period=7)[7:], WEEKS[-7:-5])


def test_the_published_figures_are_reached(shared_data):
    """Géron, Hands-on Machine Learning, chapter 15: 32,041 with a fit a day, and 427,758.6."""
    table = read_table((shared_data / "ridership.csv").read_text())
    rail = read_series(table, date="service_date", value="rail_boardings").series
    day = {str(date)[:10]: at for at, date in enumerate(rail.dates)}
    spring = rail.part(day["2019-01-01"], day["2019-06-01"])
    season = (0, 1, 1, 7)
    ahead = forecast.arima(spring, order=(1, 0, 0), seasonal_order=season).predict(1)
    assert ahead.mean[0] == pytest.approx(427_758.6, abs=0.1)
    origins = np.arange(len(spring) - 92, len(spring))
    by_week = backtest(spring, origins, horizon=1, forecast=lambda k: naive(k, 1, period=7))
    assert by_week.mae() == pytest.approx(42_143, abs=1)
    # With one fit for all days it is 32,236; a fit a day gives 32,041 and takes half a minute.
    once = forecast.arima(spring.part(0, len(spring) - 92), seasonal_order=season)
    error = np.abs(once.expected(spring.values) - spring.values)[-92:].mean()
    assert error == pytest.approx(32_236, abs=5)
