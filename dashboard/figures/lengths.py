"""Accuracy by the length of the source, a line for each model, with 95 % intervals.

What a decoder that has the encoder's last state alone loses, and one that may look back does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.lengths import Group
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Columns, Picture, joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def lengths(
    groups: Mapping[str, Sequence[Group]],
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the accuracy of each model, named by the keys, at each group of lengths."""
    said = words(labels)
    titles = [said["model"], *(said[f"lengths.{name}"] for name in
              ("shortest", "longest", "share", "low", "high", "total"))]  # fmt: skip

    def draw() -> go.Figure:
        drawn = go.Figure()
        for (name, found), colour, dash in zip(
            groups.items(), theme.ITEMS[mode], _DASHES, strict=False
        ):
            low, high = zip(*(group.interval for group in found), strict=True)
            shares = [group.share for group in found]
            drawn.add_trace(
                go.Scatter(
                    x=[(group.shortest + group.longest) / 2 for group in found],
                    y=shares,
                    name=plain(name, most=40),
                    mode="lines+markers",
                    line={"color": colour, "dash": dash},
                    error_y={
                        "type": "data", "symmetric": False, "color": colour, "thickness": 1.2,
                        "array": [top - share for top, share in zip(high, shares, strict=True)],
                        "arrayminus": [share - end for end, share in zip(low, shares, strict=True)],
                    },
                    customdata=[f"{one.shortest}–{one.longest}: {one.right}/{one.total}"
                                for one in found],
                    hovertemplate="%{customdata}, <b>%{y:.1%}</b>",
                )
            )  # fmt: skip
        drawn.update_layout(
            height=320,
            hovermode="x unified",
            xaxis={"title": {"text": said["lengths.axis"]}, "showgrid": False},
            yaxis={"title": {"text": said["lengths.share"]}, "tickformat": ".0%",
                   "range": [-0.02, 1.04], "zeroline": False},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return joined([_columns(name, found, titles) for name, found in groups.items()],
                      titles=titles)  # fmt: skip

    def sentence() -> str:
        told = "; ".join(
            said["lengths.alt.model"].format(
                name=name, first=f"{found[0].share:.0%}", shortest=found[0].shortest,
                last=f"{found[-1].share:.0%}", longest=found[-1].longest,
            )
            for name, found in groups.items()
        )  # fmt: skip
        return said["lengths.alt"].format(models=told)

    return Picture(draw, table, sentence)


def _columns(name: str, found: Sequence[Group], titles: Sequence[str]) -> Columns:
    rows = [(name, one.shortest, one.longest, one.share, *one.interval, one.total) for one in found]
    return dict(zip(titles, zip(*rows, strict=True), strict=True))
