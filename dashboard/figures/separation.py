"""How far the senses of a word lie apart at each level, beside the static embedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.senses import level_name
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def separation(
    values: NDArray[np.float64], *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw the mean silhouette at each level, (levels,), the static embedding first."""
    said = words(labels)
    names = [level_name(level, said) for level in range(len(values))]

    def draw() -> go.Figure:
        colours = [theme.SURFACE[mode].muted] + [theme.colour("hidden", mode)] * (len(values) - 1)
        bars = go.Bar(
            x=values.astype(np.float32), y=np.arange(len(names)), customdata=names,
            orientation="h", marker={"color": colours},
            text=[f"{value:.2f}" for value in values], textposition="outside", cliponaxis=False,
            hovertemplate="%{customdata}: <b>%{x:.3f}</b><extra></extra>",
        )  # fmt: skip
        drawn = go.Figure(bars)
        drawn.update_layout(
            height=90 + 36 * len(values),
            margin={"l": 120, "r": 40, "t": 8, "b": 48},
            xaxis={"title": {"text": said["separation.axis"]}, "rangemode": "tozero"},
            yaxis={
                "autorange": "reversed",
                "showline": False,
                "ticks": "",
                "tickvals": list(range(len(names))),
                "ticktext": names,
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame({said["senses.vectors"]: names, said["separation.axis"]: values})

    def sentence() -> str:
        told = "; ".join(f"{name} {value:.2f}" for name, value in zip(names, values, strict=True))
        return said["separation.alt"].format(levels=told)

    return Picture(draw, table, sentence)
