"""A series goes on: what statistics and networks expect of its next steps, beside what came.

The forecast comes first, from a place in the series where the truth of the next steps is known; how
good whoever forecasts is over many places, what is left, what repeats, is folded beneath it.
"""

from __future__ import annotations

import math

import streamlit as st

from dashboard import figures, widgets
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.forecast.forecasting import Forecasting, forecasting
from dashboard.views.forecast.inside import inside
from dashboard.views.forecast.parts import leftover, repeats, standings
from dashboard.views.forecast.search import search
from dashboard.views.forecast.settings import NAIVE, Chosen, choose, said
from dashboard.views.forecast.training import train
from dashboard.widgets.caption import About
from dashboard.widgets.problem import plain

ALIKE = 0.005
"""The share by which errors differ that nobody would call a difference."""
PAGE = Page(key="forecast", section="work", icon=":material/show_chart:", order=30)


def render() -> None:
    """Draw the controls, the forecast, one sentence beneath it, and the folded parts."""
    chosen = choose()
    if chosen is None:
        return
    series = plain(chosen.series.name, most=60)
    with widgets.guard():
        given = forecasting(chosen)
        about = About(model=given.name, text=series, file="forecast")
        picture = figures.forecast(given.outlook, name=given.name, **widgets.look())
        widgets.show(picture, name="forecast", about=about)
        st.container(key="forecast-said").markdown(_sentence(chosen, given))
        if chosen.report is not None:
            st.caption(said(chosen.report, chosen.series))
        leftover(chosen, given, about)
        if given.network is not None:
            inside(chosen, given.network, about)
    about = About(text=series, file="forecast")
    with widgets.guard():
        standings(chosen, about)
    with widgets.guard():
        repeats(chosen, about)
    search(chosen)
    train(chosen)


def _sentence(chosen: Chosen, given: Forecasting) -> str:
    """Say how good the forecast is beside the naive one, and whether its interval held."""
    outlook = given.outlook
    name = plain(given.name, most=60)
    told = outlook.forecast
    first = _number(float(told.mean[0]))
    if not math.isfinite(outlook.error):
        facts = {"name": name, "value": first}
        if math.isfinite(told.low[0]):
            bounds = {"low": _number(float(told.low[0])), "high": _number(float(told.high[0]))}
            return t("forecast.said.ahead", **facts, **bounds, level=round(100 * told.level))
        return t("forecast.said.ahead.bare", **facts)
    known = int((outlook.actual == outlook.actual).sum())
    error = _number(outlook.error)
    naive = outlook.naive_error
    if chosen.who == NAIVE:
        kind, share = "naive", 0.0
    elif naive and abs(outlook.error / naive - 1) < ALIKE:
        kind, share = "alike", 0.0
    elif outlook.error < naive:
        kind, share = "better", 100 * (1 - outlook.error / naive)
    else:
        kind, share = "worse", 100 * (outlook.error / naive - 1) if naive else 0.0
    sentence = t(
        f"forecast.said.{kind}",
        name=name,
        steps=known,
        error=error,
        naive=_number(naive),
        share=f"{share:.0f}",
    )
    within, asked = outlook.covered
    if asked:
        told_of = {"within": within, "asked": asked, "level": round(100 * told.level)}
        sentence += " " + t("forecast.said.covered", **told_of)
    return sentence


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
