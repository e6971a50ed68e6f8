"""A file as the text to read: its encoding shown and changeable, one cell of a table chosen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.text.series import as_text
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.widgets.encoding import decoded_upload

BESIDE = 2
"""Columns that are put beside the features unless the reader chooses: what may be predicted."""
ENDINGS = ("txt", "md", "csv", "tsv")


def upload(*, features: int | None = None) -> None:
    """Draw the uploader; a new file, encoding, column or row becomes the text. Raises CoreError.

    For a model that reads `features` numbers a step, as many columns of a table are taken whole.
    """
    file = st.file_uploader(
        t("reading.upload.label"), type=list(ENDINGS), help=t("reading.upload.help"), key="upload"
    )
    if file is None:
        state.remember("upload", None)
        return
    decoded = decoded_upload(file, key="encoding")
    place: tuple[Any, ...] = ()
    text = decoded.text
    if file.name.lower().endswith((".csv", ".tsv")):
        table = cache.table(file.file_id, decoded.encoding, decoded.text)
        if features is not None:
            _take_numbers(file.file_id, decoded.encoding, decoded.text, features)
            return
        column = st.selectbox(
            t("reading.column"),
            table.columns,
            index=table.columns.index(table.wordiest_column()),
            key=f"column-{file.file_id}-{decoded.encoding}",
        )
        row = st.number_input(
            t("reading.row", count=len(table.rows)),
            1,
            len(table.rows),
            key=f"row-{file.file_id}-{decoded.encoding}",
        )
        place = (column, row)
        text = table.cell(column=column, row=row)
    source = (file.file_id, decoded.encoding, *place)
    if state.recall("upload") != source:
        state.remember("upload", source)
        take(text)


def _take_numbers(file: str, encoding: str, words: str, features: int) -> None:
    """Draw which columns are the features, and let their numbers be what is read."""
    table = cache.table(file, encoding, words)
    if all(_is_number(name) for name in table.columns):
        # No names: the first row is a step like the others.
        table = cache.table(file, encoding, words, header="none")
    numeric = [name for name in table.columns if all(map(_is_number, table.column(name)))]
    key = f"{file}-{encoding}-{features}"
    chosen = st.multiselect(
        t("reading.columns"),
        table.columns,
        default=numeric[:features],
        max_selections=features,
        key=f"columns-{key}",
    )
    if len(chosen) != features:
        st.info(t("reading.columns.pick", features=features), icon=":material/view_column:")
        return
    beside = [name for name in numeric if name not in chosen]
    targets = st.multiselect(
        t("series.targets"), beside, default=beside[:BESIDE], help=t("series.targets.help"),
        key=f"targets-{key}-{cache.digest(chosen)[:8]}",
    )  # fmt: skip
    rest = [name for name in table.columns if name not in numeric]
    steps = st.selectbox(
        t("series.steps"), rest, index=0 if rest else None, help=t("series.steps.help"),
        key=f"steps-{key}", disabled=not rest,
    )  # fmt: skip
    source = (file, encoding, steps, *chosen, None, *targets)
    if state.recall("upload") != source:
        state.remember("upload", source)
        take(as_text(table, features=chosen, targets=targets, steps=steps))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def take(text: str) -> None:
    """Let this be the text from here on, read from its beginning."""
    state.put(state.TEXT, text)
    state.reset(state.START, state.STEP)
