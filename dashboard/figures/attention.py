"""The attention matrix: for each token that was written, how much it looked at each that was read.

Rows are what was written, in order from the top, columns the source; each row adds up to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.alignment import Alignment
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_ROW, _AROUND = 24, 84  # pixels
_TOLD = 8  # rows in the sentence


def attention(
    found: Alignment,
    *,
    source: Sequence[str],
    target: Sequence[str],
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the weights; the row of `step` is framed. Tokens are made visible beforehand."""
    said = words(labels)
    written, read = len(target), len(source)
    columns, rows = Steps.of(found.weights.shape[1], source), Steps.of(len(found.weights), target)

    def draw() -> go.Figure:
        drawn = go.Figure(
            go.Heatmap(
                x=columns.places,
                y=rows.places,
                z=found.weights.astype(np.float32),
                zmin=0,
                zmax=1,
                xgap=1,
                ygap=1,
                colorscale=theme.scale("answer", mode),
                colorbar={"tickformat": ".0%", "thickness": 8, "len": 0.9},
                hovertemplate=(
                    f"{said['attention.written']}: <b>%{{y}}</b><br>"
                    f"{said['attention.read']}: <b>%{{x}}</b><br>"
                    "<b>%{z:.1%}</b><extra></extra>"
                ),
            )
        )
        axis = {"type": "category", "showgrid": False, "showline": False, "ticks": "",
                "fixedrange": True}  # fmt: skip
        drawn.update_layout(
            height=int(np.clip(_AROUND + _ROW * written, 200, 620)),
            margin={"l": 64, "r": 8, "t": 56, "b": 8},
            xaxis=axis | {"side": "top", "title": {"text": said["attention.read"]},
                          "tickangle": 0 if read <= 24 else -60},
            yaxis=axis | {"autorange": "reversed", "title": {"text": said["attention.written"]}},
        )  # fmt: skip
        if step is not None:
            drawn.add_shape(
                type="rect", x0=-0.5, x1=read - 0.5, y0=step - 0.5, y1=step + 0.5,
                line={"color": theme.SURFACE[mode].accent, "width": 2},
            )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["step"]: np.repeat(np.arange(written) + FIRST, read),
                said["attention.written"]: np.repeat(np.asarray(target, object), read),
                said["attention.source"]: np.tile(np.arange(read) + FIRST, written),
                said["attention.read"]: np.tile(np.asarray(source, object), written),
                said["attention.weight"]: found.weights.reshape(-1),
            }
        )

    def sentence() -> str:
        told = [
            said["attention.alt.row"].format(
                token=target[at], source=source[found.most(at)[0]], share=f"{found.most(at)[1]:.0%}"
            )
            for at in range(min(written, _TOLD))
        ]
        return said["attention.alt"].format(written=written, read=read, rows=", ".join(told))

    return Picture(draw, table, sentence)
