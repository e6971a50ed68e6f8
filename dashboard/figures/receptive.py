"""Which steps an answer of causal convolutions sees: taps further and further apart.

The answer is at the top right; each row down is a layer, and a line a tap. What no line reaches is
never seen, however long the window is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.forecast.insides import Field
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def receptive(
    given: Field, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw the way from the last answer back to every step that it sees."""
    said = words(labels)
    names, reached = list(given.layers), [{0}]
    lines: list[tuple[int, int, int]] = []
    for row, taps in enumerate(given.layers.values()):
        lines += [(row, at, at + tap) for at in sorted(reached[-1]) for tap in taps]
        reached.append({at + tap for at in reached[-1] for tap in taps})
    top = len(names)

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        x = [part for _, at, to in lines for part in (-at, -to, None)]
        y = [part for row, _, _ in lines for part in (top - row, top - row - 1, None)]
        dots = [(-at, top - row) for row, here in enumerate(reached) for at in sorted(here)]
        drawn = go.Figure(
            [
                go.Scatter(
                    x=x, y=y, mode="lines", line={"color": surface.muted, "width": 1},
                    hoverinfo="skip", name=said["receptive.tap"],
                ),
                go.Scatter(
                    x=[at for at, _ in dots], y=[at for _, at in dots], mode="markers",
                    marker={"size": 6, "color": surface.accent}, name=said["receptive.seen"],
                    hovertemplate=f"{said['step']} <b>%{{x}}</b><extra></extra>",
                ),
            ]
        )  # fmt: skip
        ticks = [said["receptive.read"], *(_called(given, name, said) for name in reversed(names))]
        drawn.update_layout(
            height=110 + 34 * top,
            showlegend=False,
            margin={"l": 120, "r": 12, "t": 16, "b": 44},
            xaxis={"title": {"text": said["receptive.before"]}, "showgrid": False},
            yaxis={"tickvals": list(range(top + 1)), "ticktext": ticks, "showgrid": False},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["receptive.layer"]: names,
                said["receptive.taps"]: [
                    ", ".join(map(str, taps)) for taps in given.layers.values()
                ],
                said["receptive.seen"]: [len(here) for here in reached[1:]],
            }
        )

    def sentence() -> str:
        return said["receptive.alt"].format(layers=top, steps=given.steps)

    return Picture(draw, table, sentence)


def _called(given: Field, name: str, said: Mapping[str, str]) -> str:
    return said["receptive.dilation"].format(dilation=int(np.diff(given.layers[name])[0]))
