"""A forecast beside what came: what was known, what is expected and how sure it is, and the truth.

The truth is ink, the forecast the page's own colour with its interval as a band, the naive seasonal
forecast thin and dotted. A line marks where one stands: nothing right of it was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from core.forecast.outlook import Outlook
from core.forecast.series import Dates, Numbers, Series
from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 330
BEFORE = 5
"""So many times as many steps as are forecast are shown before them."""


def forecast(
    given: Outlook,
    *,
    name: str = "",
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw it with the last steps that were known; `name` is that of who forecasts."""
    said = words(labels)
    series, told = given.series, given.forecast
    steps = len(told.mean)
    start = max(0, given.origin - BEFORE * steps)
    stop = min(len(series), given.origin + steps)
    x = step_places(given.dates, given.origin, steps)
    title = plain(name, most=3 * MOST_CHARACTERS) or said["forecast.mean"]
    axis = plain(series.name, most=2 * MOST_CHARACTERS) or said["forecast.value"]

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        drawn = figure(said, mode, series=series, y=axis, height=HEIGHT)
        known = np.isfinite(told.low) & np.isfinite(told.high)
        if known.any():
            drawn.add_trace(
                _band(x[known], told.low[known], told.high[known], said, surface.accent)
            )
        past = places(series, start, stop)
        hover = "<b>%{y:,.5g}</b><extra></extra>"
        lines = {
            said["forecast.naive"]: (x, given.naive, surface.muted, 1.5, "dot"),
            said["forecast.actual"]: (past, series.values[start:stop], surface.ink, 1.75, "solid"),
            title: (x, told.mean, surface.accent, 2.5, "solid"),
        }
        for called, (at, values, colour, width, dash) in lines.items():
            drawn.add_trace(
                go.Scatter(
                    x=at, y=values, name=called, mode="lines",
                    line={"color": colour, "width": width, "dash": dash},
                    hovertemplate=f"{called}: {hover}",
                )
            )  # fmt: skip
        drawn.add_shape(
            type="line", xref="x", yref="paper", y0=0, y1=1, layer="below", name="origin",
            x0=x[0], x1=x[0], line={"color": surface.line, "width": 1.5, "dash": "dash"},
        )  # fmt: skip
        return drawn

    def table() -> pd.DataFrame:
        return frame(
            {
                said["step" if series.dates is None else "forecast.date"]: x,
                said["forecast.actual"]: given.actual,
                said["forecast.mean"]: told.mean,
                said["forecast.low"]: told.low,
                said["forecast.high"]: told.high,
                said["forecast.naive"]: given.naive,
            }
        )

    def sentence() -> str:
        facts = {"name": title, "steps": steps, "first": f"{told.mean[0]:.5g}", "from": x[0]}
        if not np.isfinite(given.error):
            return said["forecast.alt.ahead"].format(**facts)
        return said["forecast.alt"].format(
            **facts, error=f"{given.error:.4g}", naive=f"{given.naive_error:.4g}"
        )

    return Picture(draw, table, sentence)


def figure(
    said: Mapping[str, str], mode: Mode, *, series: Series, y: str, height: int
) -> go.Figure:
    """An empty figure whose x axis has the steps or the dates of a series."""
    drawn = go.Figure()
    drawn.update_layout(
        height=height,
        hovermode="x unified",
        showlegend=True,
        margin={"l": 56, "r": 12, "t": 40, "b": 44},
        yaxis={"zeroline": False, "showline": False, "ticks": "", "title": {"text": y}},
        xaxis={"showgrid": False, "zeroline": False},
    )
    if series.dates is None:
        drawn.update_xaxes(title={"text": said["step"]})
    else:
        # Numbers alone: the names of months would be English whatever the reader's language is.
        drawn.update_xaxes(
            type="date", tickformat="%Y-%m-%d", hoverformat="%Y-%m-%d %H:%M", nticks=7
        )
    return theme.apply(drawn, mode)


def places(series: Series, start: int, stop: int) -> np.ndarray[Any, Any]:
    """Where steps of a series stand on the axis: their dates as texts, or their numbers."""
    dates = None if series.dates is None else series.dates[start:stop]
    return step_places(dates, start, stop - start)


def step_places(dates: Dates | None, start: int, count: int) -> np.ndarray[Any, Any]:
    """The dates as texts, or the numbers of so many steps."""
    if dates is None:
        return np.arange(start, start + count) + FIRST
    whole = bool((dates == dates.astype("datetime64[D]")).all())
    return np.datetime_as_string(dates, unit="D" if whole else "m").astype(object)


def _band(
    x: np.ndarray[Any, Any], low: Numbers, high: Numbers, said: Mapping[str, str], colour: str
) -> go.Scatter:
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([low, high[::-1]]),
        fill="toself",
        fillcolor=colour,
        opacity=0.2,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name=said["forecast.interval"],
    )
