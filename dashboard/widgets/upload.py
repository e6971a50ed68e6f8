"""A file as the text to read: its encoding shown and changeable, one cell of a table chosen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.text.decode import ENCODINGS
from dashboard import cache, state
from dashboard.i18n import t

ENDINGS = ("txt", "md", "csv", "tsv")
FOUND = "found"  # the choice to let the encoding be found out


def upload() -> None:
    """Draw the uploader; a new file, encoding, column or row becomes the text. Raises CoreError."""
    file = st.file_uploader(
        t("reading.upload.label"), type=list(ENDINGS), help=t("reading.upload.help"), key="upload"
    )
    if file is None:
        state.remember("upload", None)
        return
    names = {name: name.upper() for name in ENCODINGS}
    choice = st.selectbox(
        t("reading.encoding"),
        (FOUND, *ENCODINGS),
        format_func=({FOUND: t("reading.encoding.found")} | names).__getitem__,
        key=f"encoding-{file.file_id}",
    )
    data = file.getvalue()
    decoded = cache.decoded(file.file_id, data, encoding=None if choice == FOUND else choice)
    st.caption(t(f"reading.encoding.{decoded.how}", encoding=decoded.encoding.upper()))
    place: tuple[Any, ...] = ()
    text = decoded.text
    if file.name.lower().endswith((".csv", ".tsv")):
        table = cache.table(file.file_id, decoded.encoding, decoded.text)
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


def take(text: str) -> None:
    """Let this be the text from here on, read from its beginning."""
    state.put(state.TEXT, text)
    state.reset(state.START, state.STEP)
