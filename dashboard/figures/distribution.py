"""How often a unit has which value over many texts, as a histogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.spread import Spread
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 220


def distribution(
    found: Spread,
    unit: int,
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the share of tokens at which a unit has each value."""
    said = words(labels)
    shares, middles = found.shares, (found.edges[:-1] + found.edges[1:]) / 2

    def draw() -> go.Figure:
        drawn = go.Figure(
            go.Bar(
                x=middles.astype("f4"), y=(100 * shares).astype("f4"),
                marker={"color": theme.colour("hidden", mode)},
                hovertemplate="%{x:.3g}: <b>%{y:.3g}%</b><extra></extra>",
            )
        )  # fmt: skip
        drawn.update_layout(
            height=HEIGHT, bargap=0.05, margin={"l": 52, "r": 12, "t": 40, "b": 44},
            xaxis={"title": {"text": said["distribution.value"].format(unit=unit)}},
            yaxis={"title": {"text": said["distribution.share"]}},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["distribution.value"].format(unit=unit): middles,
                said["distribution.share"]: 100 * shares,
            }
        )

    def sentence() -> str:
        return said["distribution.alt"].format(
            unit=unit,
            low=f"{found.low:.3g}",
            high=f"{found.high:.3g}",
            median=f"{found.median:.3g}",
        )

    return Picture(draw, table, sentence)
