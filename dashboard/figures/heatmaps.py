"""Stacks of heatmaps, units × steps, in columns that share their rows: what several figures draw.

One row for each quantity, one colour bar for each row, so that equal colours mean equal numbers
across a row; one x axis for each column, so that zoom and hover run through all rows at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import lines, theme
from dashboard.figures.blocks import Blocks
from dashboard.figures.steps import Steps, spans
from dashboard.figures.theme import Mode

ROW, GAP, TOP, BOTTOM = 104, 30, 44, 64  # pixels
SPACE = 0.05  # between columns, of the width
_BAR = 8


@dataclass(frozen=True, eq=False)
class Panel:
    """One heatmap: `values` (units, steps), the top row first.

    `row` says in which row it stands, `preactivations` of the same shape appear in hover.
    """

    row: str
    values: NDArray[np.floating]
    preactivations: NDArray[np.floating] | None = None


@dataclass(frozen=True, eq=False)
class Column:
    """What stands in one column: its title, steps, names of units from top to bottom, panels."""

    title: str
    steps: Steps
    units: Sequence[int]
    panels: Sequence[Panel]
    masked: Sequence[int] = ()


@dataclass(frozen=True)
class Row:
    """A row's title and the scale that all its panels share."""

    title: str
    colour: str
    colorscale: list[tuple[float, str]] = field(repr=False)
    low: float
    high: float
    ticks: Mapping[float, str] | None = None
    hover: str = "%{z:.4f}"


def stack(
    columns: Sequence[Column],
    rows: Mapping[str, Row],
    *,
    words: Mapping[str, str],
    mode: Mode,
    step: int | None = None,
    row_height: int = ROW,
    note: str = "",
) -> go.Figure:
    """Draw columns of panels; `step` is framed in each, `note` written beneath."""
    blocks = _blocks(columns)
    top = TOP + (24 if any(column.title for column in columns) else 0)
    inside = len(rows) * (row_height + GAP) - GAP
    figure = go.Figure()
    figure.update_layout(
        height=top + inside + BOTTOM, margin={"l": 44, "r": 12, "t": top, "b": BOTTOM}
    )
    for at, row in enumerate(rows.values()):
        upper = 1 - at * (row_height + GAP) / inside
        lower = max(upper - row_height / inside, 0.0)
        _row(figure, row, at=at, columns=len(columns), lower=lower, upper=upper, mode=mode)
    figure.update_layout(yaxis_title={"text": words["unit"], "standoff": 4, "font": {"size": 11}})
    for place, column in enumerate(columns):
        _column(figure, column, rows, blocks, place=place, columns=len(columns), words=words)
        _masked(figure, column, blocks, place=place, words=words, mode=mode)
        if step is not None:
            steps = Steps(column.steps.count, column.steps.tokens, blocks.steps)
            _frame(figure, steps, step, place=place, colour=theme.SURFACE[mode].accent)
    lines.note(figure, [note, blocks.said(words)], mode=mode, bottom=BOTTOM)
    return theme.apply(figure, mode)


def _blocks(columns: Sequence[Column]) -> Blocks:
    """Blocks with which all numbers together, those of hover too, stay within the budget."""
    panels = [panel for column in columns for panel in column.panels]
    return Blocks.fit(
        units=max(len(column.units) for column in columns),
        steps=max(column.steps.count for column in columns),
        arrays=sum(1 if panel.preactivations is None else 2 for panel in panels) or 1,
    )


def _row(
    figure: go.Figure,
    row: Row,
    *,
    at: int,
    columns: int,
    lower: float,
    upper: float,
    mode: Mode,
) -> None:
    """A row's title, its colour bar, and a y axis for each column."""
    axis = {
        "domain": [lower, upper],
        "type": "category",
        "autorange": "reversed",
        "showgrid": False,
        "showline": False,
        "ticklen": 0,
        "tickfont": {"size": 10},
    }
    for place in range(columns):
        number = _number(at * columns + place)
        figure.update_layout({f"yaxis{number}": {**axis, "anchor": f"x{_number(place)}"}})
    figure.update_layout(_coloraxis(at, row, lower=lower, upper=upper, mode=mode))
    figure.add_annotation(
        text=f"<b>{row.title}</b>", font={"color": row.colour, "size": 13},
        x=0, xref="paper", xanchor="left", y=upper, yref="paper", yanchor="bottom",
        showarrow=False,
    )  # fmt: skip


def _column(
    figure: go.Figure,
    column: Column,
    rows: Mapping[str, Row],
    blocks: Blocks,
    *,
    place: int,
    columns: int,
    words: Mapping[str, str],
) -> None:
    """A column's title, its axis of steps, and its panels."""
    steps = Steps(column.steps.count, column.steps.tokens, blocks.steps)
    width = (1 - SPACE * (columns - 1)) / columns
    left = place * (width + SPACE)
    axis = {
        **steps.axis(words),
        "domain": [left, left + width],
        "anchor": f"y{_number((len(rows) - 1) * columns + place)}",
        "showline": False,
    }
    figure.update_layout({f"xaxis{_number(place)}": axis})
    for panel in column.panels:
        at = list(rows).index(panel.row)
        figure.add_trace(
            _heatmap(panel, column, steps, blocks, rows[panel.row], words=words).update(
                xaxis=f"x{_number(place)}",
                yaxis=f"y{_number(at * columns + place)}",
                coloraxis=f"coloraxis{_number(at)}",
            )
        )
    if column.title:
        figure.add_annotation(
            text=f"<b>{column.title}</b>", x=left, xref="paper", xanchor="left", y=1,
            yref="paper", yanchor="bottom", yshift=25, showarrow=False, font={"size": 12},
        )  # fmt: skip


def _number(at: int) -> str:
    """Plotly's names of axes: the first has no number, the second is 2."""
    return "" if at == 0 else str(at + 1)


def _heatmap(
    panel: Panel,
    column: Column,
    steps: Steps,
    blocks: Blocks,
    row: Row,
    *,
    words: Mapping[str, str],
) -> go.Heatmap:
    before = panel.preactivations
    hover = f"<b>%{{x}}</b> · {words['unit']} %{{y}}<br>{row.title}: <b>{row.hover}</b>"
    if before is not None:
        hover += f"<br>{words['preactivation']}: %{{customdata:.4f}}"
    return go.Heatmap(
        name=row.title,
        x=steps.places,
        y=_unit_names(column.units, blocks.units),
        z=blocks.mean(panel.values),
        customdata=None if before is None else blocks.mean(before),
        hovertemplate=f"{hover}<extra></extra>",
        hoverongaps=False,
    )


def _unit_names(units: Sequence[int], block: int) -> list[str]:
    parts = [units[start : start + block] for start in range(0, len(units), block)]
    if block == 1:
        return [str(unit) for unit in units]
    # In the order of the index a block is a range; in any other, its first unit stands for it.
    return [
        f"{part[0]}–{part[-1]}" if all(b - a == 1 for a, b in pairwise(part)) else f"{part[0]} …"
        for part in parts
    ]


def _coloraxis(at: int, row: Row, *, lower: float, upper: float, mode: Mode) -> dict[str, Any]:
    middle = (row.low + row.high) / 2
    ticks = row.ticks or {value: f"{value:.3g}" for value in (row.low, middle, row.high)}
    bar = {
        "y": (lower + upper) / 2,
        "len": upper - lower,
        "thickness": _BAR,
        "x": 1.0,
        "xpad": 8,
        "ypad": 0,
        "outlinewidth": 0,
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "tickfont": {"size": 10, "color": theme.SURFACE[mode].muted},
    }
    axis = {"colorscale": row.colorscale, "cmin": row.low, "cmax": row.high, "colorbar": bar}
    return {f"coloraxis{_number(at)}": axis}


def _masked(
    figure: go.Figure,
    column: Column,
    blocks: Blocks,
    *,
    place: int,
    words: Mapping[str, str],
    mode: Mode,
) -> None:
    """Veil the steps that were skipped: what stands there was computed but not used."""
    steps = Steps(column.steps.count, column.steps.tokens, blocks.steps)
    for start, stop in spans(column.masked):
        figure.add_shape(
            type="rect", xref=f"x{_number(place)}", yref="paper", y0=0, y1=1, line={"width": 0},
            x0=steps.position(start - 0.5), x1=steps.position(stop + 0.5),
            fillcolor=theme.SURFACE[mode].paper, opacity=0.7,
            label={"text": words["masked"], "font": {"color": theme.SURFACE[mode].muted}},
        )  # fmt: skip


def _frame(figure: go.Figure, steps: Steps, step: int, *, place: int, colour: str) -> None:
    figure.add_shape(
        type="rect", xref=f"x{_number(place)}", yref="paper", y0=0, y1=1,
        x0=steps.position(step - 0.5), x1=steps.position(step + 0.5),
        line={"color": colour, "width": 1.5}, fillcolor="rgba(0,0,0,0)",
    )  # fmt: skip
