"""What a forecast of each next step was off by, along the series: noise, if it has learned all."""

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


def residuals(
    series: Series,
    given: Numbers,
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the residuals (steps,) of the last steps of a series."""
    said = words(labels)
    x = places(series, len(series) - len(given), len(series))
    deviation = float(given.std())

    def draw() -> go.Figure:
        drawn = figure(said, mode, series=series, y=said["residuals"], height=230)
        surface = theme.SURFACE[mode]
        drawn.add_trace(
            go.Bar(
                x=x, y=given, marker={"color": surface.accent, "line": {"width": 0}},
                name=said["residuals"],
                hovertemplate=f"{said['residuals']}: <b>%{{y:,.5g}}</b><extra></extra>",
            )
        )  # fmt: skip
        for level in (-2 * deviation, 2 * deviation):
            drawn.add_hline(level, line={"color": surface.muted, "width": 1, "dash": "dash"})
        return drawn.update_layout(showlegend=False, bargap=0)

    def table() -> pd.DataFrame:
        title = "step" if series.dates is None else "forecast.date"
        return frame({said[title]: x, said["residuals"]: given})

    def sentence() -> str:
        most = int(np.abs(given).argmax())
        return said["residuals.alt"].format(
            count=len(given), deviation=f"{deviation:.4g}", most=f"{given[most]:.4g}", at=x[most]
        )

    return Picture(draw, table, sentence)
