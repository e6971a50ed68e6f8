"""A table of the user's own as a series: dates put in order, repeated days and gaps dealt with.

Nothing is mended in silence: the report counts the days that stand twice, with equal and with
different values, and the gaps, and says what was done with them; what is done is a choice.

    read = read_series(table, date="service_date", value="rail_boardings")
    read.series, read.report.duplicates, read.report.gaps
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.forecast.dates import frequency_of, read_dates, readings
from core.forecast.errors import OnlyGaps, TooManyValues, UnreadableValue
from core.forecast.series import PERIODS, Dates, Numbers, Series, after
from core.text import Table

Duplicates = Literal["first", "last", "mean", "sum"]
Gaps = Literal["line", "season", "last", "zero"]
DUPLICATES: tuple[Duplicates, ...] = ("first", "last", "mean", "sum")
GAPS: tuple[Gaps, ...] = ("line", "season", "last", "zero")
MOST_VALUES = 100_000

_MISSING = {"", "nan", "na", "n/a", "null", "none", "-", "."}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Report:
    """What was found in a file, and dealt with.

    Attributes:
        rows: of the table.
        repeated: rows whose date has a row before them.
        differing: dates whose rows do not agree in the value.
        gaps: steps without a value, whether their date is missing or its cell is empty.
        longest_gap: in steps.
        disorder: whether the rows were not in the order of their dates.
        written: how dates are written, as strptime has it; "" without dates.
        otherwise: another way to read all of them, which gives other dates; "" where there is none.
    """

    rows: int
    repeated: int = 0
    differing: int = 0
    gaps: int = 0
    longest_gap: int = 0
    disorder: bool = False
    written: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class Read:
    """A series, what was found in its file, and `filled` (time,): where a gap was."""

    series: Series
    report: Report
    filled: NDArray[np.bool_]


def read_series(
    table: Table,
    *,
    value: str,
    date: str | None = None,
    duplicates: Duplicates = "first",
    gaps: Gaps = "line",
) -> Read:
    """One column of a table as a series; without a column of dates, its rows are the steps.

    `duplicates` says which of the values of one date holds, or what is made of them. `gaps` says
    what is put where none is: the line between its neighbours, the value a season before, the last
    one known, or 0.

    Raises NoSuchColumn, UnreadableDate, UnreadableValue, NoFrequency, OnlyGaps, TooManyValues.
    """
    values = read_values(table, value)
    if not np.isfinite(values).any():
        raise OnlyGaps(column=value)
    if date is None:
        return _without_dates(values, name=value, gaps=gaps)
    (dates, written), *others = readings(table.column(date), number=table.number)
    order = np.argsort(dates, kind="stable")
    distinct, first = np.unique(dates[order], return_index=True)
    runs = np.split(values[order], first[1:])
    merged = np.array([_ONE_OF[duplicates](_known(run)) for run in runs])
    frequency, every = frequency_of(distinct)
    grid = _grid(distinct, frequency=frequency, every=every)
    spread = np.full(len(grid), np.nan)
    spread[np.searchsorted(grid, distinct)] = merged
    missing = ~np.isfinite(spread)
    season = PERIODS[frequency] if every == 1 else 1
    filled = _fill(spread, gaps, season=season)
    report = Report(
        rows=len(table.rows),
        repeated=len(dates) - len(distinct),
        differing=sum(bool(np.ptp(_known(run)) > 0) for run in runs),
        gaps=int(missing.sum()),
        longest_gap=longest(missing),
        disorder=bool((dates[1:] < dates[:-1]).any()),
        written=written,
        otherwise=others[0][1] if others else "",
    )
    return Read(Series(filled, value, grid, frequency, every=every), report, missing)


def read_values(table: Table, column: str) -> Numbers:
    """A column's numbers (rows,), NaN where a cell is empty. Raises UnreadableValue."""
    found = np.full(len(table.rows), np.nan)
    for at, cell in enumerate(map(str.strip, table.column(column))):
        if cell.lower() in _MISSING:
            continue
        plain = cell.replace(",", "") if _THOUSANDS.fullmatch(cell) else cell
        if not _NUMBER.fullmatch(plain) or not np.isfinite(float(plain)):
            raise UnreadableValue(found=cell[:40], row=table.number(at), column=column)
        found[at] = float(plain)
    return found


def columns_of(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that may be dates, and those that may be values."""
    dates = tuple(name for name in table.columns if _reads(_some_dates, table, name))
    rest = (name for name in table.columns if name not in dates)
    return dates, tuple(name for name in rest if _reads(read_values, table, name))


def _reads(read: Callable[[Table, str], object], table: Table, name: str) -> bool:
    try:
        read(table, name)
    except CoreError:
        return False
    return True


def _some_dates(table: Table, name: str) -> None:
    """Raises UnreadableDate where not even the first cells are dates; numbers alone are none."""
    first = table.column(name)[:20]
    _, written = read_dates(first)
    if written in ("%Y%m%d", "%Y") and not re.search("date|day|year|날|일|년", name.lower()):
        read_dates([""])


def _without_dates(values: Numbers, *, name: str, gaps: Gaps) -> Read:
    missing = ~np.isfinite(values)
    report = Report(len(values), gaps=int(missing.sum()), longest_gap=longest(missing))
    return Read(Series(_fill(values, gaps, season=1), name), report, missing)


def _grid(dates: Dates, *, frequency: str, every: int) -> Dates:
    """Every date from the first to the last. Raises TooManyValues."""
    steps = _steps_between(dates, frequency, every)
    if steps > MOST_VALUES:
        raise TooManyValues(found=steps, limit=MOST_VALUES)
    if frequency in ("month", "quarter", "year"):
        # The last day of a month is not always the same: what is there stands for its month.
        months = {"month": 1, "quarter": 3, "year": 12}[frequency]
        grid = np.concatenate([dates[:1], after(dates[0], steps, frequency=frequency)])
        at = (np.diff(dates.astype("datetime64[M]").astype(np.int64)).cumsum()) // months
        grid[at] = dates[1:]
        return grid
    return np.concatenate([dates[:1], after(dates[0], steps, frequency=frequency, every=every)])


def _steps_between(dates: Dates, frequency: str, every: int) -> int:
    if frequency == "workday":
        return int(np.busday_count(*dates[[0, -1]].astype("datetime64[D]")))
    if (months := {"month": 1, "quarter": 3, "year": 12}.get(frequency)) is not None:
        first, last = dates[[0, -1]].astype("datetime64[M]").astype(np.int64)
        return int(last - first) // months
    length = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "step": 1}
    return int((dates[-1] - dates[0]).astype(np.int64)) // (length[frequency] * every)


def _known(values: Numbers) -> Numbers:
    known = values[np.isfinite(values)]
    return known if known.size else values[:1]


_ONE_OF: Mapping[str, Callable[[Numbers], float]] = {
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "mean": lambda values: values.mean(),
    "sum": lambda values: values.sum(),
}


def _fill(values: Numbers, how: Gaps, *, season: int) -> Numbers:
    """The values with something in every gap; those before the first one get the first."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) == len(values):
        return values
    if how == "zero":
        return np.where(np.isfinite(values), values, 0.0)
    places = np.arange(len(values))
    line = np.interp(places, known, values[known])
    if how == "line":
        return line
    last = values[known[np.maximum(np.searchsorted(known, places, side="right") - 1, 0)]]
    if how == "last":
        return last
    filled = values.copy()
    for at in np.flatnonzero(~np.isfinite(values)):
        before = filled[at - season] if at >= season else np.nan
        filled[at] = before if np.isfinite(before) else line[at]
    return filled


def longest(missing: NDArray[np.bool_]) -> int:
    """The most steps in a row that are missing."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
