"""What of a series is season, and what is left when that, or a trend, is taken away?

`differenced` is what ARIMA's d and D do. `seasonal` puts the steps of a period under one another,
each as a share of its own period's mean level, so that a trend does not blur them. `strength` is
that of Wang, Smith & Hyndman 2006: how much of the variance, trend aside, the season explains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import OutOfRange
from core.forecast.errors import TooFewValues
from core.forecast.series import Dates, Numbers, Series, check_series


@dataclass(frozen=True, eq=False)
class Seasons:
    """Whole periods under one another.

    Attributes:
        periods: (periods, period), the values as they are.
        mean: (period,), of each place.
        low, high: (period,), a tenth of the values lie below, a tenth above.
        strength: from 0, no season, to 1, nothing else.
        places: the dates (period,) of the last whole period, None where steps are counted.
    """

    periods: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers
    strength: float
    places: Dates | None

    @property
    def lowest(self) -> int:
        """The place in the period where the mean is least."""
        return int(self.mean.argmin())

    @property
    def highest(self) -> int:
        """The place in the period where the mean is greatest."""
        return int(self.mean.argmax())


def differenced(series: Series, *, d: int = 0, seasonal: int = 0, period: int = 1) -> Series:
    """x_t − x_{t−1}, `d` times, after x_t − x_{t−s}, `seasonal` times; shorter by d + seasonal·s.

    Raises OutOfRange for negative numbers, TooFewValues where nothing would be left.
    """
    if d < 0 or seasonal < 0 or period < 1:
        raise OutOfRange(what="differencing", found=(d, seasonal, period), expected="0 or more")
    lost = d + seasonal * period
    if len(series) <= lost:
        raise TooFewValues(found=len(series), least=lost + 1, what="differencing")
    values = series.values
    for _ in range(seasonal):
        values = values[period:] - values[:-period]
    values = np.diff(values, n=d)
    dates = None if series.dates is None else series.dates[lost:]
    return Series(values, series.name, dates, series.frequency, series.season, series.every)


def seasons(series: Series, *, period: int) -> Seasons:
    """The whole periods of a series, the last one ending with it.

    Raises OutOfRange for a period below 2, TooFewValues below two periods, ConstantSeries.
    """
    if period < 2:
        raise OutOfRange(what="The period", found=period, expected="2 or more")
    check_series(series, least=2 * period, what=f"a season of {period}")
    count = len(series) // period
    rows = series.values[-count * period :].reshape(count, period)
    low, high = np.quantile(rows, [0.1, 0.9], axis=0)
    places = None if series.dates is None else series.dates[-period:]
    return Seasons(rows, rows.mean(0), low, high, _strength(rows), places)


def _strength(rows: Numbers) -> float:
    level = _level(rows.ravel(), rows.shape[1]).reshape(rows.shape)
    without = rows - level
    season = without.mean(axis=0)
    left = without - season
    whole = without.var()
    return float(max(0.0, 1 - left.var() / whole)) if whole > 0 else 0.0


def _level(values: Numbers, period: int) -> Numbers:
    """The mean over a period around each step; at the ends, that of the nearest whole one."""
    sums = np.concatenate([[0.0], np.cumsum(values - values[0])])
    means = (sums[period:] - sums[:-period]) / period + values[0]
    at = np.clip(np.arange(len(values)) - period // 2, 0, len(means) - 1)
    return means[at]
