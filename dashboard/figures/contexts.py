"""The places of a corpus at which a unit is highest and lowest, each with the tokens around it.

Every token is coloured by the unit's own value there, so that one sees what it rises at, and for
how long it stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.activity import Activity
from core.analysis.expressions import show_number
from core.text import visible
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

BEFORE, AFTER = {False: 8, True: 22}, {False: 3, True: 7}
"""Tokens that are shown before and after the one; more of them where each is a character."""
ROW, _AROUND = 28, 60


def contexts(
    read: Activity,
    unit: int,
    *,
    high: Sequence[int],
    low: Sequence[int],
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw what stands around some tokens, those of the highest values first."""
    said = words(labels)
    places = [*high, *low]
    short = max((len(token) for token in read.tokens[:2000]), default=1) <= 2
    before, after = BEFORE[short], AFTER[short]
    values = np.full((len(places), before + after + 1), np.nan, np.float32)
    tokens = [[""] * values.shape[1] for _ in places]
    around: list[Sequence[str]] = []
    for row, place in enumerate(places):
        text = int(read.text_of[place])
        first, last = int(read.starts[text]), int(read.starts[text + 1])
        first, last = max(first, place - before), min(last, place + after + 1)
        around.append(read.tokens[first:last])
        for at in range(first, last):
            values[row, at - place + before] = read.values[at, unit]
            tokens[row][at - place + before] = plain(visible(read.tokens[at]), most=10)
    heads = [said["contexts.high"]] * len(high) + [said["contexts.low"]] * len(low)

    def draw() -> go.Figure:
        largest = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
        axis = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False}
        drawn = go.Figure(
            go.Heatmap(
                z=values, text=tokens, texttemplate="%{text}", zmin=-largest, zmax=largest,
                x=list(range(-before, after + 1)), y=list(range(len(places))), ygap=3,
                colorscale=theme.scale("answer", mode, kind="diverging"), hoverongaps=False,
                colorbar={"thickness": 10, "len": 0.8, "y": 0, "yanchor": "bottom", "nticks": 5},
                hovertemplate="%{text}: <b>%{z:.4g}</b><extra></extra>",
            )
        )  # fmt: skip
        drawn.add_shape(
            type="rect", x0=-0.5, x1=0.5, y0=-0.5, y1=len(places) - 0.5,
            line={"color": theme.SURFACE[mode].accent, "width": 2},
        )  # fmt: skip
        drawn.update_layout(
            height=_AROUND + ROW * len(places),
            margin={"l": 8, "r": 8, "t": 40, "b": 12},
            xaxis=axis | {"showticklabels": False},
            yaxis=axis
            | {
                "tickvals": [len(high) / 2 - 0.5, len(high) + len(low) / 2 - 0.5],
                "ticktext": [said["contexts.high"], said["contexts.low"]],
                "autorange": "reversed",
                "automargin": True,
                "ticklabelstandoff": 6,
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["contexts.end"]: heads,
                said["token"]: [read.tokens[place] for place in places],
                said["contexts.around"]: [
                    ("" if short else " ").join(around[row]) for row in range(len(places))
                ],
                said["value"]: [float(read.values[place, unit]) for place in places],
            }
        )

    def sentence() -> str:
        return said["contexts.alt"].format(
            unit=unit,
            high=", ".join(visible(read.tokens[place]) for place in high[:3]),
            low=", ".join(visible(read.tokens[place]) for place in low[:3]),
            most=show_number(float(read.values[high[0], unit]), 3),
            least=show_number(float(read.values[low[0], unit]), 3),
        )

    return Picture(draw, table, sentence)
