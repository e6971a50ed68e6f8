"""What the levels are worth to a task: accuracy alone and mixed, and the weights of the mixture.

Above, a row for each level and one for the mixture, with 95 % intervals (Wilson); below, how much
of each level is in the mixture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.senses import SenseTask
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.senses import level_name
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def mixture(
    task: SenseTask, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw what was reached and what was mixed."""
    said = words(labels)
    levels = [level_name(level, said) for level in range(len(task.alone))]
    names = [*levels, said["mixture.mixed"]]
    reached = [each.accuracy for each in (*task.alone, task.mixed)]
    values = np.array([share.value for share in reached])
    bounds = np.array([share.bounds for share in reached])

    def draw() -> go.Figure:
        drawn = make_subplots(
            rows=2, cols=1, row_heights=[len(names), len(levels)], vertical_spacing=0.24
        )
        muted, colour = theme.SURFACE[mode].muted, theme.colour("hidden", mode)
        colours = [muted] + [colour] * len(task.alone)
        for row, (name, value, (low, high)) in enumerate(zip(names, values, bounds, strict=True)):
            spread = {"type": "data", "symmetric": False, "array": [high - value],
                      "arrayminus": [value - low], "color": colours[row],
                      "thickness": 2}  # fmt: skip
            drawn.add_trace(
                go.Scatter(
                    x=[value], y=[row], mode="markers", error_x=spread,
                    marker={"color": colours[row], "size": 11, "symbol": "diamond"},
                    hovertemplate=f"{name}: <b>%{{x:.3f}}</b><extra></extra>",
                ),
                row=1, col=1,
            )  # fmt: skip
        drawn.add_trace(
            go.Bar(
                x=task.mixed.weights.astype(np.float32), y=np.arange(len(levels)),
                customdata=levels, orientation="h",
                marker={"color": colours[: len(levels)]},
                text=[f"{weight:.2f}" for weight in task.mixed.weights], textposition="outside",
                cliponaxis=False, hovertemplate="%{customdata}: <b>%{x:.3f}</b><extra></extra>",
            ),
            row=2, col=1,
        )  # fmt: skip
        drawn.update_yaxes(
            autorange="reversed", showline=False, ticks="", tickvals=list(range(len(names))),
            ticktext=names,
        )  # fmt: skip
        drawn.update_xaxes(title={"text": said["metric.accuracy"]}, zeroline=False, row=1, col=1)
        drawn.update_xaxes(title={"text": said["mixture.weight"]}, rangemode="tozero", row=2, col=1)
        drawn.update_layout(
            height=400, showlegend=False, margin={"l": 130, "r": 40, "t": 12, "b": 48}
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["senses.vectors"]: names,
                said["metric.accuracy"]: values,
                said["experiment.low"]: bounds[:, 0],
                said["experiment.high"]: bounds[:, 1],
                said["mixture.weight"]: [*task.mixed.weights, np.nan],
            }
        )

    def sentence() -> str:
        told = "; ".join(
            f"{name} {value:.3f} ({low:.3f}–{high:.3f})"
            for name, value, (low, high) in zip(names, values, bounds, strict=True)
        )
        weights = ", ".join(
            f"{name} {weight:.2f}" for name, weight in zip(levels, task.mixed.weights, strict=True)
        )
        return said["mixture.alt"].format(reached=told, weights=weights)

    return Picture(draw, table, sentence)
