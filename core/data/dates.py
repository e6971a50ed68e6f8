"""Dates as people write them, and as the standard does: 'April 3, 1998' → '1998-04-03'.

Written out or cut short, in small letters, capitals or as in a sentence, with a weekday or without,
or as month/day/year of two digits; ISO 8601 is to be written. Every part of the answer stands at
another place of the source, in other letters, which is what attention is for. Two digits of a year
mean 1969 to 2068, as POSIX has it; dates go from 1970 to 2019, so that nothing is left to guess.
"""

from __future__ import annotations

import string
from datetime import date, timedelta

import numpy as np

from core.data.pairs import Pair, PairTask

FIRST, LAST = date(1970, 1, 1), date(2019, 12, 31)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBERS, WEEKDAY, SHORT = 0.25, 0.25, 0.25
"""How many are in numbers, and how many begin with a weekday or have a short month."""
_CASES = (str, str.lower, str.upper)


def written(day: date, *, form: str, case: int = 0) -> str:
    """A date as "numbers", or "long", "short" or with its "weekday", in one of three cases."""
    if form == "numbers":
        return f"{day.month}/{day.day}/{day.year % 100:02d}"
    month = MONTHS[day.month - 1]
    text = f"{month[:3] if form == 'short' else month} {day.day}, {day.year}"
    if form == "weekday":
        text = f"{WEEKDAYS[day.weekday()]}, {text}"
    return _CASES[case](text)


def draw(random: np.random.Generator) -> Pair:
    """A date in one of the forms."""
    day = FIRST + timedelta(days=int(random.integers((LAST - FIRST).days + 1)))
    shares = (NUMBERS, WEEKDAY, SHORT, 1 - NUMBERS - WEEKDAY - SHORT)
    form = ("numbers", "weekday", "short", "long")[int(random.choice(4, p=shares))]
    source = written(day, form=form, case=int(random.integers(len(_CASES))))
    return Pair(source, day.isoformat())


_SAMPLES = (
    "April 3, 1998",
    "SUNDAY, NOVEMBER 23, 1975",
    "sep 30, 1981",
    "10/2/82",
    "Wednesday, February 26, 1997",
)

TASK = PairTask(
    name="dates",
    description="Reads a date as people write it, and writes it as the standard does.",
    draw=draw,
    samples_by_language={"en": _SAMPLES, "ko": _SAMPLES},
    citation="Drawn by this project. A task of many course books; the form is that of ISO 8601",
    source_tokens=tuple(f" ,/{string.digits}{string.ascii_letters}"),
    target_tokens=tuple(f"-{string.digits}"),
)
