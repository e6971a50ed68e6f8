"""The cell as a diagram, with the numbers of one unit at one step on it.

What stands where is the cell's own declaration (`Cell.diagram`); here it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.sequence import layer_of
from core.trace import Trace
from dashboard.figures.cell_parts import Parts
from dashboard.figures.drawing import Drawing
from dashboard.figures.moment import Moment, number
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def cell(
    trace: Trace,
    *,
    step: int,
    unit: int,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the cell with the numbers of one unit at one step.

    `step` and `unit` are indices; the rest as in `gates`. Raises OutOfRange for a step or unit
    that is not there, UnknownName for a layer that is not.
    """
    said = words(labels)
    moment = Moment.of(layer_of(trace, layer), step=step, unit=unit, batch=batch)
    token = None if tokens is None else tokens[step]

    def draw() -> go.Figure:
        diagram = moment.cell.diagram(moment.layer.kernels.options)
        width, height = diagram.size
        drawing = Drawing(width=width, height=height, mode=mode)
        parts = Parts(drawing, moment, said)
        parts.body(*diagram.body)
        for part in diagram.parts:
            parts.draw(part, token)
        if moment.masked:
            parts.masked(diagram.masked)
        return drawing.figure(height=round(height) + 8)

    def table() -> pd.DataFrame:
        names = (*moment.gates, *moment.states)
        values = {**moment.gates, **moment.states}
        return frame(
            {
                said["quantity"]: [said[name] for name in names],
                said["value"]: [values[name] for name in names],
                said["preactivation"]: [moment.before.get(name) for name in names],
                **{
                    said[part]: [moment.parts.get(name, {}).get(part) for name in names]
                    for part in moment.cell.parts_of
                },
                said["previous"]: [moment.previous.get(name) for name in names],
            }
        )

    def sentence() -> str:
        values = ", ".join(
            f"{said[name]} {number(value)}" for name, value in (*moment.gates.items(),
                                                                *moment.states.items())
        )  # fmt: skip
        told = said["cell.alt"].format(
            cell=said[moment.cell.name], unit=unit, step=step + FIRST,
            token="" if token is None else f" “{token}”", values=values,
        )  # fmt: skip
        return f"{told} {said['cell.masked']}" if moment.masked else told

    return Picture(draw, table, sentence)
