"""Sequences drawn as what they are: waves as lines, pen strokes as handwriting, melodies as rolls.

Rows beneath one another, each with sequences side by side, so that what was made stands under what
it was made of. All of a row are one line with gaps: a hundred letters are one series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.data.sequences import melodies, strokes
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]
Line = Array
"""Points (points, 2) of one stroke, within a box that is 1 high."""

_HIGH = {"strokes": 108, "waves": 84, "melodies": 84}
"""Pixels of a row."""
_WIDE = {"strokes": 0.8, "waves": 1.6, "melodies": 1.6}
"""Of a box, in its heights."""
_GAP, _LABEL = 0.18, 0.34
"""Between boxes, and above a row for what it is called; in heights."""
_LOW, _TALL = -0.25, 2.3
"""From where to where a letter's box reaches, in heights of a small letter."""


@dataclass(frozen=True, eq=False)
class Row:
    """Sequences (count, steps, features) side by side; `name` of the row, `captions` under each.

    `item` is which of the theme's ITEMS they are drawn in, None for the colour of what is real;
    `chosen` is one that is framed.
    """

    name: str
    sequences: Array
    item: int | None = 0
    captions: Sequence[str] = ()
    chosen: int | None = None


def sequences(
    rows: Sequence[Row],
    *,
    of: str,
    features: Sequence[str],
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw rows of sequences of the set called `of`, whose steps have these `features`."""
    said = words(labels)
    most = max(len(row.sequences) for row in rows)
    captioned = any(row.captions for row in rows)
    pitch = 1 + _LABEL + (_LABEL if captioned else 0)

    def draw() -> go.Figure:
        drawn = go.Figure()
        for at, row in enumerate(rows):
            _draw(drawn, row, of=of, down=-at * pitch, mode=mode)
        wide = _WIDE[of] + _GAP
        drawn.update_xaxes(visible=False, range=[-_GAP, most * wide], fixedrange=True)
        drawn.update_yaxes(
            visible=False, fixedrange=True,
            range=[-(len(rows) - 1) * pitch - (_LABEL if captioned else 0) - 0.02, 1 + _LABEL],
        )  # fmt: skip
        if of == "strokes":  # a letter that is stretched is another letter
            drawn.update_yaxes(
                scaleanchor="x", scaleratio=1, constrain="domain", constraintoward="top"
            )
            drawn.update_xaxes(constrain="domain", constraintoward="left")
        drawn.update_layout(
            height=int(_HIGH[of] * pitch * len(rows)) + 16, showlegend=False, hovermode=False,
            margin={"l": 4, "r": 4, "t": 8, "b": 8},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        titles = (said["sequences.row"], said["sequences.number"], said["step"], *features)
        parts = []
        for row in rows:
            count, steps, _ = row.sequences.shape
            numbers, places = np.indices((count, steps))
            columns: dict[str, object] = {
                titles[0]: [row.name] * (count * steps),
                titles[1]: numbers.ravel() + FIRST,
                titles[2]: places.ravel() + FIRST,
            }
            flat = row.sequences.reshape(count * steps, -1)
            columns |= {name: flat[:, k] for k, name in enumerate(features)}
            parts.append(columns)
        return joined(parts, titles=titles)

    def sentence() -> str:
        told = "; ".join(
            said["sequences.alt.row"].format(
                row=row.name, count=len(row.sequences), spread=f"{row.sequences.std():.3g}"
            )
            for row in rows
        )
        return said["sequences.alt"].format(what=said[f"sequences.{of}"], rows=told)

    return Picture(draw, table, sentence)


def _draw(drawn: go.Figure, row: Row, *, of: str, down: float, mode: Mode) -> None:
    surface, wide = theme.SURFACE[mode], _WIDE[of] + _GAP
    points: list[Array] = []
    for at, sequence in enumerate(row.sequences):
        for line in lines_of(sequence, of=of):
            points += [line + np.array([at * wide, down]), np.full((1, 2), np.nan)]
    way = np.concatenate(points) if points else np.full((1, 2), np.nan)
    drawn.add_scatter(
        x=way[:, 0].astype(np.float32), y=way[:, 1].astype(np.float32),
        name=plain(row.name, most=90),
        mode="lines", line={"color": theme.item(row.item, mode),
                            "width": 4.5 if of == "melodies" else 2.2},
    )  # fmt: skip
    note: dict[str, Any] = {"showarrow": False, "yanchor": "bottom", "xanchor": "left"}
    drawn.add_annotation(
        text=plain(row.name, most=90), x=0, y=down + 1.02, **note,
        font={"size": 13, "color": surface.muted},
    )  # fmt: skip
    for at, caption in enumerate(row.captions):
        drawn.add_annotation(
            text=plain(caption, most=14), x=at * wide + _WIDE[of] / 2, y=down - 0.02,
            showarrow=False, yanchor="top", font={"size": 12, "color": surface.muted},
        )  # fmt: skip
    for at in range(len(row.sequences)):
        chosen = at == row.chosen
        drawn.add_shape(
            type="rect", x0=at * wide - 0.05, x1=at * wide + _WIDE[of] + 0.05, y0=down, y1=down + 1,
            layer="below", line={"color": surface.accent if chosen else surface.grid,
                                 "width": 2 if chosen else 1},
        )  # fmt: skip


def lines_of(sequence: Array, *, of: str) -> list[Line]:
    """What is drawn of one sequence (steps, features): lines in a box 1 high, _WIDE wide."""
    if of == "strokes":
        return _strokes(sequence)
    if of == "melodies":
        return _notes(sequence)
    along = np.linspace(0, _WIDE["waves"], len(sequence))
    return [np.stack([along, 0.5 + 0.4 * np.clip(sequence[:, 0], -1.25, 1.25)], axis=1)]


def _strokes(sequence: Array) -> list[Line]:
    """The moves on the paper, joined as long as the pen is not lifted."""
    pen = np.concatenate([np.array([strokes.HOME]), strokes.positions(sequence)])
    placed = np.stack([pen[:, 0] + 0.35, pen[:, 1] - _LOW], axis=1) / (_TALL - _LOW)
    found: list[Line] = []
    begun: int | None = None
    for at, draws in enumerate([*strokes.on_paper(sequence), False]):
        if draws and begun is None:
            begun = at
        elif not draws and begun is not None:
            found.append(placed[begun : at + 1])
            begun = None
    return found


def _notes(sequence: Array) -> list[Line]:
    """A bar for each note: from where it is struck, or its pitch changes, to the next."""
    degrees, begins = melodies.degrees(sequence), melodies.struck(sequence)
    begins[1:] |= np.diff(degrees) != 0
    starts = [*np.flatnonzero(begins), len(sequence)]
    unit = _WIDE["melodies"] / len(sequence)
    return [
        np.array([[a * unit, high], [(b - 0.3) * unit, high]])
        for a, b in pairwise(starts)
        for high in [0.08 + 0.84 * degrees[a] / (melodies.DEGREES - 1)]
    ]
