"""Cells that a spreadsheet would run, made harmless for export.

A cell that begins with = + - @, a tab or a line break can be taken for a formula when a CSV file is
opened in a spreadsheet program, and a formula can fetch, send or start things. Tokens and column
names come from the user's text, so they can begin with anything. Such a cell gets an apostrophe in
front, which makes spreadsheets take it as text (OWASP, CSV Injection,
https://owasp.org/www-community/attacks/CSV_Injection). Quotes and separators inside cells are the
CSV writer's business.

Numbers are not text: -3.5 stays -3.5, as a number and as its digits. The cost is an apostrophe that
other readers of the file will see. Not chosen: deleting the sign, which changes the token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

Cell = TypeVar("Cell")

# The wide forms are what some spreadsheets turn into the plain ones.
_STARTS_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|nan)", re.ASCII)


def neutralise(cell: Cell) -> Cell | str:
    """Return the cell, with an apostrophe in front if a spreadsheet might run it.

    Anything but a string is returned as it is.
    """
    if not isinstance(cell, str):
        return cell
    if _STARTS_FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def neutralised(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a table with every text in it neutralised, the column names as well."""
    texts = frame.select_dtypes(exclude=["number", "bool", "datetime"]).columns
    safe = frame.copy(deep=False)
    for name in texts:
        safe[name] = frame[name].map(neutralise)
    return safe.rename(columns=neutralise)
