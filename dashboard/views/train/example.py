"""What training looks like when it has finished, for who has not trained anything yet."""

from __future__ import annotations

import streamlit as st

from core.training.run_folder import Run
from dashboard import cache, figures, state
from dashboard.figures.curves import Line
from dashboard.i18n import t
from dashboard.views.train.watched import VIEW, WATCHED
from dashboard.widgets.caption import named
from dashboard.widgets.chart import look, show
from dashboard.widgets.run_overview import mark_example, overview

LINES: tuple[Line, ...] = ("validation",)


def finished_example() -> None:
    """Draw the scores of the runs that ship over their epochs, and the way to the first of them."""
    seen = [overview(run) for run in cache.store().examples()]
    with st.container(border=True, key="finished-example"):
        mark_example(seen[0].run)
        st.markdown(" ".join((t("train.example"), *map(_ended, (one.run for one in seen)))))
        histories = {one.name: one.history for one in seen}
        picture = figures.curves(
            histories,
            measure="metric",
            metric=seen[0].metric_name,
            smoothing=0,
            levels={"chance": float(seen[0].described["chance"])},
            lines=LINES,
            **look(),
        )
        show(picture, name="finished-example", about=named(histories))
        st.button(
            t("train.example.watch"),
            icon=":material/visibility:",
            on_click=_watch,
            args=(seen[0].run.id,),
            key="watch-example",
        )


def _ended(run: Run) -> str:
    """How one of them ended, from its own result."""
    result = run.result or {}
    cell = t(f"quantity.{cache.config(run).network.cell}")
    return t("train.example.ended", cell=cell, share=result["metric"])


def _watch(identifier: str) -> None:
    state.put(WATCHED, identifier)
    state.put(VIEW, "watch")
