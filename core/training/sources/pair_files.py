"""Files of pairs of texts, one pair a line: which text of a ZIP, and which columns hold the texts.

What stands behind the second text (whose sentence it is) is passed over, but not where texts are
numbered: tatoeba.org exports lines of number, text, number, text, of which the texts are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from core.data.pairs import Pair
from core.errors import CoreError
from core.importers.archive import Archive, open_archive
from core.importers.limits import Limits
from core.text.lines import lines_of
from core.training.sources.errors import (
    NoPair,
    NoTextInArchive,
    NumbersFirst,
    NumbersPassedOver,
    SeveralTexts,
)

TAB = "tab"
ENDINGS = (".txt", ".tsv")
NEARLY_ALL = 0.9
"""A share of lines from which on a column is what these have there."""


@dataclass(frozen=True)
class Found:
    """The pairs of a file.

    Attributes:
        pairs: one a line that is not blank.
        remarks: what was not read as it stands there, or looks odd.
    """

    pairs: tuple[Pair, ...]
    remarks: tuple[CoreError, ...] = ()


def is_archive(file: str) -> bool:
    """Whether a file is a ZIP, by its name."""
    return file.lower().endswith(".zip")


def texts_in(data: bytes, *, file: str) -> tuple[str, ...]:
    """The names of a ZIP's texts, but for those that only tell of it: `_about.txt`, `__MACOSX/`.

    Raises:
        NoTextInArchive: when there is none.
        FileRefused: when it is no sound ZIP, see `core.importers.archive.open_archive`.
    """
    return _texts(open_archive(data, limits=Limits()), file)


def text_in(data: bytes, *, file: str, entry: str = "") -> tuple[str, bytes]:
    """The name and the bytes of one text of a ZIP: of `entry`, or of the only one.

    Raises:
        SeveralTexts: when none of several is named, or one that is not there.
        NoTextInArchive, FileRefused: see `texts_in`.
    """
    archive = open_archive(data, limits=Limits())
    names = _texts(archive, file)
    chosen = entry or (names[0] if len(names) == 1 else "")
    if chosen not in names:
        raise SeveralTexts(file=PurePath(file).name, known=", ".join(names))
    return chosen, bytes(archive.read(chosen))


def _texts(archive: Archive, file: str) -> tuple[str, ...]:
    names = [name for name in archive.names if name.lower().endswith(ENDINGS)]
    names = [name for name in names if not name.startswith("__MACOSX/")]
    names = [name for name in names if not name.rpartition("/")[2].startswith(("_", "."))]
    if not names:
        raise NoTextInArchive(file=PurePath(file).name)
    return tuple(names)


def pairs_of(text: str, *, separator: str, swap: bool, file: str) -> Found:
    """The pairs of a text. Raises NoPair, which names the line and the file."""
    said, separator = separator, "\t" if separator == TAB else separator
    rows = [
        (number, [cell.strip() for cell in line.split(separator)])
        for number, line in enumerate(lines_of(text), start=1)
        if line.strip()
    ]
    (first, second), remarks = _columns([cells for _, cells in rows])
    found = []
    for number, cells in rows:
        if len(cells) <= second or not cells[first] or not cells[second]:
            raise NoPair(line=number, file=PurePath(file).name, separator=said)
        pair = Pair(cells[first], cells[second])
        found.append(Pair(pair.target, pair.source) if swap else pair)
    return Found(tuple(found), remarks)


def _columns(rows: Sequence[Sequence[str]]) -> tuple[tuple[int, int], tuple[CoreError, ...]]:
    """Which columns hold the two texts, and what is to be said of it."""

    def numbered(place: int) -> bool:
        counted = sum(len(cells) > place and cells[place].isdecimal() for cells in rows)
        return counted > 0 and counted >= NEARLY_ALL * len(rows)

    def there(place: int) -> bool:
        return sum(len(cells) > place for cells in rows) >= NEARLY_ALL * len(rows)

    texts = not numbered(1) and not numbered(3)
    if numbered(0) and numbered(2) and there(3) and texts:
        return (1, 3), (NumbersPassedOver(lines=len(rows)),)
    if numbered(0) and there(2):
        return (0, 1), (NumbersFirst(lines=len(rows)),)
    return (0, 1), ()
