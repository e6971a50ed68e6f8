"""How far each unit follows each feature of the tokens; a dot where the name has been earned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.selectivity import Selectivity
from core.analysis.token_features import Feature
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

ROW, _AROUND = 26, 96  # pixels
MOST_UNITS = 400


def feature_name(feature: Feature, said: Mapping[str, str]) -> str:
    """Return what a feature is called, such as 'open brackets' or 'answer: for'."""
    return said[f"feature.{feature.kind}"].format(of=feature.of)


def selectivity(
    found: Selectivity,
    *,
    unit: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the correlations of units, a column each, with features, a row each."""
    said = words(labels)
    names = [feature_name(feature, said) for feature in found.features]
    shown = found.correlation[:MOST_UNITS].T
    earned = found.earned[:MOST_UNITS].T

    def draw() -> go.Figure:
        axis = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False}
        hover = f"{said['unit']} <b>%{{x}}</b>, %{{hovertext}}: <b>r %{{z:.3f}}</b><extra></extra>"
        rows, columns = shown.shape
        drawn = go.Figure(
            go.Heatmap(
                x=list(range(columns)), y=list(range(rows)), z=shown.astype(np.float32),
                hovertext=[[plain(name, most=40)] * columns for name in names],
                zmin=-1, zmax=1, xgap=1, ygap=1,
                colorscale=theme.scale("answer", mode, kind="diverging"),
                colorbar={"thickness": 10, "len": 0.8, "y": 0, "yanchor": "bottom",
                          "tickvals": [-1, 0, 1], "title": {"text": "r"}},
                hovertemplate=hover,
            )
        )  # fmt: skip
        at, of = np.nonzero(earned)
        drawn.add_trace(
            go.Scatter(
                x=of, y=at, mode="markers", name=said["selectivity.earned"], hoverinfo="skip",
                marker={"size": 8, "symbol": "circle", "color": theme.SURFACE[mode].paper,
                        "line": {"width": 2, "color": theme.SURFACE[mode].ink}},
            )
        )  # fmt: skip
        if unit is not None:
            drawn.add_shape(
                type="rect", x0=unit - 0.5, x1=unit + 0.5, y0=-0.5, y1=rows - 0.5,
                line={"color": theme.SURFACE[mode].accent, "width": 2},
            )  # fmt: skip
        drawn.update_layout(
            height=_AROUND + ROW * max(rows, 1),
            margin={"l": 8, "r": 8, "t": 40, "b": 48},
            showlegend=True,
            xaxis=axis | {"title": {"text": said["unit"]}},
            yaxis=axis
            | {
                "tickvals": list(range(rows)),
                "ticktext": [plain(name, most=24) for name in names],
                "autorange": "reversed",
                "automargin": True,
                "ticklabelstandoff": 6,
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        units, features = found.correlation.shape
        return frame(
            {
                said["unit"]: np.repeat(np.arange(units), features),
                said["selectivity.feature"]: names * units,
                "r": found.correlation.ravel(),
                said["selectivity.adjusted"]: found.adjusted.ravel(),
            }
        )

    def sentence() -> str:
        return said["selectivity.alt"].format(
            units=len(found.correlation),
            features=len(names),
            earned=int(found.earned.any(axis=1).sum()),
        )

    return Picture(draw, table, sentence)
