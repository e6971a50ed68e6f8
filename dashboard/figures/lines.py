"""Lines along a text: what means, answers, gradients and norms are drawn with.

Every line has a colour and, as a second sign for those who cannot tell the colours apart, a dash
of its own (`theme.QUANTITY`). Long texts are drawn in full: a line of 2,000 points is small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain, wrapped
from dashboard.figures.steps import Steps, spans
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
                "text": words["masked"], "font": {"color": surface.muted, "size": 12},
                "textposition": "top center",
            },
        )  # fmt: skip


def ends(drawn: go.Figure, names: Sequence[str], *, mode: Mode) -> None:
    """Name the ends of a scale from 0 to 1, the lower one first."""
    surface = theme.SURFACE[mode]
    for place, name in zip((0.06, 0.94), names, strict=False):
        drawn.add_annotation(
            text=plain(name, most=2 * MOST_CHARACTERS), x=1, xref="paper", xanchor="right",
            y=place, yref="y", showarrow=False, font={"size": 12, "color": surface.muted},
            bgcolor=surface.paper, opacity=0.85,
        )  # fmt: skip


def note(drawn: go.Figure, sentences: Sequence[str], *, mode: Mode, bottom: int = 64) -> int:
    """Write sentences at the foot of the picture, whatever its labels need; the room they take.

    `bottom` is the margin that the axis below needs. The figure grows by the room.
    """
    shown = [line for sentence in sentences if sentence for line in wrapped(sentence)]
    room = 17 * len(shown) + 8 if shown else 0
    if shown:
        drawn.add_annotation(
            text="<br>".join(shown), x=0, xref="paper", xanchor="left", xshift=-36, y=0,
            yref="paper", yanchor="top", yshift=4 - bottom, showarrow=False, align="left",
            name="note", font={"size": 12, "color": theme.SURFACE[mode].muted},
        )  # fmt: skip
        drawn.update_layout(
            margin={"b": bottom + room}, height=(drawn.layout.height or HEIGHT) + room
        )
    return room
