"""Each token's share in an answer, a row for each method: which speak for it, which against.

Methods differ in scale, so each row is coloured by its own largest share; the numbers themselves
are in the hover and the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.attribution import Attribution
from core.analysis.expressions import show_number
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

ROW = 36  # pixels
_AROUND = 96


def attribution(
    found: Sequence[Attribution],
    *,
    answer: str,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the shares that some methods give the tokens of one text in `answer`, its name."""
    said = words(labels)
    steps = Steps.of(len(found[0].shares), tokens)
    names = [said[f"attribution.{each.method}"] for each in found]
    shares = np.stack([each.shares for each in found])
    largest = np.abs(shares).max(axis=1, keepdims=True)
    relative = np.divide(shares, largest, out=np.zeros_like(shares), where=largest > 0)

    def draw() -> go.Figure:
        axis = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False}
        drawn = go.Figure(
            go.Heatmap(
                x=steps.places,
                y=list(range(len(names))),
                hovertext=[[f"{name}, {place}" for place in steps.places] for name in names],
                z=relative.astype(np.float32),
                customdata=shares,
                zmin=-1,
                zmax=1,
                xgap=1,
                ygap=3,
                colorscale=theme.scale("answer", mode, kind="diverging"),
                colorbar={
                    "thickness": 10,
                    "len": 0.8,  # its upper end stays clear of the chart's menu
                    "y": 0,
                    "yanchor": "bottom",
                    "tickvals": [-1, 1],
                    "ticktext": [said["attribution.against"], said["attribution.for"]],
                },
                hovertemplate="%{hovertext}: <b>%{customdata:.4g}</b><extra></extra>",
            )
        )
        drawn.update_layout(
            height=_AROUND + ROW * len(names),
            margin={"l": 8, "r": 8, "t": 12, "b": 60},
            xaxis=steps.axis(said) | axis,
            yaxis={
                "tickvals": list(range(len(names))),
                "ticktext": names,
                "autorange": "reversed",
                "automargin": True,
                "ticklabelstandoff": 6,
                **axis,
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(steps.columns(said) | dict(zip(names, shares, strict=True)))

    def sentence() -> str:
        told = "; ".join(
            said["attribution.most"].format(
                method=name,
                token=said["step"] if tokens is None else tokens[at],
                step=at + FIRST,
                share=show_number(float(row[at]), 3),
            )
            for name, row in zip(names, shares, strict=True)
            for at in [int(np.abs(row).argmax())]
        )
        return said["attribution.alt"].format(answer=answer, largest=told)

    return Picture(draw, table, sentence)
