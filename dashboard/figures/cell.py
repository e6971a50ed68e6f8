"""The cell as a diagram, with the numbers of one unit at one step on it.

Each cell has a layout of its own, in a file of its own; a new cell is one more entry in LAYOUTS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.errors import UnknownName
from core.trace import Trace
from dashboard.figures import cell_gru, cell_lstm, cell_simple_rnn
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


@dataclass(frozen=True)
class Layout:
    """How one cell is drawn, on a sheet of which size."""

    draw: Callable[[Parts, str | None], None]
    size: tuple[float, float]


LAYOUTS: dict[str, Layout] = {
    "simple_rnn": Layout(cell_simple_rnn.simple_rnn, cell_simple_rnn.SIZE),
    "lstm": Layout(cell_lstm.lstm, cell_lstm.SIZE),
    "gru": Layout(cell_gru.gru, cell_gru.SIZE),
}


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
    that is not there, UnknownName for a layer that is not or a cell without a layout.
    """
    moment = _moment(trace, step=step, unit=unit, layer=layer, batch=batch)
    if moment.cell not in LAYOUTS:
        raise UnknownName(kind="cell", found=moment.cell, known=", ".join(LAYOUTS))
    layout = LAYOUTS[moment.cell]
    width, height = layout.size
    drawing = Drawing(width=width, height=height, mode=mode)
    parts = Parts(drawing, moment, words(labels))
    layout.draw(parts, None if tokens is None else tokens[step])
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
            said["from_input"]: [moment.from_input.get(name) for name in names],
            said["from_hidden"]: [moment.from_hidden.get(name) for name in names],
            said["bias"]: [moment.bias.get(name) for name in names],
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
        cell=said[moment.cell], unit=unit, step=step + FIRST, token=token, values=values
    )
    return f"{sentence} {said['cell.masked']}" if moment.masked else sentence
