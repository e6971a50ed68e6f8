"""Series forward: the ARIMA family, the naive forecast, and how good forecasts are.

    from core import forecast

    forecast.arima(series, order=(1, 0, 0), seasonal_order=(0, 1, 1, 7)).predict(14)

Networks that forecast are models like all others; their windows are cut and their forecasts judged
here beside those of statistics.
"""

from __future__ import annotations

from core.forecast.arima import Arima, Forecast, arima
from core.forecast.correlation import Correlations, acf, pacf, whiteness
from core.forecast.process import Fit, Statistics
from core.forecast.reading import Read, Report, read_series
from core.forecast.scores import Backtest, backtest, naive, naive_backtest, origins_of
from core.forecast.search import candidates
from core.forecast.seasons import Seasons, differenced, seasons
from core.forecast.series import Series

__all__ = [
    "Arima",
    "Backtest",
    "Correlations",
    "Fit",
    "Forecast",
    "Read",
    "Report",
    "Seasons",
    "Series",
    "Statistics",
    "acf",
    "arima",
    "backtest",
    "candidates",
    "differenced",
    "naive",
    "naive_backtest",
    "origins_of",
    "pacf",
    "read_series",
    "seasons",
    "whiteness",
]
