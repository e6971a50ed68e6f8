"""Correlations of a series with itself: a bar for each lag, beside the band of noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import plotly.graph_objects as go

from core.forecast.correlation import Correlations
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def correlations(
    given: Correlations,
    *,
    kind: Literal["acf", "pacf"] = "acf",
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw all lags but 0, which is 1; `kind` says which correlations they are."""
    said = words(labels)
    lags, values, band = given.lags[1:], given.values[1:], given.band[1:]
    title = said[f"correlations.{kind}"]

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        outside = np.abs(values) > band
        drawn = go.Figure(
            [
                go.Scatter(
                    x=np.concatenate([lags, lags[::-1]]), y=np.concatenate([band, -band[::-1]]),
                    fill="toself", fillcolor=surface.muted, opacity=0.18, line={"width": 0},
                    mode="lines", hoverinfo="skip", name=said["correlations.band"],
                ),
                go.Bar(
                    x=lags, y=values, width=0.45, name=title, showlegend=False,
                    marker={"color": np.where(outside, surface.accent, surface.muted).tolist()},
                    hovertemplate=f"{said['correlations.lag']} <b>%{{x}}</b>: %{{y:.3f}}"
                    "<extra></extra>",
                ),
            ]
        )  # fmt: skip
        drawn.update_layout(
            height=240,
            showlegend=True,
            margin={"l": 52, "r": 12, "t": 36, "b": 44},
            yaxis={"title": {"text": title}, "range": _range(values), "zeroline": True},
            xaxis={"title": {"text": said["correlations.lag"]}, "showgrid": False},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns = {said["correlations.lag"]: lags.astype(int), title: values}
        return frame(columns | {said["correlations.band"]: band})

    def sentence() -> str:
        if not len(values):
            return said["correlations.alt.none"].format(title=title)
        most = int(np.abs(values).argmax())
        return said["correlations.alt"].format(
            title=title,
            outside=len(given.outside),
            lags=len(lags),
            lag=int(lags[most]),
            value=f"{values[most]:.3f}",
        )

    return Picture(draw, table, sentence)


def _range(values: np.ndarray) -> list[float]:
    """Room for the largest, and never less than a third to either side."""
    most = float(np.abs(values).max(initial=0.3)) * 1.1
    return [-most, most]
