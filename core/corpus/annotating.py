"""A user's own labels of texts or tokens, beside a corpus, for queries to join.

A table with tabs: `text` and `label`, a label a text; or `text`, `position` and `label`, one a
token. Texts and positions are counted from 0, as the tables of a corpus count them. It is checked
against the corpus and kept as Parquet, so that queries join it like the rest.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from core.corpus.errors import WrongAnnotations
from core.corpus.recorded import Corpus
from core.corpus.tokens import write_table
from core.text import read_table
from core.training.files import writing

ANNOTATIONS = pa.schema([("text", pa.int64()), ("position", pa.int64()), ("label", pa.string())])


def annotate(corpus: Corpus, written: str, *, name: str) -> int:
    """Keeps annotations beside a corpus under a name, and says how many there are.

    Raises WrongAnnotations, and what `core.text.read_table` raises.
    """
    file = f"{name}.tsv"
    table = read_table(written, delimiter="\t")
    columns = set(table.columns)
    if not columns >= {"text", "label"}:
        found = ", ".join(table.columns)
        raise WrongAnnotations(file=file, why=f"the columns are {found}")
    texts = _numbers(table.column("text"), file=file, most=len(corpus.starts) - 2, what="text")
    positions: list[int] | None = None
    if "position" in columns:
        longest = int(np.diff(corpus.starts).max()) - 1
        positions = _numbers(table.column("position"), file=file, most=longest, what="position")
        for text, position in zip(texts, positions, strict=True):
            length = int(corpus.starts[text + 1] - corpus.starts[text])
            if position >= length:
                why = f"text {text} has {length:,} tokens, and there is a label at {position:,}"
                raise WrongAnnotations(file=file, why=why)
    rows = {
        "text": texts,
        "position": [None] * len(texts) if positions is None else positions,
        "label": list(table.column("label")),
    }
    safe = re.sub(r"[^0-9A-Za-z가-힣_-]+", "-", name).strip("-") or "annotations"
    with writing(corpus.folder):
        write_table(corpus.folder / "annotations" / f"{safe}.parquet", rows, ANNOTATIONS)
    return len(texts)


def kept_beside(corpus: Corpus) -> tuple[str, ...]:
    """The names of the annotations that are kept beside a corpus."""
    folder = corpus.folder / "annotations"
    return tuple(sorted(path.stem for path in folder.glob("*.parquet")))


def _numbers(cells: tuple[str, ...], *, file: str, most: int, what: str) -> list[int]:
    found = []
    for row, cell in enumerate(cells, start=1):
        if not (cell.isdecimal() and int(cell) <= most):
            why = f"row {row} has the {what} {cell}; they go from 0 to {most}"
            raise WrongAnnotations(file=file, why=why)
        found.append(int(cell))
    return found
