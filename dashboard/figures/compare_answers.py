"""What up to three models would answer along the same text, as lines in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.guesses import Answers
from core.errors import ShapeMismatch
from dashboard.figures import lines, theme
from dashboard.figures.compared import looks
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

NAMED = 60  # steps up to which the axis names tokens


def compare_answers(
    given: Mapping[str, Answers],
    *,
    cells: Sequence[str],
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw one line for each model, in the colour of its cell.

    `given` are their answers by title, `cells` the cell of each. Of one sigmoid output the line is
    its probability; of a softmax that given to the right class, where it is known, else that of
    its best guess; of other readouts the first output. Raises ShapeMismatch for texts of unequal
    length.
    """
    said = words(labels)
    found = _lines(given)
    steps = Steps.of(next(iter(found.values())).size, tokens, most=NAMED)
    first = next(iter(given.values()))
    y = {"title": {"text": said["probability" if first.probable else "answer"]}}

    def draw() -> go.Figure:
        drawn = lines.figure(steps, words=said, mode=mode, y=y, height=300)
        if first.probable:
            drawn.update_yaxes(range=[-0.03, 1.03], tickvals=[0, 0.25, 0.5, 0.75, 1])
        for (title, values), look in zip(found.items(), looks(cells, mode), strict=True):
            name = plain(title, most=24)
            line = lines.line(steps, values, name=name, colour=look.colour, dash=look.dash)
            drawn.add_trace(line.update(opacity=look.opacity))
        if first.binary:
            surface = theme.SURFACE[mode]
            drawn.add_hline(y=0.5, line={"color": surface.muted, "width": 1, "dash": "dash"})
            lines.ends(drawn, first.classes, mode=mode)
        drawn.update_layout(showlegend=True)
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        return frame(columns | found)

    def sentence() -> str:
        ends = ", ".join(f"{title} {values[-1]:.3g}" for title, values in found.items())
        return said["compare_answers.alt"].format(ends=ends)

    return Picture(draw, table, sentence)


def _lines(given: Mapping[str, Answers]) -> dict[str, NDArray[np.floating]]:
    found: dict[str, NDArray[np.floating]] = {}
    time = next(iter(given.values())).time
    for title, answers in given.items():
        if answers.time != time:
            raise ShapeMismatch(what=f"answers of {title}", found=answers.time, expected=time)
        right = answers.given_to_right()
        if right is not None:
            found[title] = right
        elif answers.binary or not answers.probable:
            found[title] = answers.values[:, 0]
        else:
            found[title] = answers.values.max(axis=1)
    return found
