"""A network of the reader's own on the chosen series: chosen, and trained as all runs are."""

from __future__ import annotations

import streamlit as st

from core.forecast.series import check_series
from core.training.forecasting import KINDS, LEAST, config_for
from core.training.label import Label
from dashboard import cache, state, widgets
from dashboard.fields import Choice
from dashboard.i18n import labels, t
from dashboard.views.forecast.settings import (
    DATE,
    FILE,
    MISSING,
    PAGES,
    SERIES,
    TWICE,
    Chosen,
    text_of_file,
)
from dashboard.widgets.opening import folded

KIND = state.declare(Choice(name="network_kind", default="gru-32", options=KINDS, pages=PAGES))
FILE_NAME = "series.csv"


def train(chosen: Chosen) -> None:
    """Draw the choice of a network and the button that trains it."""
    with folded(t("forecast.train"), t("forecast.train.see"), key="train") as wanted:
        if not wanted:
            return
        with widgets.guard():
            _train(chosen)


def _train(chosen: Chosen) -> None:
    names = labels("forecast", "network")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            t("forecast.train.kind"), KIND.known(), width=320, format_func=names.__getitem__,
            **state.bind(KIND),
        )  # fmt: skip
        pressed = st.button(t("forecast.train.begin"), icon=":material/play_arrow:")
    st.caption(t("forecast.train.how", steps=len(chosen.series)))
    if not pressed:
        return
    check_series(chosen.series, least=LEAST, what=t("forecast.training"))
    options: dict[str, str] = {}
    files: dict[str, bytes] = {}
    kept = text_of_file()
    if state.get(SERIES) == FILE and kept is not None:
        options = {
            "file": FILE_NAME,
            "encoding": "UTF-8",
            "value_column": chosen.series.name,
            "date_column": "" if chosen.series.dates is None else str(state.get(DATE) or ""),
            "duplicates": state.get(TWICE),
            "gaps": state.get(MISSING),
        }
        files = {FILE_NAME: kept[1].encode("utf-8")}
        if chosen.series.dates is not None and not options["date_column"]:
            options["date_column"] = cache.series_columns(kept[1])[0][0]
    config = config_for(state.get(KIND), options, steps=len(chosen.series))
    title = f"{names[state.get(KIND)]} · {chosen.series.name}"
    cache.store().start([config], label=Label(title), files=files)
    st.success(t("forecast.train.begun"), icon=":material/school:")
