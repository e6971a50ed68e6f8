"""The answer while tokens are taken out, those with the largest shares first, a line for a method.

Where a method knows what the answer came from, its line falls at once. The dotted line takes the
same tokens out in the opposite order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.faithfulness import Verdict
from core.errors import ShapeMismatch
from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 320
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def faithfulness(
    verdicts: Sequence[Verdict],
    *,
    answer: str,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw how `answer` goes as its tokens do, in the order that each method gives them."""
    if not verdicts:
        raise ShapeMismatch(what="verdicts", found=(0,), expected=(1,))
    said = words(labels)
    names = {each.found.method: said[f"attribution.{each.found.method}"] for each in verdicts}
    counts = np.arange(len(verdicts[0].deletion.answers))

    def draw() -> go.Figure:
        drawn = go.Figure()
        colours = (theme.colour("answer", mode), *theme.ITEMS[mode])
        for at, each in enumerate(verdicts):
            drawn.add_trace(
                go.Scatter(
                    x=counts,
                    y=each.deletion.answers,
                    name=names[each.found.method],
                    mode="lines",
                    line={
                        "color": colours[at % len(colours)],
                        "dash": _DASHES[at % len(_DASHES)],
                        "width": 2,
                    },
                    hovertemplate="%{y:.4g}",
                )
            )
        drawn.update_layout(
            height=HEIGHT,
            hovermode="x unified",
            margin={"l": 56, "r": 12, "t": 56, "b": 52},
            xaxis={"title": {"text": said["faithfulness.taken"]}, "rangemode": "tozero"},
            yaxis={"title": {"text": plain(answer, most=2 * MOST_CHARACTERS)}, "zeroline": False},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {said["faithfulness.taken"]: counts}
            | {names[each.found.method]: each.deletion.answers for each in verdicts}
        )

    def sentence() -> str:
        best = min(verdicts, key=lambda each: each.deletion.mean * each.sign)
        return said["faithfulness.alt"].format(answer=answer, method=names[best.found.method])

    return Picture(draw, table, sentence)
