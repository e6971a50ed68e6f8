"""What a model predicted from each window of a series, beside what really came.

The truth is drawn in ink, the prediction in the page's own colour, the naive forecast thin and
dotted. Places past the end of the series have a prediction and no truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.rolling import Rolling
from dashboard.figures import lines, theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

AROUND = 150
"""Steps to either side of the one that is looked at that are seen at first."""


def rolling(
    given: Rolling,
    *,
    name: str = "",
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw them along the series.

    `name` is that of the column, `tokens` what all steps of the series are called, `step` the step
    that the prediction of the window that is looked at is about.
    """
    said = words(labels)
    titles = {
        "actual": plain(name, most=2 * MOST_CHARACTERS) or said["rolling.actual"],
        "predicted": said["rolling.predicted"],
        "naive": said["rolling.naive"],
    }
    called = [_called(at, tokens) for at in given.steps]

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        steps = Steps.of(len(given.steps), None)
        drawn = lines.figure(
            steps, words=said, mode=mode, y={"title": {"text": titles["actual"]}}, height=300
        )
        looks = {
            "naive": (given.naive, {"color": surface.muted, "width": 1, "dash": "dot"}),
            "actual": (given.actual, {"color": surface.ink, "width": 1.5}),
            "predicted": (given.predicted, {"color": surface.accent, "width": 2}),
        }
        for key, (values, line) in looks.items():
            drawn.add_trace(
                go.Scatter(
                    x=given.steps + FIRST, y=values, name=titles[key], mode="lines", line=line,
                    customdata=called,
                    hovertemplate=f"{titles[key]}: <b>%{{y:.5g}}</b> · %{{customdata}}"
                    "<extra></extra>",
                )
            )  # fmt: skip
        edges = [int(given.steps[0]) + FIRST - 0.5, int(given.steps[-1]) + FIRST + 0.5]
        if step is not None and len(given.steps) > 2 * AROUND:
            # A long series is a band of ink at first sight; a double click shows all of it.
            middle = min(max(step + FIRST, edges[0] + AROUND), edges[1] - AROUND)
            edges = [middle - AROUND, middle + AROUND]
        drawn.update_xaxes(range=edges, title={"text": said["step"]})
        if step is not None and given.steps[0] <= step <= given.steps[-1]:
            drawn.add_shape(
                type="line", xref="x", yref="paper", x0=step + FIRST, x1=step + FIRST, y0=0, y1=1,
                layer="below", line={"color": surface.accent, "width": 1.5},
            )  # fmt: skip
        return drawn.update_layout(showlegend=True)

    def table() -> pd.DataFrame:
        columns = {said["step"]: given.steps + FIRST}
        shown = {"actual": given.actual, "predicted": given.predicted, "naive": given.naive}
        return frame(columns | {titles[key]: values for key, values in shown.items()})

    def sentence() -> str:
        kind = "rolling.alt.none"
        if np.isfinite(given.error) and np.isfinite(given.naive_error):
            kind = "rolling.alt"
        return said[kind].format(
            windows=len(given.ends),
            error=f"{given.error:.4g}",
            naive=f"{given.naive_error:.4g}",
            last=f"{given.predicted[-1]:.4g}",
        )

    return Picture(draw, table, sentence)


def _called(step: int, tokens: Sequence[str] | None) -> str:
    named = tokens is not None and step < len(tokens)
    return plain(tokens[step], most=MOST_CHARACTERS) if named and tokens else str(step + FIRST)
