"""The axis of training: epochs to the right, and what is marked on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.series import thinned
from core.errors import OutOfRange
from dashboard.figures import theme
from dashboard.figures.compared import Look
from dashboard.figures.theme import QUANTITY, Mode

HEIGHT = 320
MOST_RUNS = 9


def looks(cells: Sequence[str], mode: Mode) -> list[Look]:
    """Return the look of each run, given their cells: the cells' own where all differ.

    A run of no known cell has "".

    Raises OutOfRange for more runs than can be told apart.
    """
    if len(cells) > MOST_RUNS:
        raise OutOfRange(what="runs", found=len(cells), expected=f"at most {MOST_RUNS}")
    if len(set(cells)) == len(cells) and "" not in cells:
        return [Look(QUANTITY[cell].colour(mode), "solid", 1.0) for cell in cells]
    shades = theme.ITEMS[mode]
    return [
        Look(shades[at % len(shades)], "solid" if at < len(shades) else "dash", 1.0)
        for at in range(len(cells))
    ]


def figure(
    words: Mapping[str, str], mode: Mode, *, title: str, log: bool, height: int = HEIGHT
) -> go.Figure:
    """Return an empty figure over epochs."""
    drawn = go.Figure()
    y: dict[str, Any] = {"title": {"text": title}, "zeroline": False, "showline": False,
                         "ticks": ""}  # fmt: skip
    if log:
        y |= {"type": "log", "exponentformat": "power", "minor": {"showgrid": False}}
    drawn.update_layout(
        xaxis={"title": {"text": words["epoch"]}, "hoverformat": ".2f", "zeroline": False},
        yaxis=y,
        height=height,
        hovermode="x unified",
        margin={"l": 56, "r": 12, "t": 48, "b": 48},
        showlegend=True,
        # While a run is watched its chart is made anew each second, and would forget such a choice.
        legend={"itemclick": False, "itemdoubleclick": False},
    )
    return theme.apply(drawn, mode)


def line(
    x: NDArray[np.floating], y: NDArray[np.floating], *, name: str, number: str = ".4g", **look: Any
) -> go.Scattergl | go.Scatter:
    """Return one line, thinned to what a picture can hold; single precision is sent."""
    x, y = thinned(x, y)
    shown = np.where(np.isfinite(y), y, np.nan)
    return go.Scatter(
        x=x.astype(np.float32),
        y=shown.astype(np.float32),
        name=name,
        hovertemplate=f"{name}: <b>%{{y:{number}}}</b><extra></extra>",
        **({"mode": "lines"} | look),
    )


def mark(
    drawn: go.Figure, place: float, text: str, *, mode: Mode, dash: str = "dot", height: float = 1.0
) -> None:
    """Mark a moment with a vertical line and a word, whose upper edge is at a share of it."""
    surface = theme.SURFACE[mode]
    drawn.add_shape(
        type="line", xref="x", yref="paper", x0=place, x1=place, y0=0, y1=1, layer="below",
        name="mark", line={"color": surface.muted, "width": 1, "dash": dash},
    )  # fmt: skip
    drawn.add_annotation(
        text=text, x=place, xref="x", xanchor="right", xshift=-3, y=height, yref="paper",
        yanchor="top", showarrow=False, bgcolor=surface.paper, opacity=0.9,
        font={"size": 12, "color": surface.muted},
    )  # fmt: skip


def level(
    drawn: go.Figure,
    value: float,
    text: str,
    *,
    log: bool,
    mode: Mode,
    side: Literal["above", "below"] = "below",
) -> None:
    """Draw a horizontal line at a value, named at its right end, on one side of it."""
    surface = theme.SURFACE[mode]
    drawn.add_shape(
        type="line", xref="paper", yref="y", x0=0, x1=1, y0=value, y1=value, layer="below",
        name="level", line={"color": surface.muted, "width": 1, "dash": "dash"},
    )  # fmt: skip
    # Annotations on a log axis stand at logarithms, shapes at values.
    drawn.add_annotation(
        text=text, x=1, xref="paper", xanchor="right", yref="y",
        yanchor="bottom" if side == "above" else "top",
        y=float(np.log10(value)) if log else value, showarrow=False, bgcolor=surface.paper,
        opacity=0.9,
        font={"size": 12, "color": surface.muted},
    )  # fmt: skip
