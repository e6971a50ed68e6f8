"""One forecast of who is chosen: the next steps, what it was off by before, and its test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.forecast import Backtest, Fit, naive, naive_backtest, origins_of
from core.forecast.arima import written
from core.forecast.network import interval
from core.forecast.outlook import Outlook
from core.forecast.scores import Origins
from core.forecast.series import Numbers, Series, check_series
from dashboard import cache
from dashboard.i18n import t
from dashboard.views.forecast.networks import Network, network, networks
from dashboard.views.forecast.settings import ARIMA, NAIVE, Chosen

TESTED = 90
"""Origins of the test: the last ones."""
LEAST = 8


@dataclass(frozen=True, eq=False)
class Forecasting:
    """Who forecasts, what, and how sure.

    Attributes:
        name: of who forecasts.
        outlook: the forecast beside the truth.
        residuals: what one-step forecasts were off by, up to the origin.
        fitted: how many parameters were chosen to make them small.
        fit: of statistics; None for others.
        network: that forecasts; None for others.
    """

    name: str
    outlook: Outlook
    residuals: Numbers
    fitted: int
    fit: Fit | None = None
    network: Network | None = None


def forecasting(chosen: Chosen) -> Forecasting:
    """Return the forecast that is chosen. Raises CoreError."""
    check_series(chosen.series, least=LEAST, what=t("forecast.this"))
    period = chosen.series.period
    if chosen.who == ARIMA:
        with st.spinner(t("forecast.fitting"), show_time=True):
            fit = cache.arima_fit(
                chosen.known, order=chosen.order, seasonal_order=chosen.seasonal_order,
                steps=chosen.ahead,
            )  # fmt: skip
        outlook = Outlook.of(chosen.series, chosen.origin, fit.forecast, period=period)
        name = t("forecast.arima", order=fit.order)
        return Forecasting(name, outlook, fit.residuals, len(fit.parameters) - 1, fit)
    if chosen.who != NAIVE:
        return _of_network(chosen)
    known = chosen.series.values[: chosen.origin]
    mean = naive(known, chosen.ahead, period=period)
    before = origins_of(chosen.series.part(0, chosen.origin), count=3 * TESTED, least=period)
    test = naive_backtest(
        chosen.series.part(0, chosen.origin), before, horizon=chosen.ahead, period=period
    )
    told = interval(mean, test.errors)
    residuals = known[period:] - known[:-period]
    outlook = Outlook.of(chosen.series, chosen.origin, told, period=period)
    return Forecasting(t("forecast.who.naive"), outlook, residuals[-chosen.last :], 0)


def _of_network(chosen: Chosen) -> Forecasting:
    series, origin = chosen.series, chosen.origin
    known = network(chosen.who, series)
    count = max(3 * TESTED, chosen.last)
    outlook = known.outlook(series, origin, horizon=chosen.ahead, count=count)
    before = np.arange(max(known.forecaster.window, origin - chosen.last), origin)
    test = known.test(series, before, horizon=1)
    return Forecasting(known.name, outlook, -test.errors[:, 0], 0, network=known)


def tested(chosen: Chosen) -> Origins:
    """Return the origins from which everybody is tested: the last ones of the series.

    Raises TooFewValues.
    """
    least = max(2 * chosen.series.period, len(chosen.series) // 2, LEAST)
    return origins_of(chosen.series, count=TESTED, least=least)


def tests(chosen: Chosen) -> dict[str, Backtest]:
    """Return the test of each who can forecast this series, and of the naive forecast."""
    series, origins = chosen.series, tested(chosen)
    found = {
        t("forecast.who.naive"): naive_backtest(
            series, origins, horizon=chosen.ahead, period=series.period
        )
    }
    for name in networks(file=chosen.report is not None):
        known = network(name, series)
        found[known.name] = known.test(series, origins, horizon=chosen.ahead)
    order = written(chosen.order, chosen.seasonal_order)
    found[t("forecast.arima", order=order)] = arima_test(chosen, origins)
    return found


def arima_test(chosen: Chosen, origins: Origins) -> Backtest:
    """Return that of an ARIMA fitted once, before the first origin."""
    series, first = recent(chosen, origins)
    fit = cache.arima_fit(
        series, order=chosen.order, seasonal_order=chosen.seasonal_order, steps=chosen.ahead,
        known=first, origins=(origins - (len(chosen.series) - len(series))).tolist(),
        horizon=chosen.ahead,
    )  # fmt: skip
    assert fit.backtest is not None
    return Backtest(origins, fit.backtest.predicted, fit.backtest.actual)


def recent(chosen: Chosen, origins: Origins) -> tuple[Series, int]:
    """Return the part of the series that statistics read in the test, and how much they fit to."""
    start = max(0, int(origins[0]) - chosen.last)
    return chosen.series.part(start, len(chosen.series)), int(origins[0]) - start
