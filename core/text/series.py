"""Columns of a table as the lines that a model of numbers reads, see `core.text.numbers`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text.numbers import header
from core.text.table import Table

_APART = re.compile(r"[,;\t\r\n]+")


def as_text(
    table: Table, *, features: Sequence[str], targets: Sequence[str] = (), steps: str | None = None
) -> str:
    """Columns under a line of their names: what the model reads, and beside it what it predicts.

    `steps` is the column that says what each step is called. Raises NoSuchColumn.
    """
    named = [] if steps is None else [steps]
    columns = [map(_cell, table.column(name)) for name in (*named, *features, *targets)]
    lines = [", ".join(row) for row in zip(*columns, strict=True)]
    return "\n".join([header(features=features, targets=targets, steps=steps), *lines])


def _cell(cell: str) -> str:
    return " ".join(_APART.sub(" ", cell).split())
