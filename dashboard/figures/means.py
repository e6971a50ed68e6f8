"""The mean over units of each gate and state, as lines along a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.gates import unit_means
from core.analysis.sequence import layer_of
from core.trace import Trace
from dashboard.figures import lines
from dashboard.figures.picture import Picture, frame
from dashboard.figures.recorded import Numbers, recorded
from dashboard.figures.steps import Steps
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def means(
    trace: Trace,
    *,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a line for each gate and state: its mean over the units at each step.

    Arguments as in `gates`; masked steps are left out of the lines. Raises as `gates` does.
    """
    said = words(labels)
    run = layer_of(trace, layer)
    steps = Steps.of(trace.time, tokens)
    found = _means(trace, layer=layer, batch=batch, names=names)
    low = min(-0.02, *(float(np.nanmin(values, initial=0.0)) for values in found.values()))
    high = max(1.02, *(float(np.nanmax(values, initial=0.0)) for values in found.values()))

    def draw() -> go.Figure:
        drawn = lines.figure(
            steps, words=said, mode=mode, y={"title": {"text": said["mean"]}, "range": [low, high]}
        )
        if run.mask is not None:
            skipped = np.flatnonzero(~run.mask[batch]).tolist()
            lines.masked(drawn, steps, skipped, words=said, mode=mode)
        for name, values in found.items():
            look = QUANTITY[name]
            title = f"{said[name]} {look.symbol}"
            drawn.add_trace(
                lines.line(steps, values, name=title, colour=look.colour(mode), dash=look.dash)
            )
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        return frame(columns | {said[name]: values for name, values in found.items()})

    def sentence() -> str:
        ranges = ", ".join(
            said["alt.range"].format(
                name=said[name], low=f"{np.nanmin(values):.2f}", high=f"{np.nanmax(values):.2f}"
            )
            for name, values in found.items()
            if np.isfinite(values).any()
        )
        return said["means.alt"].format(layer=layer_of(trace, layer).name, ranges=ranges)

    return Picture(draw, table, sentence)


def _means(
    trace: Trace, *, layer: int | str, batch: int, names: Sequence[str] | None
) -> dict[str, Numbers]:
    run = layer_of(trace, layer)
    mask = None if run.mask is None else run.mask[batch : batch + 1]
    return {
        each.name: unit_means(each.values[None], mask=mask)[0]
        for each in recorded(run, batch=batch, names=names)
    }
