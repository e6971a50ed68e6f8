"""Which units an answer needs: how far it moves without each, the largest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.ablation import ALL, Ablations
from core.analysis.expressions import show_number
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST = 24
"""Units that are drawn; the table has all."""
HEIGHT = 260


def ablation(
    found: Ablations,
    *,
    output: int,
    answer: str,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the effect of each unit's loss on `output`, called `answer`, before its activation.

    Where all gates and states were put out, each bar bears the colour and the symbol of its own.
    The table ranks all of them, with what the model then answers.
    """
    said = words(labels)
    order = found.order(output)
    raw = found.raw_effects(output)
    names = [_name(found, row, said) for row in range(len(raw))]

    def draw() -> go.Figure:
        shown = order[:MOST]
        drawn = go.Figure(
            go.Bar(
                x=list(range(len(shown))),
                y=raw[shown],
                marker={"color": [theme.colour(found.who[row][0], mode) for row in shown]},
                customdata=[[names[row], found.answers[row, output]] for row in shown],
                hovertemplate=f"%{{customdata[0]}}: <b>%{{y:.4g}}</b><br>"
                f"{said['ablation.without']}: %{{customdata[1]:.4g}}<extra></extra>",
            )
        )
        drawn.update_layout(
            height=HEIGHT,
            margin={"l": 52, "r": 12, "t": 24, "b": 48},
            bargap=0.25,
            xaxis={
                "title": {"text": said["unit"]},
                "tickvals": list(range(len(shown))),
                "ticktext": [_tick(found, row) for row in shown],
                "showgrid": False,
                "ticks": "",
            },
            yaxis={
                "title": {"text": said["ablation.axis"].format(answer=plain(answer, most=16))},
                "zeroline": True,
                "ticks": "",
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["ablation.rank"]: np.arange(1, len(order) + 1),
                said["quantity"]: [said[found.who[row][0]] for row in order],
                said["unit"]: [found.who[row][1] for row in order],
                said["ablation.effect"]: raw[order],
                said["ablation.without"]: found.answers[order, output],
                said["ablation.moved"]: found.effects(output)[order],
            }
        )

    def sentence() -> str:
        first = ", ".join(
            said["ablation.unit"].format(unit=names[row], effect=show_number(float(raw[row]), 3))
            for row in order[:3]
        )
        return said["ablation.alt"].format(
            quantity=said["ablation.all" if found.quantity == ALL else found.quantity],
            units=len(order),
            answer=answer,
            first=first,
        )

    return Picture(draw, table, sentence)


def _name(found: Ablations, row: int, said: Mapping[str, str]) -> str:
    """A row as one reads it: its unit, and its quantity where there are several."""
    quantity, unit = found.who[row]
    return f"{said[quantity]} {unit}" if found.quantity == ALL else f"{said['unit']} {unit}"


def _tick(found: Ablations, row: int) -> str:
    """The same beneath a bar, the quantity by its symbol: its colour says it too."""
    quantity, unit = found.who[row]
    return f"{theme.QUANTITY[quantity].symbol} {unit}" if found.quantity == ALL else str(unit)
