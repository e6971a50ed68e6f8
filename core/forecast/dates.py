"""A column of dates, as written by people: read, put in order, and the step between them found.

One way of writing holds for the whole column: it is the first of WRITTEN by which every cell reads.
Of 03/04/2019 nobody can know whether it is March or April; where both readings go through, the one
that leaves the more even steps holds, and the report names both. Not chosen: a parser that guesses
cell by cell, which turns the day and the month around from the 13th on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.forecast.errors import NoFrequency, UnreadableDate
from core.forecast.series import Dates
from core.text.table import FIRST_ROW

WRITTEN = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y년 %m월 %d일", "%Y%m%d"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"),
    *("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    *("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M:%S %p"),
    *("%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%Y-%m", "%Y/%m", "%Y년 %m월", "%b %Y"),
    "%Y",
)
"""How dates are written, as `datetime.strptime` has it."""
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
_SHOWN = 40


def read_dates(
    cells: Sequence[str], *, number: Callable[[int], int] = lambda at: at + FIRST_ROW
) -> tuple[Dates, str]:
    """The dates (rows,), datetime64[s], in the order of the cells, and how they are written.

    `number` gives the number of a row by its place, for the sentence.

    Raises UnreadableDate for the first cell that does not read as most others do.
    """
    return readings(cells, number=number)[0]


def readings(
    cells: Sequence[str], *, number: Callable[[int], int] = lambda at: at + FIRST_ROW
) -> list[tuple[Dates, str]]:
    """Every way to read the cells that gives other dates, the likeliest first.

    Raises UnreadableDate as `read_dates` does.
    """
    plain = [cell.strip().removesuffix("Z") for cell in cells]
    furthest = 0
    ways: list[tuple[Dates, str]] = []
    for written in WRITTEN:
        found, at = _read(plain, written)
        if found is not None and not any(np.array_equal(found, other) for other, _ in ways):
            ways.append((found, written))
        furthest = max(furthest, at)
    if not ways:
        expected = "year, month and day" if furthest == 0 else "the rows above it could be read"
        at = min(furthest, len(cells) - 1)
        raise UnreadableDate(found=cells[at][:_SHOWN], row=number(at), expected=expected)
    return sorted(ways, key=lambda way: -_evenness(way[0]))


def _read(cells: Sequence[str], written: str) -> tuple[Dates | None, int]:
    """All dates, or None and the place of the first cell that is written otherwise."""
    known: dict[str, np.datetime64] = {}
    for at, cell in enumerate(cells):
        if cell not in known:
            try:
                read = datetime.strptime(cell, written)  # noqa: DTZ007 — no file says its zone
            except ValueError:
                return None, at
            known[cell] = np.datetime64(read, "s")
    return np.array([known[cell] for cell in cells], "datetime64[s]"), len(cells)


def _evenness(dates: Dates) -> float:
    """The share of steps that are the commonest one."""
    steps = np.diff(np.unique(dates)).astype(np.int64)
    return float(np.unique(steps, return_counts=True)[1].max() / steps.size) if steps.size else 0.0


def frequency_of(dates: Dates) -> tuple[str, int]:
    """The name in PERIODS of the step between dates in order, each once, and how many units it is.

    Gaps do not matter as long as the commonest step is the shortest. Raises NoFrequency.
    """
    if len(dates) < 2:
        return "step", 1
    steps = np.diff(dates).astype(np.int64)
    sizes, counts = np.unique(steps, return_counts=True)
    months = dates.astype("datetime64[M]")
    apart = np.diff(months).astype(np.int64)
    within = (dates - months.astype("datetime64[s]")).astype(np.int64)
    if apart.min() > 0 and (np.ptp(within) == 0 or _ends(dates)):
        for name, length in (("year", 12), ("quarter", 3), ("month", 1)):
            if not (apart % length).any():
                return name, 1
    usual = int(sizes[counts.argmax()])
    if usual == _SECONDS["day"] and not (_weekday(dates) >= 5).any() and len(dates) > 10:
        return "workday", 1
    if (steps % usual).any():
        told = ", ".join(f"{size / 86400:g} d" for size in sizes[:4])
        raise NoFrequency(found=told + (", …" if len(sizes) > 4 else ""))
    for name, length in reversed(_SECONDS.items()):
        if usual % length == 0:
            return name, usual // length
    return "step", 1


def _weekday(dates: Dates) -> NDArray[np.int64]:
    """Monday is 0."""
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _ends(dates: Dates) -> bool:
    """Whether every date is the last day of its month."""
    days = dates.astype("datetime64[D]")
    next_days = days + np.timedelta64(1, "D")
    return bool(np.all(next_days.astype("datetime64[M]") > days.astype("datetime64[M]")))
