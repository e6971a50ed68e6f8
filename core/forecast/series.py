"""A series of numbers at an even step: what is forecast, whoever forecasts.

    counts = Series(values, name="rail", dates=dates, frequency="day")
    counts.period                       # 7: days repeat by the week

`dates` may be missing, where steps are only counted. There are no gaps in it: `core.forecast.
reading` fills them, by a choice, and reports them. Not chosen: a pandas Series, whose index allows
gaps, repeated dates and strings, so that everybody who is given one has to look for them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import NonFiniteInput, ShapeMismatch
from core.forecast.errors import ConstantSeries, TooFewValues

Numbers = NDArray[np.float64]
Dates = NDArray[np.datetime64]

PERIODS: Mapping[str, int] = {
    "second": 60,
    "minute": 60,
    "hour": 24,
    "day": 7,
    "workday": 5,
    "week": 52,
    "month": 12,
    "quarter": 4,
    "year": 1,
    "step": 1,
}
"""How dates follow one another → after how many of them things usually repeat."""


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers at an even step, (time,).

    Attributes:
        values: finite.
        name: of the column.
        dates: of each value, datetime64[s], None where steps are only counted.
        frequency: one of PERIODS.
        season: after how many steps things repeat, where the reader knows better; 0: as usual.
        every: how many of the frequency's units lie between two values (5 for every five minutes).

    Raises NonFiniteInput and ShapeMismatch.
    """

    values: Numbers
    name: str = ""
    dates: Dates | None = None
    frequency: str = "step"
    season: int = 0
    every: int = 1

    def __post_init__(self) -> None:
        values = np.asarray(self.values, np.float64)
        if values.ndim != 1:
            raise ShapeMismatch(what="The series", found=values.shape, expected="(time,)")
        if bad := int((~np.isfinite(values)).sum()):
            raise NonFiniteInput(what="The values of the series", count=bad)
        if self.dates is not None and self.dates.shape != values.shape:
            raise ShapeMismatch(what="dates", found=self.dates.shape, expected=values.shape)
        object.__setattr__(self, "values", values)

    @property
    def period(self) -> int:
        """After how many steps things repeat; 1 where nobody knows."""
        return self.season or (PERIODS[self.frequency] if self.every == 1 else 1)

    def __len__(self) -> int:
        return len(self.values)

    def part(self, start: int, stop: int) -> Series:
        """The steps from `start` up to `stop`."""
        seen = slice(start, stop)
        dates = None if self.dates is None else self.dates[seen]
        return replace(self, values=self.values[seen], dates=dates)

    def last(self, count: int) -> Series:
        """The last steps, at most so many."""
        return self.part(max(0, len(self) - count), len(self))

    def following(self, steps: int) -> Dates | None:
        """The dates of the steps after the last one."""
        if self.dates is None:
            return None
        return after(self.dates[-1], steps, frequency=self.frequency, every=self.every)


def after(date: np.datetime64, steps: int, *, frequency: str, every: int = 1) -> Dates:
    """The dates of so many steps after a date; the last day of a month stays within its month."""
    ahead = every * np.arange(1, steps + 1)
    if frequency == "workday":
        return np.busday_offset(date.astype("datetime64[D]"), ahead).astype("datetime64[s]")
    months = {"month": 1, "quarter": 3, "year": 12}.get(frequency)
    if months is None:
        units = {"second": "s", "minute": "m", "hour": "h", "day": "D", "week": "W", "step": "s"}
        return date.astype("datetime64[s]") + ahead.astype(f"timedelta64[{units[frequency]}]")
    first = date.astype("datetime64[M]")
    within = date.astype("datetime64[s]") - first.astype("datetime64[s]")
    begun = first + (months * ahead).astype("timedelta64[M]")
    # The 31st of a month that has 30 days is its last day.
    longest = (begun + np.timedelta64(1, "M")).astype("datetime64[D]") - begun.astype(
        "datetime64[D]"
    )
    day = np.minimum(within.astype("timedelta64[D]"), longest - np.timedelta64(1, "D"))
    return begun.astype("datetime64[s]") + day.astype("timedelta64[s]")


def as_series(given: Series | ArrayLike) -> Series:
    """A Series of whatever numbers were given."""
    return given if isinstance(given, Series) else Series(np.asarray(given, np.float64))


def check_series(series: Series, *, least: int, what: str) -> None:
    """Raises TooFewValues and ConstantSeries."""
    if len(series) < least:
        raise TooFewValues(found=len(series), least=least, what=what)
    if np.ptp(series.values) == 0:
        raise ConstantSeries(value=float(series.values[0]))
