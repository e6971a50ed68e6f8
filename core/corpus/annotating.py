"""A user's own labels of texts or tokens, beside a corpus, for queries to join.

A table with tabs: `text` and `label`, a label a text; `text`, `position` and `label`, one a step;
or `text`, `token` and `label`, one wherever the text has that token. Texts and positions are
counted from 0, as the tables of a corpus count them. It is checked against the corpus and kept as
Parquet, so that queries join it like the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from core.corpus.contexts import Tokens
from core.corpus.errors import (
    CORPORA_VARIABLE,
    AnnotatedBeyond,
    AnnotatedNowhere,
    AnnotationColumns,
    AnnotationNumber,
)
from core.corpus.recorded import Corpus
from core.corpus.tokens import write_table
from core.text import read_table
from core.training.files import writing

ANNOTATIONS = pa.schema([("text", pa.int64()), ("position", pa.int64()), ("label", pa.string())])
Where = Callable[[int, str], Iterable[int | None]]
"""From a text and what a cell says, the positions that are meant; None for the text as a whole."""


def annotate(corpus: Corpus, written: str, *, name: str) -> int:
    """Keeps annotations beside a corpus under a name, and says how many steps or texts they label.

    Raises WrongAnnotations, and what `core.text.read_table` raises.
    """
    file = f"{name}.tsv"
    table = read_table(written, delimiter="\t")
    columns = set(table.columns)
    if not columns >= {"text", "label"}:
        raise AnnotationColumns(file=file, found=", ".join(table.columns))
    texts = table.column("text")
    cells: tuple[str, ...] = ("",) * len(texts)
    where: Where = _whole
    if "position" in columns:
        cells, where = table.column("position"), partial(_position, corpus, file)
    elif "token" in columns:
        cells, where = table.column("token"), _Places(corpus, file)
    rows: dict[str, list[object]] = {"text": [], "position": [], "label": []}
    last = len(corpus.starts) - 2
    every = zip(texts, cells, table.column("label"), strict=True)
    for row, (which, cell, label) in enumerate(every, start=1):
        text = _number(which, file=file, row=row, most=last, column="text")
        for position in where(text, cell):
            for column, value in zip(rows, (text, position, label), strict=True):
                rows[column].append(value)
    safe = re.sub(r"[^0-9A-Za-z가-힣_-]+", "-", name).strip("-") or "annotations"
    with writing(corpus.folder, variable=CORPORA_VARIABLE):
        write_table(corpus.folder / "annotations" / f"{safe}.parquet", rows, ANNOTATIONS)
    return len(rows["text"])


def kept_beside(corpus: Corpus) -> tuple[str, ...]:
    """The names of the annotations that are kept beside a corpus."""
    folder = corpus.folder / "annotations"
    return tuple(sorted(path.stem for path in folder.glob("*.parquet")))


def _number(cell: str, *, file: str, row: int, most: int, column: str) -> int:
    if not (cell.isdecimal() and int(cell) <= most):
        raise AnnotationNumber(file=file, row=row, column=column, found=cell, most=most)
    return int(cell)


def _whole(text: int, cell: str) -> Iterator[None]:
    del text, cell
    yield None


def _position(corpus: Corpus, file: str, text: int, cell: str) -> Iterator[int]:
    length = int(corpus.starts[text + 1] - corpus.starts[text])
    if not (cell.isdecimal() and int(cell) < length):
        raise AnnotatedBeyond(file=file, text=text, length=length, position=cell)
    yield int(cell)


class _Places:
    """Where the texts of a corpus have a token; a text is read once for its rows."""

    def __init__(self, corpus: Corpus, file: str) -> None:
        self._corpus, self._file = corpus, file
        self._tokens, self._text = Tokens(corpus), -1
        self._read: np.ndarray[tuple[int], np.dtype[np.object_]] = np.empty(0, object)

    def __call__(self, text: int, cell: str) -> Iterator[int]:
        if text != self._text:
            start, stop = map(int, self._corpus.starts[text : text + 2])
            self._read, self._text = np.array(self._tokens.between(start, stop), object), text
        found = np.flatnonzero(self._read == cell)
        if not len(found):
            raise AnnotatedNowhere(file=self._file, text=text, token=cell)
        yield from map(int, found)
