"""The network, unrolled over a short text: what a recurrent network is, in one picture.

For each token the same cell, its hidden units as a column of colours; the arrow to the next cell is
all that it remembers; above, what it would answer if the text ended here. Longer texts show a
window and say so: past some twenty cells the picture would say less, not more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.text.window import Window
from core.trace import Trace
from dashboard.figures import theme
from dashboard.figures.answers import Answers
from dashboard.figures.markup import plain, width
from dashboard.figures.recorded import layer_of, recorded
from dashboard.figures.steps import FIRST
from dashboard.figures.tables import frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST = 20
UNITS = 24  # rows that a column shows
_LOW, _HIGH = 0.0, 1.0  # of the columns
_HALF = 0.27  # of a cell's width
_FEWEST = 7  # places: few cells do not grow wider than this allows
_LONG = 9  # characters of a token


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
) -> go.Figure:
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
    said, surface = words(labels), theme.SURFACE[mode]
    window = _window(trace.time, start=start, step=step)
    shown = range(window.start, window.stop)
    (hidden,) = recorded(layer_of(trace, layer), batch=batch, names=["hidden"])
    rows = [int(unit) for unit in (range(hidden.values.shape[1]) if order is None else order)]
    rows = rows[:UNITS]
    backward = layer_of(trace, layer).direction == "backward"
    count, places = len(shown), list(range(len(shown)))
    drawn = go.Figure()
    drawn.add_trace(
        go.Bar(
            x=places, y=[1.12] * count, base=-0.06, width=2 * _HALF + 0.12, hoverinfo="skip",
            showlegend=False, marker={
                "color": surface.card, "cornerradius": 9, "line": {
                    "width": [2.5 if at == step else 1 for at in shown],
                    "color": [surface.accent if at == step else surface.line for at in shown],
                },
            },
        )
    )  # fmt: skip
    drawn.add_trace(_columns(hidden.values[list(shown)][:, rows].T, rows, tokens, shown, said, mode,
                             low=hidden.low, high=hidden.high))  # fmt: skip
    _arrows(drawn, count, window, backward=backward, mode=mode)
    slanted = _tokens(drawn, [tokens[at] for at in shown], shown, step, mode)
    top = 1.0
    if answers is not None:
        top = 0.68
        _answers(drawn, answers, shown, said, mode)
    spare = max(0, _FEWEST - count) / 2
    lowest = -0.86 if slanted else -0.62
    drawn.update_layout(
        height=300 + (90 if answers is not None else 0),
        margin={"l": 12, "r": 12, "t": 12, "b": 30},
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
    if not window.is_whole:
        note = said["unrolled.window"].format(
            first=window.start + FIRST, last=window.stop - 1 + FIRST, total=window.total
        )
        drawn.add_annotation(
            text=note, x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top",
            yshift=-8, showarrow=False, font={"size": 12, "color": surface.muted},
        )  # fmt: skip
    return theme.apply(drawn, mode)


def _window(time: int, *, start: int, step: int | None) -> Window:
    window = Window(0, MOST, time)
    return window.at(start) if step is None else Window.over(total=time, length=MOST, near=step)


def _columns(
    values: np.ndarray,
    rows: Sequence[int],
    tokens: Sequence[str],
    shown: Sequence[int],
    said: Mapping[str, str],
    mode: Mode,
    *,
    low: float,
    high: float,
) -> go.Heatmap:
    """Each step's units as a column of its own: every other column of the heatmap is empty."""
    count = len(shown)
    spread = np.full((len(rows), 2 * count - 1), np.nan, dtype=np.float32)
    spread[:, ::2] = values
    edges = [side for at in range(count) for side in (at - _HALF, at + _HALF)]
    names = [""] * (2 * count - 1)
    names[::2] = [f"{plain(tokens[at], most=14)} · {said['step']} {at + FIRST}" for at in shown]
    return go.Heatmap(
        x=edges,
        # The first unit on top.
        y=np.linspace(_HIGH, _LOW, len(rows) + 1),
        z=spread,
        customdata=[[f"{name}<br>{said['unit']} {row}" for name in names] for row in rows],
        hovertemplate=f"%{{customdata}}<br>{said['hidden']}: <b>%{{z:.4f}}</b><extra></extra>",
        hoverongaps=False,
        zmin=low,
        zmax=high,
        colorscale=theme.scale("hidden", mode),
        showscale=False,
        zorder=1,
        ygap=1 if len(rows) <= 16 else 0,
    )


def _arrows(drawn: go.Figure, count: int, window: Window, *, backward: bool, mode: Mode) -> None:
    """From cell to cell, dotted where more text lies on that side; up from each token."""
    edge, size = _HALF + 0.07, 1.6
    hidden, read = theme.colour("hidden", mode), theme.colour("from_input", mode)
    for at in range(-1, count):
        left, right = at + edge, at + 1 - edge
        left, right = max(left, -0.85), min(right, count - 0.2)
        more = (at == -1 and window.before) or (at == count - 1 and window.after)
        opacity = 0.45 if at in (-1, count - 1) and not more else 1.0
        tail, tip = (right, left) if backward else (left, right)
        _arrow(drawn, (tail, 0.5), (tip, 0.5), colour=hidden, width=size, opacity=opacity)
    for at in range(count):
        _arrow(drawn, (at, -0.33), (at, -0.08), colour=read, width=size)


def _arrow(
    drawn: go.Figure,
    tail: tuple[float, float],
    tip: tuple[float, float],
    *,
    colour: str,
    width: float,
    opacity: float = 1.0,
) -> None:
    drawn.add_annotation(
        ax=tail[0], ay=tail[1], x=tip[0], y=tip[1], axref="x", ayref="y", xref="x", yref="y",
        showarrow=True, arrowhead=2, arrowsize=0.9, arrowwidth=width, arrowcolor=colour, text="",
        opacity=opacity,
    )  # fmt: skip


def _tokens(
    drawn: go.Figure, texts: Sequence[str], shown: Sequence[int], step: int | None, mode: Mode
) -> bool:
    """The tokens; many or long ones stand aslant, so that they fit a narrow page: whether so."""
    slanted = len(texts) * max(width(text[:_LONG]) + 1 for text in texts) > 44
    for at, (text, index) in enumerate(zip(texts, shown, strict=True)):
        word = plain(text, most=_LONG)
        drawn.add_annotation(
            text=f"<b>{word}</b>" if index == step else word, x=at, y=-0.38, xref="x", yref="y",
            yanchor="top", xanchor="right" if slanted else "center", showarrow=False,
            textangle=-50 if slanted else 0, xshift=6 if slanted else 0, name="token",
            font={"size": 13, "color": theme.colour("from_input", mode)},
        )  # fmt: skip
    return slanted


def _answers(
    drawn: go.Figure, given: Answers, shown: Sequence[int], said: Mapping[str, str], mode: Mode
) -> None:
    """A line of probabilities above the cells, and the best guess of each where there are many."""
    surface, colour = theme.SURFACE[mode], theme.colour("answer", mode)
    guesses = [given.guesses(at)[0] for at in shown]
    heights = [given.values[at, 0] if given.binary else share
               for at, (_, share) in zip(shown, guesses, strict=True)]  # fmt: skip
    if not given.probable:
        heights = [float(given.values[at, 0]) for at in shown]
    many = not given.binary and given.probable
    names = [plain(name, most=7) for name, _ in guesses]
    for at in range(len(shown)):
        _arrow(drawn, (at, 1.09), (at, 1.31), colour=colour, width=1.6)
    drawn.add_trace(
        go.Scatter(
            x=list(range(len(shown))),
            y=heights,
            yaxis="y2",
            mode="markers+text" if many else "lines+markers",
            line={"color": colour, "width": 2},
            marker={"color": surface.accent if many else colour, "size": 8},
            text=names if many else None,
            textposition="top center",
            textfont={"size": 12, "color": surface.ink},
            cliponaxis=False,
            customdata=[f"{name}: {share:.4f}" if given.probable else f"{height:.4f}"
                        for name, (_, share), height in zip(names, guesses, heights, strict=True)],
            hovertemplate=f"{said['answer']}<br><b>%{{customdata}}</b><extra></extra>",
            showlegend=False,
            name=said["answer"],
        )
    )  # fmt: skip
    axis = {"domain": [0.72, 1], "side": "left", "anchor": "free", "position": 0.0,
            "fixedrange": True, "zeroline": False, "showline": False, "ticks": "",
            "gridcolor": surface.grid}  # fmt: skip
    if given.probable:
        axis |= {"range": [-0.1, 1.35 if many else 1.1], "tickvals": [0, 0.5, 1]}
        axis |= {"tickfont": {"size": 10, "color": surface.muted}}
    drawn.update_layout(yaxis2=axis)
    if given.binary:
        for place, name in zip((0, 1), given.classes, strict=False):
            drawn.add_annotation(
                text=plain(name, most=18), x=1, xref="paper", xanchor="right", y=place, yref="y2",
                yanchor="bottom" if place == 0 else "top", showarrow=False,
                font={"size": 11, "color": surface.muted},
            )  # fmt: skip


def unrolled_table(
    trace: Trace,
    *,
    tokens: Sequence[str],
    answers: Answers | None = None,
    layer: int | str = 0,
    batch: int = 0,
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the whole text's hidden units, a row for each step, and the answer of each."""
    said, run = words(labels), layer_of(trace, layer)
    columns: dict[str, object] = {
        said["step"]: np.arange(trace.time) + FIRST,
        said["token"]: list(tokens),
    }
    if answers is not None and answers.probable:
        guesses = [answers.guesses(at)[0] for at in range(trace.time)]
        columns[said["answer"]] = [name for name, _ in guesses]
        columns[said["probability"]] = [share for _, share in guesses]
    elif answers is not None:
        columns[said["answer"]] = answers.values[:, 0]
    hidden = run.states["hidden"][batch]
    return frame(columns | {f"{said['unit']} {unit}": hidden[:, unit] for unit in range(run.units)})


def unrolled_alt(
    trace: Trace,
    *,
    tokens: Sequence[str],
    answers: Answers | None = None,
    layer: int | str = 0,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return what `unrolled` shows as a sentence."""
    said, run = words(labels), layer_of(trace, layer)
    sentence = said["unrolled.alt"].format(
        cell=said.get(run.cell, run.cell), units=run.units, steps=trace.time,
        text=" ".join(tokens[:MOST]),
    )  # fmt: skip
    if answers is not None and answers.probable:
        name, share = answers.guesses(answers.time - 1)[0]
        sentence += " " + said["unrolled.answer"].format(name=name, share=f"{share:.2f}")
    return sentence
