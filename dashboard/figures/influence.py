"""How much each day that was read moves the forecast: ∂forecast/∂value, back through the window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.forecast.series import Numbers, Series
from dashboard.figures import theme
from dashboard.figures.forecast import figure, places
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def influence(
    series: Series,
    given: Numbers,
    *,
    ahead: int = 1,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the gradients (window,) at the last steps of a series, for a forecast so far ahead."""
    said = words(labels)
    x = places(series, len(series) - len(given), len(series))

    def draw() -> go.Figure:
        title = said["influence.axis"].format(ahead=ahead)
        drawn = figure(said, mode, series=series, y=title, height=260)
        drawn.add_trace(
            go.Bar(
                x=x, y=given, name=title, marker={"line": {"width": 0}, "color": given,
                "colorscale": theme.scale("gradient", mode, kind="diverging"),
                "cmid": 0}, hovertemplate=f"{title}: <b>%{{y:.4f}}</b><extra></extra>",
            )
        )  # fmt: skip
        return drawn.update_layout(showlegend=False, bargap=0.15)

    def table() -> pd.DataFrame:
        title = "step" if series.dates is None else "forecast.date"
        return frame({said[title]: x, said["influence.axis"].format(ahead=ahead): given})

    def sentence() -> str:
        most = int(np.abs(given).argmax())
        return said["influence.alt"].format(
            ahead=ahead, at=x[most], value=f"{given[most]:.3f}", back=len(given) - most
        )

    return Picture(draw, table, sentence)
