"""Which steps of a series are learned from, validated on and tested, by dates that people name."""

from __future__ import annotations

from core.forecast.dates import readings
from core.forecast.errors import UnreadableDate
from core.forecast.reading import Read
from core.forecast.series import Series
from core.training.errors import WrongSetting


def place(read: Read, name: str, date: str, *, default: int) -> int:
    """How many steps stand up to a date, itself included; before it where it is the first.

    A date is read as those of the file are; else it must have one reading. Raises WrongSetting.
    """
    dates = read.series.dates
    if not date:
        return default
    if dates is None:
        expected = "empty, because the rows have no dates; date_column names them"
        raise WrongSetting(setting=_path(name), found=repr(date), expected=expected)
    try:
        ways = {written: found[0] for found, written in readings([date])}
    except UnreadableDate:
        ways = {}
    if read.report.written not in ways and len(ways) != 1:
        expected = "a date that is written in one way only, such as 2019-06-01"
        raise WrongSetting(setting=_path(name), found=repr(date[:40]), expected=expected)
    wanted = ways.get(read.report.written, next(iter(ways.values())))
    return int((dates < wanted if name == "begin" else dates <= wanted).sum())


def parted(
    read: Read, *, learn: str, validate: str, shares: tuple[float, float]
) -> tuple[int, int]:
    """The steps after the last one that is learned from, and that is validated on.

    `shares` hold where no dates are named: of all, and of what is left. Raises WrongSetting where
    a date leaves a part without a single step.
    """
    series = read.series
    total = len(series)
    learned = place(read, "learn_until", learn, default=round(shares[0] * total))
    if learn and not 0 < learned < total:
        expected = f"a date from {_day(series, 0)} on and before {_day(series, -1)}, the last"
        raise WrongSetting(setting=_path("learn_until"), found=repr(learn), expected=expected)
    left = int(shares[1] * (total - learned))
    validated = place(read, "validate_until", validate, default=learned + left)
    if validate and not learned < validated < total:
        expected = (
            f"a date after {_day(series, learned - 1)} and before {_day(series, -1)}, the last"
        )
        raise WrongSetting(setting=_path("validate_until"), found=repr(validate), expected=expected)
    return learned, validated


def within(series: Series, name: str, date: str) -> WrongSetting:
    """The error for a date that leaves nothing of a series."""
    expected = f"a date within the series, from {_day(series, 0)} to {_day(series, -1)}"
    return WrongSetting(setting=_path(name), found=repr(date), expected=expected)


def _day(series: Series, at: int) -> str:
    return "" if series.dates is None else str(series.dates[at])[:10]


def _path(name: str) -> str:
    return f"data.options.{name}"
