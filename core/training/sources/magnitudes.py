"""How large the numbers of a series are, and whether a network can reckon with them."""

from __future__ import annotations

import numpy as np

from core.forecast.reading import read_values
from core.forecast.series import Numbers
from core.text import Table
from core.training.sources.errors import TooLargeToLearn

MOST, LARGEST = 1e37, 1e15
"""Numbers that networks can reckon with: as 32 bits have them, and so that their squares do too."""


def check_large(table: Table, column: str, *, scale: float, limit: float = LARGEST) -> None:
    """Raises TooLargeToLearn for the first row whose number a network cannot reckon with."""
    values = np.abs(read_values(table, column))
    # Divided as it will be: a scale near 0 makes any number too large.
    with np.errstate(over="ignore"):
        large = np.flatnonzero((values / scale > limit) | (values > MOST))
    if large.size:
        at = int(large[0])
        found = table.column(column)[at].strip()[:40]
        row = table.number(at)
        raise TooLargeToLearn(found=found, row=row, column=column, scale=scale, limit=limit)


def power(values: Numbers) -> float:
    """The power of ten above the largest; 1 for what is within 2 of 0."""
    most = float(np.abs(values).max(initial=0))
    return 1.0 if most <= 2 else float(10.0 ** np.ceil(np.log10(most)))
