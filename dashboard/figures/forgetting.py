"""How much of the gradient at a cell's memory the gates that keep it alone explain.

Two lines in powers of ten, both 0 at the step read last: the true ‖∂loss/∂c_t‖, and what the
product of forget gates would give. Where they part, the gradient goes through the gates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core import cells
from core.analysis.forgetting import CellGradient, cell_gradient
from core.analysis.sequence import layer_of
from core.cells.expressions import leaves
from core.gradients import Gradients
from core.trace import Trace
from dashboard.figures import lines, theme
from dashboard.figures.markup import power
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FEW, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_MOST_TICKS = 8


def forgetting(
    trace: Trace,
    gradients: Gradients,
    *,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the product of what keeps the memory beside the true gradient of it.

    Both are shares of the gradient at the step read last. Raises NoMemory for a cell without
    memory.
    """
    said = words(labels)
    steps = Steps.of(trace.time, tokens, most=FEW)
    found = _found(trace, gradients, layer, batch)
    y = _axis([found.true, found.along_cell]) | {"title": {"text": said["forgetting.axis"]}}

    def draw() -> go.Figure:
        drawn = lines.figure(steps, words=said, mode=mode, y=y)
        for values, key, quantity, dash in (
            (found.true, "forgetting.true", "gradient", "solid"),
            (found.along_cell, "forgetting.along", keeping_gate(trace, layer), "dash"),
        ):
            line = lines.line(
                steps, values, name=said[key], colour=theme.colour(quantity, mode), dash=dash
            )
            hover = f"{said[key]}: <b>10<sup>%{{y:.2f}}</sup></b><extra></extra>"
            drawn.add_trace(line.update(hovertemplate=hover))
        lines.frame(drawn, steps, step, mode=mode)
        if not np.isfinite(found.true).any():
            lines.note(drawn, [said["forgetting.nothing"]], mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        columns[f"log10 {said['forgetting.true']}"] = found.true
        columns[f"log10 {said['forgetting.along']}"] = found.along_cell
        return frame(columns)

    def sentence() -> str:
        if not np.isfinite(found.true).any():
            return said["forgetting.nothing"]
        start = 0 if layer_of(trace, layer).direction == "forward" else -1
        return said["forgetting.alt"].format(
            true=f"{found.true[start]:.1f}", along=f"{found.along_cell[start]:.1f}"
        )

    return Picture(draw, table, sentence)


def keeping_gate(trace: Trace, layer: int | str) -> str:
    """The gate in what keeps the layer's memory: "forget" of an LSTM, "update" of a GRU."""
    keeps = cells.get(layer_of(trace, layer).cell).keeps()
    return next(leaf.name for leaf in leaves(keeps)) if keeps is not None else ""


def _found(trace: Trace, gradients: Gradients, layer: int | str, batch: int) -> CellGradient:
    run = layer_of(trace, layer)
    return cell_gradient(run, gradients.layer(run.name), batch=batch)


def _axis(values: Sequence[NDArray[np.floating]]) -> dict[str, object]:
    """An axis of logarithms, written as powers of ten."""
    finite = np.concatenate([each[np.isfinite(each)] for each in values])
    low, high = (finite.min(), finite.max()) if finite.size else (-1.0, 0.0)
    low, high = np.floor(low), max(np.ceil(high), np.floor(low) + 1)
    every = max(1, int(np.ceil((high - low) / _MOST_TICKS)))
    ticks = np.arange(high, low - 1, -every)
    spare = 0.04 * (high - low)
    return {
        "tickvals": ticks.tolist(),
        "ticktext": [power(tick) for tick in ticks.tolist()],
        "range": [low - spare, high + spare],
    }
