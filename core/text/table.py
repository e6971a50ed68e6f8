"""Comma- and tab-separated text as a table of strings, from which a column and a row are chosen.

Cells stay strings as they stand in the file: '007' and an empty cell are text here. Every row must
have a cell for every column; one that has not is an error that names it, because a table that is
mended by guessing gives the model another text than the file holds.

Commas, semicolons and bars follow RFC 4180 (quotes, doubled quotes, line breaks inside quotes). The
standard of tabs (IANA text/tab-separated-values) knows no quotes, while spreadsheets write them:
there both readings are tried, and quotes are taken at their word unless that swallows rows.

Parsing is the standard library's `csv`; it costs 0.1 µs a character. Not chosen: pandas, whose C
parser fills rows that are too short without a word, and csv.Sniffer, which takes letters for
separators.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Literal, NamedTuple

from core.errors import EmptyText
from core.text.errors import EmptyTable, NoSuchColumn, NoSuchRow, RaggedRow, UnreadableRow

DELIMITERS = (",", "\t", ";", "|")
SNIFFED_ROWS = 100
FIRST_ROW = 2
"""The number of the first row below the column names, as a spreadsheet counts."""

_DECLARED = re.compile(r'"?sep=(?P<delimiter>[^\r\n])"?[ ,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line that names the delimiter, which spreadsheets write, honour and do not count."""

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Columns by name, and rows of as many cells.

    Attributes:
        columns: their names, all different: an empty name is "#3" for the third column, and a
            repeated one gets its place too, "score #3".
        rows: below the names; each of len(columns) cells.
        delimiter: what parts the cells.
        numbers: of the rows, as a spreadsheet shows them: from 1, names and blank lines counted.
            Empty where no line was blank.
    """

    columns: Cells
    rows: tuple[Cells, ...]
    delimiter: str
    numbers: tuple[int, ...] = ()

    def number(self, place: int) -> int:
        """The number that a spreadsheet gives the row in this place, which counts from 0."""
        return self.numbers[place] if self.numbers else place + FIRST_ROW

    def column(self, name: str) -> Cells:
        """Return all cells of a column.

        Raises:
            NoSuchColumn: when there is none of this name.
        """
        place = self._place(name)
        return tuple(row[place] for row in self.rows)

    def cell(self, *, column: str, row: int) -> str:
        """Return one cell; rows count from 1, below the names.

        Raises:
            NoSuchColumn, NoSuchRow: when there is no such cell.
        """
        place = self._place(column)
        if not 1 <= row <= len(self.rows):
            raise NoSuchRow(found=row, highest=len(self.rows))
        return self.rows[row - 1][place]

    def wordiest_column(self) -> str:
        """Return the column with the longest cells, which is most likely the text to read."""
        lengths = [sum(len(row[place]) for row in self.rows) for place in range(len(self.columns))]
        return self.columns[lengths.index(max(lengths))]

    def _place(self, name: str) -> int:
        try:
            return self.columns.index(name)
        except ValueError:
            raise NoSuchColumn(found=name, known=", ".join(self.columns)) from None


def read_table(
    text: str, *, delimiter: str | None = None, header: Literal["first row", "none"] = "first row"
) -> Table:
    r"""Read a table; lines without any character are passed over, but counted.

    A first line `sep=;` names the delimiter.

    Args:
        text: the whole table, decoded.
        delimiter: one of `,` `\t` `;` `|`, or another single character; None to find out.
        header: whether the first row names the columns; with "none" they are "#1", "#2" …

    Raises:
        EmptyText: when there is nothing but blanks.
        EmptyTable: when there are names but no rows.
        RaggedRow: for the first row that has not one cell for each column.
        UnreadableRow: for the first row whose quotes do not pair up.
    """
    if not text or text.isspace():
        raise EmptyText
    # A cell may be as long as the text. The limit is the process's own; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    delimiter = delimiter or sniffed(text)
    body = _below(text)
    rows = _tabbed(body) if delimiter == "\t" else _rectangle(body, delimiter, csv.QUOTE_MINIMAL)
    if not rows:
        raise EmptyText
    numbers, cells = tuple(rows), tuple(rows.values())
    if header == "none":
        return Table(_distinct(("",) * len(cells[0])), cells, delimiter, numbers)
    if len(rows) == 1:
        raise EmptyTable
    plain = numbers == tuple(range(1, len(numbers) + 1))
    return Table(_distinct(cells[0]), cells[1:], delimiter, () if plain else numbers[1:])


def sniffed(text: str) -> str:
    """Return the delimiter that the first row has and that most of the next rows have as often.

    One that the first line names goes before. Where none does, the text is taken as a single
    column, parted by a character it does not have.
    """
    if declared := _DECLARED.match(text):
        return declared["delimiter"]
    scores: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        widths = [len(row) for row in islice(_until_unreadable(rows), SNIFFED_ROWS) if row]
        if widths and widths[0] > 1:
            scores[delimiter] = (widths.count(widths[0]) / len(widths), widths[0])
    likeliest = max(scores, key=lambda delimiter: scores[delimiter], default=None)
    if likeliest is not None and scores[likeliest][0] > 0.5:
        return likeliest
    return next((d for d in ("\t", "|", ";", "\x1f") if d not in text), ",")


def _until_unreadable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:
        return


class _Body(NamedTuple):
    """What stands below a line that names the delimiter, and how many lines that are."""

    text: str
    above: int


def _below(text: str) -> _Body:
    declared = _DECLARED.match(text)
    return _Body(text, 0) if declared is None else _Body(text[declared.end() :], 1)


def _rectangle(body: _Body, delimiter: str, quoting: Literal[0, 3]) -> dict[int, Cells]:
    """Return all rows by their numbers, the names included, or say which first does not fit."""
    reader = csv.reader(
        StringIO(body.text, newline=""), delimiter=delimiter, quoting=quoting, strict=True
    )
    rows: dict[int, Cells] = {}
    number, line, width = 0, 1 + body.above, 0
    try:
        for number, row in enumerate(reader, start=1):
            width = width or len(row)
            if row and len(row) != width:
                raise RaggedRow(row=number, line=line, found=len(row), expected=width)
            if row:
                rows[number] = tuple(row)
            line = reader.line_num + 1 + body.above
    except csv.Error as error:
        raise UnreadableRow(row=number + 1, line=line) from error
    return rows


def _tabbed(body: _Body) -> dict[int, Cells]:
    readings: list[dict[int, Cells]] = []
    mistakes: list[RaggedRow | UnreadableRow] = []
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        try:
            readings.append(_rectangle(body, "\t", quoting))
        except (RaggedRow, UnreadableRow) as mistake:
            mistakes.append(mistake)
    if readings:
        # With two readings, the one with more rows; quotes that swallow none are quotes.
        return max(readings, key=len)
    # Neither fits: the reading that got further is the likelier one, so its mistake is told.
    raise max(mistakes, key=lambda mistake: int(str(mistake.facts["line"])))


def _distinct(names: Cells) -> Cells:
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = name.strip()
        numbered = f"{plain} #{place}".strip()
        found.append(numbered if not plain or plain in found else plain)
    return tuple(found)
