"""How much each setting mattered in a search: a bar for each, the longest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST_TITLE = 40


def importance(
    shares: Mapping[str, float],
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the share of each setting, by its title; all together are 1."""
    said = words(labels)
    ordered = dict(sorted(shares.items(), key=lambda each: -each[1]))

    def draw() -> go.Figure:
        names = [f"{plain(title, most=MOST_TITLE)} " for title in ordered]
        drawn = go.Figure(
            go.Bar(
                x=list(ordered.values()), y=names, orientation="h",
                marker={"color": theme.item(0, mode)},
                hovertemplate="<b>%{x:.0%}</b><extra></extra>",
            )
        )  # fmt: skip
        drawn.update_layout(
            height=80 + 32 * len(names), margin={"l": 160, "r": 16, "t": 12, "b": 44},
            xaxis={"tickformat": ".0%", "title": {"text": said["importance"]}},
            yaxis={"type": "category", "categoryarray": names, "range": [len(names) - 0.5, -0.5],
                   "showline": False, "ticks": "", "tickfont": {"size": 13}},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        told = [f"{share:.0%}" for share in ordered.values()]
        return frame({said["importance.setting"]: list(ordered), said["importance"]: told})

    def sentence() -> str:
        told = ", ".join(f"{title} {share:.0%}" for title, share in ordered.items())
        return said["importance.alt"].format(settings=told)

    return Picture(draw, table, sentence)
