"""How much gradient finds its way back: ‖∂loss/∂h_t‖ along a text, on a log axis.

A straight line down to the left is a gradient that vanishes at a steady rate; its half-life stands
in the legend. The cell state of an LSTM, which has a way of its own, is dashed. A log axis has no
place for zero: such steps are gaps in the line, and a sentence beneath says how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.vanishing import SMALLEST_NORMAL, HalfLife, Norms, written
from dashboard.figures import lines, theme
from dashboard.figures.compared import looks
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FEW, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST_BORDERS = 80
_STEPS_OF_POWERS = (1, 2, 3, 5, 10, 20, 50, 100)


def gradients(
    norms: Mapping[str, Norms],
    *,
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the norms of up to three models, by title, in the colours of their cells.

    Where float32 would underflow, a cross marks the step and a line the limit; borders of truncated
    backpropagation are dotted. Measure gradients in float64 (`model.astype`), so that what float32
    would lose can be seen. Raises OutOfRange for no or more than three models.
    """
    said = words(labels)
    chosen = looks([each.cell for each in norms.values()], mode)
    first = next(iter(norms.values()))
    steps = Steps.of(first.hidden.size, tokens, most=FEW)
    y = _axis([each for own in norms.values() for each in (own.hidden, own.memory)])
    y["title"] = {"text": said["gradients.axis"]}

    def draw() -> go.Figure:
        drawn = lines.figure(steps, words=said, mode=mode, y=y, height=380)
        for (title, own), look in zip(norms.items(), chosen, strict=True):
            name = plain(title, most=24)
            legend = f"<b>{name}</b> · {half_life_said(own.half_life, said)}"
            main = _line(steps, own.hidden, legend, name, look.colour, said["hidden"])
            drawn.add_trace(main.update(opacity=look.opacity))
            if own.memory is not None:
                memory = _line(steps, own.memory, f"{name}, {said['cell']}", name, look.colour,
                               said["cell"])  # fmt: skip
                drawn.add_trace(memory.update(line_dash="dash", line_width=1.5, mode="lines"))
            _mark_underflow(drawn, steps, own, name, look.colour, said)
        surface = theme.SURFACE[mode]
        if any(own.underflow.normal is not None for own in norms.values()):
            drawn.add_hline(
                y=SMALLEST_NORMAL, line={"color": surface.muted, "width": 1, "dash": "dash"}
            )
            # Annotations on a log axis stand at logarithms, shapes at values.
            drawn.add_annotation(
                text=said["gradients.underflow"], x=1, xref="paper", xanchor="right",
                y=np.log10(SMALLEST_NORMAL), yref="y", yanchor="top", showarrow=False,
                font={"size": 12, "color": surface.muted},
            )  # fmt: skip
        borders_said = _borders(drawn, steps, first, said, mode)
        lines.frame(drawn, steps, step, mode=mode)
        drawn.update_layout(showlegend=True, margin={"t": 40 + 24 * len(norms)})
        notes = [*_zeros(norms, said), *borders_said]
        lines.note(drawn, notes, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        for title, own in norms.items():
            columns[f"{title}, {said['hidden']}"] = own.hidden
            if own.memory is not None:
                columns[f"{title}, {said['cell']}"] = own.memory
        return frame(columns)

    def sentence() -> str:
        lives = "; ".join(
            f"{title} {half_life_said(own.half_life, said)}" for title, own in norms.items()
        )
        return said["gradients.alt"].format(lives=lives)

    return Picture(draw, table, sentence)


def half_life_said(found: HalfLife, said: Mapping[str, str]) -> str:
    """Return the one number of a cell that a person can quote, in words."""
    return said[f"half_life.{found.trend}"].format(steps=written(found.steps))


def _axis(values: Sequence[NDArray[np.floating] | None]) -> dict[str, object]:
    """A log axis with at most some ten powers of ten on it."""
    found = np.concatenate([each[np.isfinite(each) & (each > 0)] for each in values
                            if each is not None])  # fmt: skip
    low, high = np.log10([found.min(), found.max()]) if found.size else (-1.0, 0.0)
    low, high = np.floor(low - 0.1), np.ceil(high + 0.1)
    every = next((size for size in _STEPS_OF_POWERS if (high - low) / size <= 9), 50)
    return {"type": "log", "range": [low, high], "dtick": every, "exponentformat": "power",
            "minor": {"showgrid": False}, "tickfont": {"size": 12}}  # fmt: skip


def _line(
    steps: Steps,
    values: NDArray[np.floating],
    legend: str,
    name: str,
    colour: str,
    state: str,
) -> go.Scatter:
    positive = np.where(values > 0, values, np.nan)
    line = lines.line(steps, positive, name=legend, colour=colour)
    return line.update(hovertemplate=f"{name}, {state}: <b>%{{y:.3e}}</b><extra></extra>")


def _mark_underflow(
    drawn: go.Figure, steps: Steps, own: Norms, name: str, colour: str, said: Mapping[str, str]
) -> None:
    at = own.underflow.normal
    if at is None:
        return
    drawn.add_trace(
        go.Scatter(
            x=[steps.places[at]],
            y=[own.hidden[at]],
            mode="markers",
            marker={"symbol": "x", "size": 11, "color": colour},
            name=f"{name}: {said['gradients.underflow']}",
            hovertemplate=f"{name}: {said['gradients.underflow']}<extra></extra>",
            showlegend=False,
        )
    )


def _borders(
    drawn: go.Figure, steps: Steps, first: Norms, said: Mapping[str, str], mode: Mode
) -> list[str]:
    """Dotted lines where truncated backpropagation cuts; what is said of them."""
    size = first.truncate
    if size is None or size >= steps.count:
        return []
    cuts = [at - 0.5 for at in range(size, steps.count, size)]
    if first.direction == "backward":
        cuts = [steps.count - 1 - cut for cut in cuts]
    if len(cuts) <= MOST_BORDERS:
        line = {"color": theme.SURFACE[mode].muted, "width": 1, "dash": "dot"}
        drawn.layout.shapes += tuple(
            go.layout.Shape(
                type="line", x0=place, x1=place, y0=0, y1=1, xref="x", yref="paper",
                layer="below", name="border", line=line,
            )
            for place in map(steps.position, cuts)
        )  # fmt: skip
    return [said["gradients.truncated"].format(steps=size)]


def _zeros(norms: Mapping[str, Norms], said: Mapping[str, str]) -> list[str]:
    counts = {title: int((own.hidden == 0).sum()) for title, own in norms.items()}
    told = ", ".join(f"{plain(title, most=24)} {count}" for title, count in counts.items() if count)
    return [said["gradients.zeros"].format(counts=told)] if told else []
