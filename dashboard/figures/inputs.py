"""What a model of numbers reads: each feature by its name, along the steps.

A few features are lines; more are rows of a heatmap, each on a scale of its own, because a pressure
and a temperature share none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.errors import ShapeMismatch
from dashboard.figures import lines, theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

LINES = 4
"""Features up to which each is a line."""
MOST = 64
"""Rows of the heatmap; features after these are in the table."""
_DASHES = ("solid", "dash", "dot", "dashdot")


def inputs(
    values: NDArray[np.floating],
    *,
    names: Sequence[str],
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw `values` (time, features) as they are read. Raises ShapeMismatch for other names."""
    said = words(labels)
    if values.ndim != 2 or values.shape[1] != len(names):
        raise ShapeMismatch(what="values", found=values.shape, expected=f"(time, {len(names)})")
    steps = Steps.of(len(values), tokens)
    shown = [plain(name, most=2 * MOST_CHARACTERS) for name in names]

    def draw() -> go.Figure:
        few = len(names) <= LINES
        height = 240 if few else 110 + 18 * min(len(names), MOST)
        drawn = lines.figure(
            steps, words=said, mode=mode, y={"title": {"text": said["inputs"]}}, height=height
        )
        if few:
            surface = theme.SURFACE[mode]
            colours = (surface.accent, surface.ink, surface.negative, surface.muted)
            for at, name in enumerate(shown):
                look = {"colour": colours[at], "dash": _DASHES[at], "number": ".5g"}
                drawn.add_trace(lines.line(steps, values[:, at], name=name, **look))
            drawn.update_layout(showlegend=True)
        else:
            drawn.add_trace(_rows(values, shown, steps, said, mode))
            drawn.update_yaxes(autorange="reversed", title={"text": None}, automargin=True)
            drawn.update_layout(hovermode="closest")
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = {name: values[:, at] for at, name in enumerate(names)}
        return frame(steps.columns(said) | columns)

    def sentence() -> str:
        ranges = ", ".join(
            said["alt.range"].format(
                name=name, low=f"{values[:, at].min():.3g}", high=f"{values[:, at].max():.3g}"
            )
            for at, name in enumerate(shown[:LINES])
        )
        return said["inputs.alt"].format(features=len(names), steps=len(values), ranges=ranges)

    return Picture(draw, table, sentence)


def _rows(
    values: NDArray[np.floating],
    names: Sequence[str],
    steps: Steps,
    said: Mapping[str, str],
    mode: Mode,
) -> go.Heatmap:
    seen = values[:, :MOST].T.astype(np.float64)
    low, span = seen.min(axis=1, keepdims=True), np.ptp(seen, axis=1, keepdims=True)
    # Names may repeat; rows may not.
    labels = [f"{name}<sub>{at + 1}</sub>" for at, name in enumerate(names[:MOST])]
    return go.Heatmap(
        x=steps.places,
        y=labels,
        z=(seen - low) / np.where(span > 0, span, 1),
        customdata=np.stack([seen, np.tile(np.arange(len(values)) + FIRST, (len(seen), 1))], -1),
        zmin=0,
        zmax=1,
        showscale=False,
        colorscale=theme.scale("hidden", mode, kind="sequential"),
        hovertemplate=f"%{{y}} · {said['step']} %{{customdata[1]}}: <b>%{{customdata[0]:.5g}}</b>"
        "<extra></extra>",
    )
