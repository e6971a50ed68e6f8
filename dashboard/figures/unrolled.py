"""The network, unrolled over a short text: what a recurrent network is, in one picture.

For each token the same cell, its hidden units as a column of colours; the arrow to the next cell is
all that it remembers; above, what it would answer if the text ended here. Longer texts show a
window and say so: past some twenty cells the picture would say less, not more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.guesses import Answers
from core.analysis.sequence import layer_of
from core.text.window import Window
from core.trace import Trace
from dashboard.figures import theme
from dashboard.figures import unrolled_parts as parts
from dashboard.figures.markup import plain, width
from dashboard.figures.picture import Picture, frame
from dashboard.figures.recorded import recorded
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST = 20
UNITS = 24  # rows that a column shows
_FEWEST = 7  # places: few cells do not grow wider than this allows


def unrolled(
    trace: Trace,
    *,
    tokens: Sequence[str],
    answers: Answers | None = None,
    layer: int | str = 0,
    batch: int = 0,
    step: int | None = None,
    start: int = 0,
    order: Sequence[int] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the network unrolled over up to 20 steps.

    Args:
        trace: a recorded run.
        tokens: the texts read at each step, made visible.
        answers: what it would answer at each step, drawn above.
        layer: its place in `trace.layers`, or its name.
        batch: which sequence.
        step: the index of a step to frame; the window shows it.
        start: the first step shown, where the text is longer and no `step` is given.
        order: unit indices from the top down; of many units the first 24 are drawn.
        labels: words that differ from English.
        mode: "light" or "dark".
    """
    said = words(labels)
    steps = Steps.of(trace.time, tokens)
    window = _window(trace.time, start=start, step=step)
    shown = range(window.start, window.stop)
    run = layer_of(trace, layer)
    (hidden,) = recorded(run, batch=batch, names=["hidden"])
    rows = [int(unit) for unit in (range(hidden.values.shape[1]) if order is None else order)]
    rows = rows[:UNITS]
    backward = run.direction == "backward"
    count = len(shown)

    def draw() -> go.Figure:
        drawn = go.Figure()
        drawn.add_trace(parts.cells(count, mode, framed=[at == step for at in shown]))
        values = hidden.values[list(shown)][:, rows].T
        names = [f"{plain(tokens[at], most=14)} · {said['step']} {at + FIRST}" for at in shown]
        drawn.add_trace(parts.columns(values, rows, names, said, mode, low=hidden.low,
                                      high=hidden.high))  # fmt: skip
        texts = [tokens[at] for at in shown]
        slanted = len(texts) * max(width(text[: parts.LONG]) + 1 for text in texts) > 44
        notes = parts.arrows(count, window, backward=backward, mode=mode)
        notes += parts.tokens(texts, shown, step, mode, slanted=slanted)
        top = 1.0
        if answers is not None:
            top = 0.68
            notes += parts.answers(drawn, answers, shown, said, mode)
        if not window.is_whole:
            notes.append(parts.window_said(window, said, mode))
        spare = max(0, _FEWEST - count) / 2
        lowest = -0.86 if slanted else -0.62
        drawn.update_layout(
            height=300 + (90 if answers is not None else 0),
            margin={"l": 12, "r": 12, "t": 12, "b": 30},
            annotations=notes,
            barmode="overlay",
            hovermode="closest",
            xaxis={
                "visible": False,
                "range": [-0.85 - spare, count - 0.15 + spare],
                "fixedrange": True,
            },
            yaxis={"visible": False, "range": [lowest, 1.34 if answers is not None else 1.14],
                   "domain": [0, top], "fixedrange": True},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        if answers is not None and answers.probable:
            guesses = [answers.guesses(at)[0] for at in range(trace.time)]
            columns[said["answer"]] = [name for name, _ in guesses]
            columns[said["probability"]] = [share for _, share in guesses]
        elif answers is not None:
            columns[said["answer"]] = answers.values[:, 0]
        values = {f"{said['unit']} {at}": unit for at, unit in enumerate(hidden.values.T)}
        return frame(columns | values)

    def sentence() -> str:
        told = said["unrolled.alt"].format(
            cell=said.get(run.cell, run.cell), units=run.units, steps=trace.time,
            text=" ".join(tokens[:MOST]),
        )  # fmt: skip
        if answers is not None and answers.probable:
            name, share = answers.guesses(answers.time - 1)[0]
            told += " " + said["unrolled.answer"].format(name=name, share=f"{share:.2f}")
        return told

    return Picture(draw, table, sentence)


def _window(time: int, *, start: int, step: int | None) -> Window:
    window = Window(0, MOST, time)
    return window.at(start) if step is None else Window.over(total=time, length=MOST, near=step)
