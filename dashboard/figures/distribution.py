"""How often a unit has which value over a corpus, as a histogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.activity import Activity
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

BINS, HEIGHT = 50, 220


def distribution(
    read: Activity,
    unit: int,
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the share of tokens at which a unit has each value."""
    said = words(labels)
    values = read.values[:, unit].astype(np.float64)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    counts, edges = np.histogram(values, BINS, (low, high if high > low else low + 1e-6))
    shares, middles = counts / max(len(values), 1), (edges[:-1] + edges[1:]) / 2

    def draw() -> go.Figure:
        drawn = go.Figure(
            go.Bar(
                x=middles.astype(np.float32), y=(100 * shares).astype(np.float32),
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
            unit=unit, low=f"{low:.3g}", high=f"{high:.3g}", median=f"{np.median(values):.3g}"
        )

    return Picture(draw, table, sentence)
