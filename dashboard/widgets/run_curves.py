"""Loss and metric of one run or several, and how they are shown: smoothed, on which axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis.history import History
from dashboard import figures, i18n, state
from dashboard.fields import Flag, Names, Number
from dashboard.figures.curves import LINES, Measure
from dashboard.i18n import labels, t
from dashboard.widgets.caption import named
from dashboard.widgets.chart import look, show

PAGES = ("train", "runs")
SMOOTHING = state.declare(Number(name="smooth", default=0.6, low=0.0, high=0.99, pages=PAGES))
LOG = state.declare(Flag(name="logscale", default=False, pages=PAGES))
SHOWN = state.declare(Names(name="lines", default=LINES, options=LINES, most=4, pages=PAGES))
OF_MANY = ("training", "validation")
SHOWN_OF_MANY = state.declare(
    Names(name="lines_of_many", default=OF_MANY, options=OF_MANY, most=2, pages=("runs",))
)
MEASURES: tuple[Measure, ...] = ("loss", "metric")


def pick_look(*, alone: bool = True) -> None:
    """Draw the choices; those of single batches and means only where one run is `alone`."""
    shown = SHOWN if alone else SHOWN_OF_MANY
    with st.container(horizontal=True, vertical_alignment="center", key="curves-look"):
        st.slider(
            t("run.smoothing"), SMOOTHING.low, SMOOTHING.high, step=0.01,
            help=t("run.smoothing.help"), width=260, **state.bind(SMOOTHING),
        )  # fmt: skip
        st.pills(
            t("run.lines"), shown.known(), selection_mode="multi", label_visibility="collapsed",
            format_func=labels("figures", "curves").__getitem__, **state.bind(shown),
        )  # fmt: skip
        st.toggle(t("run.log_axis"), help=t("run.log_axis.help"), **state.bind(LOG))


def curves(
    runs: Mapping[str, History],
    *,
    metric: str,
    called: str = "",
    levels: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Draw loss and metric side by side; `levels` to compare with, for each of the two.

    `called` is the name of a metric that only its script knows.
    """
    words = figures.labels(i18n.language())
    if called:
        words = {**words, f"metric.{metric}": called}
    for place, measure in zip(st.columns(2, gap="medium"), MEASURES, strict=True):
        with place:
            _one(runs, measure, metric, (levels or {}).get(measure, {}), words)


def _one(
    runs: Mapping[str, History],
    measure: Measure,
    metric: str,
    levels: Mapping[str, float],
    words: Mapping[str, str],
) -> None:
    lines: Any = state.get(SHOWN if len(runs) == 1 else SHOWN_OF_MANY)
    st.subheader(
        words["loss"] if measure == "loss" else words[f"metric.{metric}"],
        anchor=False,
        help=t(f"run.{measure}.help"),
    )
    show(
        figures.curves(
            runs,
            measure=measure,
            metric=metric,
            smoothing=state.get(SMOOTHING),
            log=state.get(LOG),
            levels=levels,
            lines=lines,
            **(look() | {"labels": words}),
        ),
        name=measure,
        about=named(runs),
    )
