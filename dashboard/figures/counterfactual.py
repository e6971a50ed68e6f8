"""What a model answered, and what it answers to the same with something changed: pairs of bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.guesses import Answers
from core.errors import ShapeMismatch
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST = 6
"""Answers that are drawn; the table has all."""
_ROW, _AROUND = 40, 96  # pixels


def counterfactual(
    answers: Answers, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw the answer before, the first row of `answers`, and after, the second one.

    Of many answers those that are likeliest in either, of numbers those that moved furthest. Raises
    ShapeMismatch for anything but two rows.
    """
    if answers.time != 2:
        raise ShapeMismatch(what="answers before and after", found=answers.time, expected=2)
    said = words(labels)
    names, values = _named(answers)
    size = values.max(axis=0) if answers.probable else np.abs(values[1] - values[0])
    order = np.argsort(-size, kind="stable")
    shown = order[:MOST]

    def draw() -> go.Figure:
        drawn = go.Figure()
        surface = theme.SURFACE[mode]
        places = list(range(len(shown)))
        form = ".1%" if answers.probable else ".4g"
        looks = (("before", surface.line), ("after", surface.accent))
        for row, (which, colour) in enumerate(looks):
            name = said[f"counterfactual.{which}"]
            drawn.add_bar(
                y=places, x=values[row, shown], name=name, orientation="h",
                marker={"color": colour},
                hovertext=[plain(names[at], most=60) for at in shown],
                hovertemplate=f"%{{hovertext}}, {name}: <b>%{{x:{form}}}</b><extra></extra>",
                texttemplate=f"%{{x:{form}}}", textposition="auto", constraintext="none",
                cliponaxis=False,
                textfont={"size": 12},
            )  # fmt: skip
        probable = {"range": [0, 1.0], "tickformat": ".0%"} if answers.probable else {}
        drawn.update_layout(
            height=_AROUND + _ROW * len(shown),
            barmode="group",
            bargap=0.3,
            showlegend=True,
            margin={"l": 8, "r": 24, "t": 44, "b": 40},
            xaxis={
                "title": {"text": said["probability" if answers.probable else "answer"]},
                "zeroline": not answers.probable,
                **probable,
            },
            yaxis={
                "tickvals": places,
                "ticktext": [plain(names[at], most=24) for at in shown],
                "autorange": "reversed",
                "automargin": True,
                "showgrid": False,
                "ticks": "",
                "ticklabelstandoff": 6,
            },
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["answer"]: [names[at] for at in order],
                said["counterfactual.before"]: values[0, order],
                said["counterfactual.after"]: values[1, order],
            }
        )

    def sentence() -> str:
        form = ".1%" if answers.probable else ".4g"
        told = "; ".join(
            said["counterfactual.pair"].format(
                name=names[at],
                before=format(values[0, at], form),
                after=format(values[1, at], form),
            )
            for at in shown
        )
        return said["counterfactual.alt"].format(answers=told)

    return Picture(draw, table, sentence)


def _named(answers: Answers) -> tuple[list[str], NDArray[np.float64]]:
    """The names of what is answered, and their numbers (2, names): of a yes or no, of both."""
    values = answers.values.astype(np.float64)
    if answers.binary:
        rest = answers.classes[0] if answers.classes else "0"
        return [rest, answers.name(0)], np.stack([1 - values[:, 0], values[:, 0]], axis=1)
    return [answers.name(at) for at in range(values.shape[1])], values
