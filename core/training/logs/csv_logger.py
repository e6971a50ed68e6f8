"""The file of Keras's CSVLogger: a column for each measure, a row an epoch.

`epoch` counts from 0, and from 0 again where a later `fit` was appended; here it goes on counting.
What is no number (`NA`, lists) is left out. The separator may be any of three.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence

from core.text import decode
from core.training.logs.errors import NotALog

SEPARATORS = ",;\t"
MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
EPOCH = "epoch"
Row = dict[str, float]


def read_table(data: bytes, *, name: str) -> tuple[list[str], list[list[str]]]:
    """The columns' names, and the rows that are as long. Raises NotALog, and as `decode`."""
    text = decode(data).text
    head = text.partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=separator)
        names = [column.strip() for column in next(lines, [])]
        if len(names) > MOST_COLUMNS:
            raise NotALog(file=name, why=f"it has more than {MOST_COLUMNS} columns")
        return names, [
            row for at, row in enumerate(lines) if at < MOST_ROWS and len(row) == len(names)
        ]
    except csv.Error as error:
        raise NotALog(file=name, why="its rows cannot be told apart") from error


def rows_of(names: Sequence[str], rows: Sequence[Sequence[str]], *, name: str) -> list[Row]:
    """The rows of a table in order, `epoch` from 1, each with its numbers. Raises NotALog."""
    if EPOCH not in names or len(names) < 2:
        raise NotALog(file=name, why="its first line names no column 'epoch' beside others")
    found = _numbered([numbers(names, row) for row in rows])
    if not found:
        raise NotALog(file=name, why="no row of it says its epoch")
    return found


def numbers(names: Sequence[str], row: Sequence[str]) -> Row:
    """What is a number of a row, by its column."""
    found = {}
    for name, cell in zip(names, row, strict=True):
        try:
            number = float(cell)
        except ValueError:
            continue
        if math.isfinite(number):
            found[name] = number
    return found


def _numbered(rows: Sequence[Mapping[str, float]]) -> list[Row]:
    found: list[Row] = []
    before = last = 0
    for row in rows:
        if EPOCH not in row or not 0 <= row[EPOCH] <= MOST_ROWS:
            continue
        epoch = before + int(row[EPOCH]) + 1
        if epoch <= last:
            before = last
            epoch = before + int(row[EPOCH]) + 1
        last = epoch
        found.append({**row, EPOCH: epoch})
    return found
