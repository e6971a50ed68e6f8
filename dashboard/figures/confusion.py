"""What a classifier took for what, on test data: rows are right answers, columns its own.

A row's colours are shares of that row, so that a rare class is as visible as a frequent one; the
numbers are counts. Rows and columns are in the order of the classes. Not chosen: one colour scale
over counts, on which three frequent classes of Reuters hide the other 43.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.confusion import Confusion
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

FEW = 12
"""Up to so many classes each cell holds its number."""
_WORST = 3


def confusion(
    found: Confusion, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw the matrix."""
    said = words(labels)
    names = _names(found)
    few = len(names) <= FEW

    def draw() -> go.Figure:
        drawn = go.Figure(
            go.Heatmap(
                x=names,
                y=names,
                z=found.shares.astype(np.float32),
                zmin=0,
                zmax=1,
                customdata=found.counts,
                text=found.counts if few else None,
                texttemplate="%{text}" if few else None,
                colorscale=theme.scale("answer", mode),
                colorbar={"tickformat": ".0%", "title": {"text": said["confusion.share"],
                                                         "side": "right"}},
                hovertemplate=(
                    f"{said['confusion.right']}: <b>%{{y}}</b><br>"
                    f"{said['confusion.given']}: <b>%{{x}}</b><br>"
                    "<b>%{customdata}</b> (%{z:.1%})<extra></extra>"
                ),
            )
        )  # fmt: skip
        axis = {"type": "category", "showgrid": False, "showline": False, "ticks": "",
                "tickfont": {"size": 12 if few else 9}}  # fmt: skip
        drawn.update_layout(
            height=int(np.clip(120 + 46 * len(names), 260, 640)),
            xaxis=axis | {"title": {"text": said["confusion.given"]}, "constrain": "domain"},
            yaxis=axis | {"title": {"text": said["confusion.right"]}, "autorange": "reversed"},
            margin={"t": 16, "l": 70},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {said["confusion.right"]: list(found.answers)}
        for at, name in enumerate(found.answers):
            columns[name if name not in columns else f"{at}: {name}"] = found.counts[:, at]
        return frame(columns)

    def sentence() -> str:
        wrong = found.counts.copy()
        np.fill_diagonal(wrong, 0)
        worst = [np.unravel_index(at, wrong.shape) for at in np.argsort(-wrong, axis=None)[:_WORST]]
        told = ", ".join(
            said["confusion.alt.pair"].format(
                right=found.answers[row], given=found.answers[column], count=int(wrong[row, column])
            )
            for row, column in worst
            if wrong[row, column]
        )
        return said["confusion.alt"].format(
            classes=len(found.answers), accuracy=f"{found.accuracy:.1%}", pairs=told or said["none"]
        )

    return Picture(draw, table, sentence)


def _names(found: Confusion) -> list[str]:
    """The classes as they are drawn, told apart where cutting made them the same."""
    names = [plain(name, most=18) for name in found.answers]
    return names if len(set(names)) == len(names) else [
        f"{at}: {name}" for at, name in enumerate(names)
    ]  # fmt: skip
