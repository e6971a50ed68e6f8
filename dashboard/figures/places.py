"""Places of a corpus beneath the stretch that was asked about: tokens, and how many units are on.

All rows begin in the same column, so that what they share stands one below the other. Not chosen:
lines of each unit, of which ten places of twenty units would be a thicket.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.corpus.windows import MISSING, Windows
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST_TOKEN = 11


def places(
    found: Windows, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw the rows; the first is the stretch itself."""
    said = words(labels)
    counts = found.counts
    names = [said["places.own"], *(str(at) for at in range(1, len(counts)))]
    width = counts.shape[1]

    def draw() -> go.Figure:
        shares = np.where(counts == MISSING, np.nan, counts / found.units).astype(np.float32)
        drawn = go.Figure(
            go.Heatmap(
                x=list(range(-found.before, width - found.before)),
                y=list(range(len(counts))),
                z=shares,
                zmin=0,
                zmax=1,
                xgap=1,
                ygap=3,
                text=[[plain(token, most=MOST_TOKEN) for token in row] for row in found.tokens],
                texttemplate="%{text}",
                customdata=np.maximum(counts, 0),
                colorscale=theme.scale("hidden", mode, kind="sequential"),
                colorbar={
                    "tickformat": ".0%",
                    "title": {"text": said["places.share"], "side": "right"},
                },
                hoverongaps=False,
                hovertemplate=(
                    f"%{{text}}<br><b>%{{customdata}}</b> / {found.units} {said['places.units']}"
                    "<extra></extra>"
                ),
            )
        )
        for row, length in enumerate(found.lengths):
            drawn.add_shape(
                type="rect",
                x0=-0.5,
                x1=min(length, width - found.before) - 0.5,
                y0=row - 0.5,
                y1=row + 0.5,
                line={"color": theme.SURFACE[mode].accent, "width": 1.5},
            )
        drawn.update_layout(
            height=70 + 34 * len(counts),
            margin={"l": 70, "r": 10, "t": 8, "b": 40},
            xaxis={"title": {"text": said["places.axis"]}, "showgrid": False, "zeroline": False},
            yaxis={
                "autorange": "reversed",
                "showgrid": False,
                "ticks": "",
                "showline": False,
                "zeroline": False,
                "tickvals": list(range(len(counts))),
                "ticktext": names,
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        titles = [said[f"places.{name}"] for name in ("row", "axis", "token", "on")]
        kept = [
            (names[row], column - found.before, found.tokens[row][column], int(count))
            for row, of in enumerate(counts)
            for column, count in enumerate(of)
            if count != MISSING
        ]
        columns = zip(*kept, strict=True)
        return joined([dict(zip(titles, columns, strict=True))], titles=titles)

    def sentence() -> str:
        def told(row: int) -> str:
            held = found.tokens[row][found.before : found.before + found.lengths[row]]
            return " ".join(held)

        others = "; ".join(told(row) for row in range(1, min(4, len(counts))))
        return said["places.alt"].format(
            count=len(counts) - 1, units=found.units, own=told(0), others=others or "–"
        )

    return Picture(draw, table, sentence)
