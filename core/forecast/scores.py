"""How good are forecasts? MAE, RMSE, MAPE, for each number of steps ahead, from many origins.

Rolling origin: from each of some last steps all that came before is known and the next steps are
forecast, as if one stood there (Tashman 2000). Beside every model stands the naive seasonal
forecast, that each step is as it was a season ago; who is no better has learned nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.forecast.errors import TooFewValues
from core.forecast.series import Numbers, Series

Origins = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts from many origins.

    Attributes:
        origins: (origins,), how many steps were known.
        predicted: (origins, horizon), the next steps as they were forecast.
        actual: (origins, horizon), as they came; NaN past the end.
    """

    origins: Origins
    predicted: Numbers
    actual: Numbers

    @property
    def horizon(self) -> int:
        """How many steps ahead."""
        return self.predicted.shape[1]

    @property
    def errors(self) -> Numbers:
        """(origins, horizon), forecast less truth."""
        return self.predicted - self.actual

    def mae(self, ahead: int | None = None) -> float:
        """The mean absolute error, in the unit of the series; `ahead` steps ahead, or over all."""
        return _mean(np.abs(self._errors(ahead)))

    def rmse(self, ahead: int | None = None) -> float:
        """The root of the mean squared error."""
        return float(np.sqrt(_mean(self._errors(ahead) ** 2)))

    def mape(self, ahead: int | None = None) -> float:
        """The mean absolute error as a share of the truth, in percent; NaN where one is 0."""
        seen = slice(None) if ahead is None else slice(ahead - 1, ahead)
        actual = self.actual[:, seen]
        if (actual == 0).any():
            return float("nan")
        return 100 * _mean(np.abs(self._errors(ahead) / actual))

    def _errors(self, ahead: int | None) -> Numbers:
        return self.errors if ahead is None else self.errors[:, ahead - 1 : ahead]


def origins_of(series: Series, *, count: int, least: int) -> Origins:
    """The last `count` origins that have a step after them, each with `least` steps before it.

    Raises TooFewValues where there is none.
    """
    first = max(least, len(series) - count)
    if first >= len(series):
        raise TooFewValues(found=len(series), least=least + 1, what="a test of the forecast")
    return np.arange(first, len(series))


def truth(series: Series, origins: Origins, *, horizon: int) -> Numbers:
    """What came after each origin, (origins, horizon); NaN past the end."""
    padded = np.concatenate([series.values, np.full(horizon, np.nan)])
    return np.lib.stride_tricks.sliding_window_view(padded, horizon)[origins]


def backtest(
    series: Series,
    origins: Origins,
    *,
    horizon: int,
    forecast: Callable[[Numbers], Numbers],
) -> Backtest:
    """Ask for the next steps after what is known at each origin."""
    predicted = np.array([forecast(series.values[:known])[:horizon] for known in origins])
    return Backtest(origins, predicted, truth(series, origins, horizon=horizon))


def naive(known: Numbers, steps: int, *, period: int) -> Numbers:
    """The naive seasonal forecast: as a season ago, again and again. Raises TooFewValues."""
    if len(known) < period:
        raise TooFewValues(found=len(known), least=period, what=f"a season of {period}")
    return np.resize(known[-period:], steps)


def naive_backtest(series: Series, origins: Origins, *, horizon: int, period: int) -> Backtest:
    """The naive seasonal forecast from each origin."""
    return backtest(
        series, origins, horizon=horizon, forecast=lambda k: naive(k, horizon, period=period)
    )


def _mean(values: Numbers) -> float:
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if seen.size else float("nan")
