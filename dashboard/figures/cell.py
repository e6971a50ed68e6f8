"""The cell as a diagram, with the numbers of one unit at one step on it.

What stands where is the cell's own declaration (`Cell.diagram`); here it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.trace import Trace
from dashboard.figures.cell_parts import Parts
from dashboard.figures.drawing import Drawing
from dashboard.figures.moment import Moment, number
from dashboard.figures.recorded import layer_of
from dashboard.figures.steps import FIRST
from dashboard.figures.tables import frame
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
) -> go.Figure:
    """Draw the cell with the numbers of one unit at one step.

    `step` and `unit` are indices; the rest as in `gates`. Raises OutOfRange for a step or unit
    that is not there, UnknownName for a layer that is not.
    """
    moment = _moment(trace, step=step, unit=unit, layer=layer, batch=batch)
    diagram = moment.cell.diagram(moment.layer.kernels.options)
    width, height = diagram.size
    drawing = Drawing(width=width, height=height, mode=mode)
    parts = Parts(drawing, moment, words(labels))
    parts.body(*diagram.body)
    for part in diagram.parts:
        parts.draw(part, None if tokens is None else tokens[step])
    if moment.masked:
        parts.masked(diagram.masked)
    return drawing.figure(height=round(height) + 8)


def _moment(trace: Trace, *, step: int, unit: int, layer: int | str, batch: int) -> Moment:
    return Moment.of(layer_of(trace, layer), step=step, unit=unit, batch=batch)


def cell_table(
    trace: Trace,
    *,
    step: int,
    unit: int,
    layer: int | str = 0,
    batch: int = 0,
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the numbers on the diagram: for each gate and state its value and where it is from."""
    said = words(labels)
    moment = _moment(trace, step=step, unit=unit, layer=layer, batch=batch)
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


def cell_alt(
    trace: Trace,
    *,
    step: int,
    unit: int,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return what `cell` shows as a sentence."""
    said = words(labels)
    moment = _moment(trace, step=step, unit=unit, layer=layer, batch=batch)
    values = ", ".join(
        f"{said[name]} {number(value)}" for name, value in (*moment.gates.items(),
                                                            *moment.states.items())
    )  # fmt: skip
    token = "" if tokens is None else f" “{tokens[step]}”"
    sentence = said["cell.alt"].format(
        cell=said[moment.cell.name], unit=unit, step=step + FIRST, token=token, values=values
    )
    return f"{sentence} {said['cell.masked']}" if moment.masked else sentence
