"""Lines along a text: what means, answers, gradients and norms are drawn with.

Every line has a colour and, as a second sign for those who cannot tell the colours apart, a dash
of its own (`theme.QUANTITY`). Long texts are drawn in full: a line of 2,000 points is small.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import theme
from dashboard.figures.heatmaps import spans
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode

HEIGHT = 320
FEW = 60
"""Up to so many steps, each point is marked: it stands for one token."""


def figure(
    steps: Steps,
    *,
    words: Mapping[str, str],
    mode: Mode,
    y: Mapping[str, Any],
    height: int = HEIGHT,
) -> go.Figure:
    """Return an empty figure with the axis of steps and the given y axis."""
    drawn = go.Figure()
    drawn.update_layout(
        xaxis=steps.axis(words),
        yaxis={"zeroline": False, "showline": False, "ticks": "", **y},
        height=height,
        hovermode="x unified",
        margin={"l": 52, "r": 12, "t": 56, "b": 56},
    )
    return theme.apply(drawn, mode)


def line(
    steps: Steps,
    values: NDArray[np.floating],
    *,
    name: str,
    colour: str,
    dash: str = "solid",
    number: str = ".4f",
    **settings: Any,
) -> go.Scatter:
    """Return one line of a number at each step; gaps where it is not finite."""
    shown = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    return go.Scatter(
        x=steps.places,
        y=shown,
        name=name,
        mode="lines+markers" if steps.count <= FEW else "lines",
        line={"color": colour, "dash": dash, "width": 2},
        marker={"size": 5, "color": colour},
        hovertemplate=f"{name}: <b>%{{y:{number}}}</b><extra></extra>",
        **settings,
    )


def frame(drawn: go.Figure, steps: Steps, step: int | None, *, mode: Mode) -> None:
    """Mark a step with a vertical line."""
    if step is not None:
        drawn.add_shape(
            type="line", xref="x", yref="paper", y0=0, y1=1, layer="below",
            x0=steps.position(step), x1=steps.position(step),
            line={"color": theme.SURFACE[mode].accent, "width": 1.5},
        )  # fmt: skip


def masked(
    drawn: go.Figure, steps: Steps, places: list[int], *, words: Mapping[str, str], mode: Mode
) -> None:
    """Shade the steps that were skipped."""
    surface = theme.SURFACE[mode]
    for start, stop in spans(places):
        drawn.add_shape(
            type="rect", xref="x", yref="paper", y0=0, y1=1, layer="below", line={"width": 0},
            x0=steps.position(start - 0.5), x1=steps.position(stop + 0.5),
            fillcolor=surface.card, label={
                "text": words["masked"], "font": {"color": surface.muted, "size": 11},
                "textposition": "top center",
            },
        )  # fmt: skip


def note(drawn: go.Figure, text: str, *, mode: Mode) -> None:
    """Write a sentence beneath the picture."""
    drawn.add_annotation(
        text=text, x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top",
        yshift=-62, showarrow=False, align="left",
        font={"size": 12, "color": theme.SURFACE[mode].muted},
    )  # fmt: skip
    drawn.update_layout(margin={"b": 92})
