"""Stacks of heatmaps, units × steps, in columns that share their rows: what several figures draw.

One row for each quantity, one colour bar for each row, so that equal colours mean equal numbers
across a row; one x axis for each column, so that zoom and hover run through all rows at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
_ABOVE: dict[str, Any] = {
    "xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "bottom", "showarrow": False,
}  # fmt: skip
Layout = dict[str, Any]


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
    # Gathered and given to Plotly at once: each change of a figure costs it a check of the whole.
    layout: Layout = {
        "height": top + inside + BOTTOM,
        "margin": {"l": 44, "r": 12, "t": top, "b": BOTTOM},
        "annotations": [],
        "shapes": [],
    }
    for at, row in enumerate(rows.values()):
        upper = 1 - at * (row_height + GAP) / inside
        lower = max(upper - row_height / inside, 0.0)
        _row(layout, row, at=at, columns=len(columns), lower=lower, upper=upper, mode=mode)
    layout["yaxis"]["title"] = {"text": words["unit"], "standoff": 4, "font": {"size": 12}}
    panels: list[go.Heatmap] = []
    for place, column in enumerate(columns):
        steps = replace(column.steps, block=blocks.steps)
        drawn: dict[str, Any] = {"place": place, "columns": len(columns), "words": words}
        panels += _panels(column, rows, blocks, steps, **drawn)
        _column(layout, column, steps, rows=len(rows), **drawn)
        layout["shapes"] += _masked(column, steps, place=place, words=words, mode=mode)
        if step is not None:
            colour = theme.SURFACE[mode].accent
            layout["shapes"].append(_frame(steps, step, place=place, colour=colour))
    figure = go.Figure(panels, layout)
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
    layout: Layout,
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
        "tickfont": {"size": 12},
    }
    for place in range(columns):
        number = _number(at * columns + place)
        layout[f"yaxis{number}"] = {**axis, "anchor": f"x{_number(place)}"}
    layout |= _coloraxis(at, row, lower=lower, upper=upper, mode=mode)
    title = {"text": f"<b>{row.title}</b>", "font": {"color": row.colour, "size": 13}}
    layout["annotations"].append(_ABOVE | title | {"x": 0, "y": upper})


def _column(
    layout: Layout,
    column: Column,
    steps: Steps,
    *,
    rows: int,
    place: int,
    columns: int,
    words: Mapping[str, str],
) -> None:
    """A column's title, and its axis of steps."""
    width = (1 - SPACE * (columns - 1)) / columns
    left = place * (width + SPACE)
    layout[f"xaxis{_number(place)}"] = {
        **steps.axis(words),
        "domain": [left, left + width],
        "anchor": f"y{_number((rows - 1) * columns + place)}",
        "showline": False,
    }
    if column.title:
        title = {"text": f"<b>{column.title}</b>", "font": {"size": 12}, "yshift": 25}
        layout["annotations"].append(_ABOVE | title | {"x": left, "y": 1})


def _panels(
    column: Column,
    rows: Mapping[str, Row],
    blocks: Blocks,
    steps: Steps,
    *,
    place: int,
    columns: int,
    words: Mapping[str, str],
) -> list[go.Heatmap]:
    """The heatmaps of a column."""
    found = []
    for panel in column.panels:
        at, row, before = list(rows).index(panel.row), rows[panel.row], panel.preactivations
        hover = f"<b>%{{x}}</b> · {words['unit']} %{{y}}<br>{row.title}: <b>{row.hover}</b>"
        if before is not None:
            hover += f"<br>{words['preactivation']}: %{{customdata:.4f}}"
        found.append(
            go.Heatmap(
                name=row.title,
                x=steps.places,
                y=_unit_names(column.units, blocks.units),
                z=blocks.mean(panel.values),
                customdata=None if before is None else blocks.mean(before),
                hovertemplate=f"{hover}<extra></extra>",
                hoverongaps=False,
                xaxis=f"x{_number(place)}",
                yaxis=f"y{_number(at * columns + place)}",
                coloraxis=f"coloraxis{_number(at)}",
            )
        )
    return found


def _number(at: int) -> str:
    """Plotly's names of axes: the first has no number, the second is 2."""
    return "" if at == 0 else str(at + 1)


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
        "tickfont": {"size": 12, "color": theme.SURFACE[mode].muted},
    }
    axis = {"colorscale": row.colorscale, "cmin": row.low, "cmax": row.high, "colorbar": bar}
    return {f"coloraxis{_number(at)}": axis}


def _masked(
    column: Column, steps: Steps, *, place: int, words: Mapping[str, str], mode: Mode
) -> list[dict[str, Any]]:
    """Veils over the steps that were skipped: what stands there was computed but not used."""
    surface = theme.SURFACE[mode]
    return [
        {
            "type": "rect", "xref": f"x{_number(place)}", "yref": "paper", "y0": 0, "y1": 1,
            "x0": steps.position(start - 0.5), "x1": steps.position(stop + 0.5),
            "line": {"width": 0}, "fillcolor": surface.paper, "opacity": 0.7,
            "label": {"text": words["masked"], "font": {"color": surface.muted}},
        }
        for start, stop in spans(column.masked)
    ]  # fmt: skip


def _frame(steps: Steps, step: int, *, place: int, colour: str) -> dict[str, Any]:
    return {
        "type": "rect", "xref": f"x{_number(place)}", "yref": "paper", "y0": 0, "y1": 1,
        "x0": steps.position(step - 0.5), "x1": steps.position(step + 0.5),
        "line": {"color": colour, "width": 1.5}, "fillcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
