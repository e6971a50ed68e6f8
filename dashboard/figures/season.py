"""The periods of a series laid over one another: what repeats, and how exactly.

Each whole period is a thin line, the mean the thick one, and the band holds four in five of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.forecast.seasons import Seasons
from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST = 60
"""Periods that are drawn by themselves: the last ones."""


def season(
    given: Seasons,
    *,
    places: Sequence[str],
    name: str = "",
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw them; `places` are what the steps of a period are called, such as days of the week."""
    said = words(labels)
    shown = [plain(place, most=MOST_CHARACTERS) for place in places]
    title = plain(name, most=2 * MOST_CHARACTERS) or said["forecast.value"]

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        rows = given.periods[-MOST:]
        gaps = np.full((len(rows), 1), np.nan)
        drawn = go.Figure(
            [
                go.Scatter(
                    x=[*shown, None] * len(rows), y=np.concatenate([rows, gaps], axis=1).ravel(),
                    mode="lines", line={"color": surface.muted, "width": 0.6}, opacity=0.45,
                    hoverinfo="skip", name=said["season.each"],
                ),
                go.Scatter(
                    x=[*shown, *shown[::-1]], y=np.concatenate([given.low, given.high[::-1]]),
                    fill="toself", fillcolor=surface.accent, opacity=0.18, line={"width": 0},
                    mode="lines", hoverinfo="skip", name=said["season.band"],
                ),
                go.Scatter(
                    x=shown, y=given.mean, mode="lines+markers", name=said["season.mean"],
                    line={"color": surface.accent, "width": 3},
                    hovertemplate="<b>%{x}</b>: %{y:,.5g}<extra></extra>",
                ),
            ]
        )  # fmt: skip
        drawn.update_layout(
            height=280,
            margin={"l": 56, "r": 12, "t": 40, "b": 40},
            yaxis={"title": {"text": title}, "zeroline": False},
            xaxis={"type": "category", "categoryorder": "array", "categoryarray": shown},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns = {said["season.place"]: list(places), said["season.mean"]: given.mean}
        return frame(columns | {said["forecast.low"]: given.low, said["forecast.high"]: given.high})

    def sentence() -> str:
        return said["season.alt"].format(
            periods=len(given.periods),
            strength=f"{given.strength:.2f}",
            high=shown[given.highest],
            low=shown[given.lowest],
        )

    return Picture(draw, table, sentence)
