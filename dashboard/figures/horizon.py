"""How the error grows the further ahead one looks: a line for each who forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.forecast.scores import Backtest
from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot", "solid")


def horizon(
    given: Mapping[str, Backtest],
    *,
    naive: str = "",
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a line for each, by name; the one called `naive` is dotted."""
    said = words(labels)
    steps = max(test.horizon for test in given.values())
    ahead = np.arange(1, steps + 1)
    errors = {
        name: np.array([test.mae(int(at)) if at <= test.horizon else np.nan for at in ahead])
        for name, test in given.items()
    }

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        drawn = go.Figure()
        for at, (name, values) in enumerate(errors.items()):
            called = plain(name, most=3 * MOST_CHARACTERS)
            items = theme.ITEMS[mode]
            # Who has the colour of another has another dash.
            dash = _DASHES[(at + at // len(items)) % len(_DASHES)]
            line = {"color": items[at % len(items)], "dash": dash}
            if name == naive:
                line = {"color": surface.muted, "dash": "dot"}
            drawn.add_trace(
                go.Scatter(
                    x=ahead, y=values, name=called, line=line, mode="lines+markers",
                    hovertemplate=f"{called}: <b>%{{y:,.5g}}</b><extra></extra>",
                )
            )  # fmt: skip
        drawn.update_layout(
            height=300,
            showlegend=True,
            hovermode="x unified",
            margin={"l": 56, "r": 12, "t": 40, "b": 44},
            yaxis={"title": {"text": said["horizon.error"]}, "rangemode": "tozero"},
            xaxis={"title": {"text": said["horizon.ahead"]}, "showgrid": False},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame({said["horizon.ahead"]: ahead} | errors)

    def sentence() -> str:
        first = {name: values[0] for name, values in errors.items() if np.isfinite(values[0])}
        best = min(first, key=first.__getitem__, default="")
        return said["horizon.alt"].format(
            models=len(errors),
            steps=steps,
            best=plain(best),
            error=f"{first.get(best, np.nan):.4g}",
        )

    return Picture(draw, table, sentence)
