"""|∂loss/∂state_t| of every unit at every step, in powers of ten.

Gradients span many powers, so the colour is the logarithm. Exactly zero has none: such cells are
left blank, and a sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.sequence import layer_of
from core.gradients import Gradients
from core.nodes import LayerGradients, LayerTrace
from core.trace import Trace
from dashboard.figures import heatmaps, theme
from dashboard.figures.markup import power
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FEW, FIRST, Steps
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

POWERS = 16
"""Powers of ten that the scale spans at most; what is smaller has its palest colour."""


def gradient_heatmap(
    trace: Trace,
    gradients: Gradients,
    *,
    layer: int | str = 0,
    batch: int = 0,
    states: Sequence[str] | None = None,
    tokens: Sequence[str] | None = None,
    order: Sequence[int] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw |∂loss/∂h_t|, and |∂loss/∂c_t| of an LSTM, units × steps, on one scale.

    `states` are those to draw, all unless given; the rest as in `gates`.
    """
    said = words(labels)
    run, own, names = _chosen(trace, gradients, layer, states)
    logs = {name: _logs(own.states[name][batch]) for name in names}
    low, high = _range(list(logs.values()))
    ticks = {place: power(place) for place in np.linspace(low, high, 5).round().tolist()}
    units = list(range(run.units)) if order is None else [int(unit) for unit in order]
    rows = {
        name: heatmaps.Row(
            title=f"|∂loss/∂{QUANTITY[name].symbol}| · {said[name]}",
            colour=theme.colour(name, mode),
            colorscale=theme.scale("gradient", mode, kind="sequential"),
            low=low,
            high=high,
            ticks=ticks,
            hover="10<sup>%{z:.2f}</sup>",
        )
        for name in names
    }
    panels = [heatmaps.Panel(name, values[:, units].T) for name, values in logs.items()]
    masked = [] if run.mask is None else np.flatnonzero(~run.mask[batch]).tolist()
    steps = Steps.of(trace.time, tokens, most=FEW)
    column = heatmaps.Column("", steps, units, panels, masked)
    zeros = sum(int(np.isnan(values).sum()) for values in logs.values())
    note = said["gradient_heatmap.zeros"].format(count=zeros) if zeros else ""

    def draw() -> go.Figure:
        return heatmaps.stack(
            [column], rows, words=said, mode=mode, step=step, row_height=150, note=note
        )

    def table() -> pd.DataFrame:
        columns = steps.columns(said, units=range(run.units))
        for name in names:
            title = f"∂loss/∂{QUANTITY[name].symbol}, {said[name]}"
            columns[title] = own.states[name][batch].reshape(-1)
        return frame(columns)

    def sentence() -> str:
        sizes = np.abs(own.states[names[0]][batch])
        at, unit = np.unravel_index(int(np.nanargmax(sizes)), sizes.shape)
        return said["gradient_heatmap.alt"].format(
            layer=run.name, units=run.units, steps=trace.time, largest=f"{sizes[at, unit]:.2e}",
            unit=int(unit), step=int(at) + FIRST,
        )  # fmt: skip

    return Picture(draw, table, sentence)


def _chosen(
    trace: Trace, gradients: Gradients, layer: int | str, states: Sequence[str] | None
) -> tuple[LayerTrace, LayerGradients, list[str]]:
    run = layer_of(trace, layer)
    own = gradients.layer(run.name)
    return run, own, list(own.states if states is None else states)


def _logs(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """log10 of absolute values; NaN for zero and what is not finite."""
    sizes = np.abs(np.asarray(values, dtype=np.float64))
    logs = np.full(sizes.shape, np.nan)
    return np.log10(sizes, out=logs, where=(sizes > 0) & np.isfinite(sizes))


def _range(logs: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    finite = np.concatenate([each[np.isfinite(each)] for each in logs])
    if not finite.size:
        return -1.0, 0.0
    high = float(np.ceil(finite.max()))
    return max(float(np.floor(finite.min())), high - POWERS), high
