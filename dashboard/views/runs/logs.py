"""Logs of trainings elsewhere, added to the runs: files or a folder, told what became of them."""

from __future__ import annotations

import streamlit as st

from core.errors import CoreError
from core.training.logs.importing import import_files
from dashboard import cache, state, widgets
from dashboard.i18n import labels, t
from dashboard.widgets.problem import plain

WAYS = ("files", "folder")


def add_log() -> None:
    """Draw the uploader in a popover; what is uploaded becomes runs once."""
    with st.popover(t("runs.log"), icon=":material/upload_file:", key="runs-log"):
        st.caption(t("runs.log.why"))
        way = st.segmented_control(
            t("runs.log"), WAYS, default="files", required=True, label_visibility="collapsed",
            format_func=labels("runs", "log.of").__getitem__, key="runs-log-way",
        )  # fmt: skip
        files = st.file_uploader(
            t("runs.log.files"),
            accept_multiple_files="directory" if way == "folder" else True,
            label_visibility="collapsed",
            key=f"runs-log-{way}",
        )
        if not files:
            return
        ids = tuple(file.file_id for file in files)
        if state.recall("runs log") == ids:
            return
        state.remember("runs log", ids)
        try:
            runs = import_files({file.name: file.getvalue() for file in files}, store=cache.store())
        except CoreError as error:
            widgets.problem(error)
            return
        state.remember("runs log added", [run.label.name for run in runs])
    st.rerun()


def added() -> None:
    """Draw what the last upload became, once."""
    names = state.recall("runs log added")
    if names:
        st.success(t("runs.log.added", names=", ".join(plain(each, most=60) for each in names)))
        state.remember("runs log added", None)
