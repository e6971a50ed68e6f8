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

from dashboard.figures import theme
from dashboard.figures.blocks import Blocks
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode

ROW, GAP, TOP, BOTTOM = 104, 30, 44, 64  # pixels
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
) -> go.Figure:
    """Draw columns of panels; `step` is framed in each."""
    surface = theme.SURFACE[mode]
    numbers = sum(2 if panel.preactivations is not None else 1
                  for column in columns for panel in column.panels)  # fmt: skip
    blocks = Blocks.fit(
        units=max(len(column.units) for column in columns),
        steps=max(column.steps.count for column in columns),
        arrays=max(numbers, 1),
    )
    figure = go.Figure()
    titled = any(column.title for column in columns)
    top = TOP + (22 if titled else 0)
    note = blocks.said(words)
    height = top + BOTTOM + len(rows) * (row_height + GAP) - GAP + (20 if note else 0)
    inside = height - top - BOTTOM - (20 if note else 0)
    axes: dict[str, Any] = {}
    for at, name in enumerate(rows):
        upper = 1 - at * (row_height + GAP) / inside
        lower = max(upper - row_height / inside, 0.0)
        axes |= _coloraxis(at, rows[name], lower=lower, upper=upper, mode=mode)
        for place in range(len(columns)):
            axis = f"yaxis{_number(at * len(columns) + place)}"
            axes[axis] = {
                "domain": [lower, upper],
                "anchor": f"x{_number(place)}",
                "type": "category",
                "autorange": "reversed",
                "showgrid": False,
                "showline": False,
                "ticklen": 0,
                "tickfont": {"size": 10},
                "title": {"text": words["unit"] if place == 0 and at == 0 else None,
                          "standoff": 4, "font": {"size": 11}},
            }  # fmt: skip
        _title(figure, rows[name], upper)
    width = (1 - 0.04 * (len(columns) - 1)) / len(columns)
    for place, column in enumerate(columns):
        steps = Steps(column.steps.count, column.steps.tokens, blocks.steps)
        left = place * (width + 0.04)
        axes[f"xaxis{_number(place)}"] = {
            **steps.axis(words),
            "domain": [left, left + width],
            "anchor": f"y{_number((len(rows) - 1) * len(columns) + place)}",
            "showline": False,
        }
        for panel in column.panels:
            at = list(rows).index(panel.row)
            figure.add_trace(
                _heatmap(panel, column, steps, blocks, rows[panel.row], at=at, words=words).update(
                    xaxis=f"x{_number(place)}",
                    yaxis=f"y{_number(at * len(columns) + place)}",
                    coloraxis=f"coloraxis{_number(at)}",
                )
            )
        if titled:
            figure.add_annotation(
                text=f"<b>{column.title}</b>", x=left, xref="paper", xanchor="left",
                y=1, yref="paper", yanchor="bottom", yshift=20, showarrow=False,
            )  # fmt: skip
        _masked(figure, column, steps, place=place, words=words, mode=mode)
        if step is not None:
            _frame(figure, steps, step, place=place, colour=surface.accent)
    figure.update_layout(
        height=height,
        margin={"l": 44, "r": 12, "t": top, "b": BOTTOM + (20 if note else 0)},
        **axes,
    )
    if note:
        figure.add_annotation(
            text=note, x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="bottom",
            yshift=-BOTTOM - 20, showarrow=False, font={"size": 12, "color": surface.muted},
        )  # fmt: skip
    return theme.apply(figure, mode)


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
    at: int,
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


def _title(figure: go.Figure, row: Row, upper: float) -> None:
    figure.add_annotation(
        text=f"<b>{row.title}</b>", font={"color": row.colour, "size": 13},
        x=0, xref="paper", xanchor="left", y=upper, yref="paper", yanchor="bottom",
        showarrow=False,
    )  # fmt: skip


def _masked(
    figure: go.Figure,
    column: Column,
    steps: Steps,
    *,
    place: int,
    words: Mapping[str, str],
    mode: Mode,
) -> None:
    """Veil the steps that were skipped: what stands there was computed but not used."""
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


def spans(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return runs of neighbouring numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
