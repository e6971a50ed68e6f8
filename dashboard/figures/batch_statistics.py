"""How far pre-activations spread over a batch at each step, one line for each kind of network.

Solid is the deviation over the batch, dotted how far a unit's mean lies from 0, both as means over
the units of a layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.batch_statistics import BatchStatistics
from dashboard.figures import epochs, lines, theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST_TITLE = 48


def batch_statistics(
    groups: Mapping[str, BatchStatistics],
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the statistics of each group, by title, all of texts of one length."""
    said = words(labels)
    time = max(len(each.spread) for each in groups.values())
    steps = Steps.of(time, None)
    spread, offset = said["batch_statistics.spread"], said["batch_statistics.offset"]

    def draw() -> go.Figure:
        y = {"title": {"text": said["batch_statistics.axis"]}, "rangemode": "tozero"}
        drawn = lines.figure(steps, words=said, mode=mode, y=y, height=340)
        shades = epochs.looks([""] * len(groups), mode) if len(groups) > 1 else None
        for at, (title, each) in enumerate(groups.items()):
            colour = theme.colour("hidden", mode) if shades is None else shades[at].colour
            name = plain(title, most=MOST_TITLE)
            drawn.add_trace(lines.line(steps, each.spread, name=name, colour=colour))
            mean = lines.line(
                steps, each.offset, name=f"{name}, {offset}", colour=colour, dash="dot"
            )
            drawn.add_trace(mean.update(mode="lines", showlegend=False))
        drawn.update_layout(showlegend=True)
        return drawn

    def table() -> pd.DataFrame:
        titles = [said["experiment.settings"], *steps.columns(said), spread, offset]
        parts = [
            {said["experiment.settings"]: [title] * time, **steps.columns(said),
             spread: each.spread, offset: each.offset}
            for title, each in groups.items()
        ]  # fmt: skip
        return joined(parts, titles=titles)

    def sentence() -> str:
        told = "; ".join(
            said["batch_statistics.alt.group"].format(
                settings=title, first=f"{each.spread[0]:.2f}", last=f"{each.spread[-1]:.2f}"
            )
            for title, each in groups.items()
        )
        return said["batch_statistics.alt"].format(groups=told)

    return Picture(draw, table, sentence)
