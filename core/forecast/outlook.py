"""One forecast as it is looked at: what was known, what is expected, and what came.

From an origin within the series the truth of the next steps is known too; from its end it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.forecast.arima import Forecast
from core.forecast.scores import naive
from core.forecast.series import Dates, Numbers, Series


@dataclass(frozen=True, eq=False)
class Outlook:
    """A forecast of the steps after `origin` steps of a series.

    Attributes:
        series: the whole of it.
        origin: how many steps were known.
        forecast: of the next ones.
        naive: (steps,), as a season ago.
    """

    series: Series
    origin: int
    forecast: Forecast
    naive: Numbers

    @classmethod
    def of(cls, series: Series, origin: int, forecast: Forecast, *, period: int) -> Outlook:
        """The same beside the naive seasonal forecast. Raises TooFewValues."""
        steps = len(forecast.mean)
        known = series.values[:origin]
        return cls(series, origin, forecast, naive(known, steps, period=period))

    @property
    def actual(self) -> Numbers:
        """What came, (steps,); NaN past the end of the series."""
        steps = len(self.forecast.mean)
        came = self.series.values[self.origin : self.origin + steps]
        return np.concatenate([came, np.full(steps - len(came), np.nan)])

    @property
    def error(self) -> float:
        """The mean absolute error over the steps whose truth is known; NaN without any."""
        return _mean(np.abs(self.forecast.mean - self.actual))

    @property
    def naive_error(self) -> float:
        """That of the naive forecast, over the same steps."""
        same = np.where(np.isfinite(self.forecast.mean), self.naive, np.nan)
        return _mean(np.abs(same - self.actual))

    @property
    def covered(self) -> tuple[int, int]:
        """How many of the known values lie in the interval, and of how many."""
        low, high, actual = self.forecast.low, self.forecast.high, self.actual
        asked = np.isfinite(actual) & np.isfinite(low)
        return int(((actual >= low) & (actual <= high))[asked].sum()), int(asked.sum())

    @property
    def dates(self) -> Dates | None:
        """Of the steps that are forecast."""
        if self.series.dates is None:
            return None
        return self.series.part(0, self.origin).following(len(self.forecast.mean))


def _mean(values: Numbers) -> float:
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if seen.size else float("nan")
