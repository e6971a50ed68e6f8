"""All gates and states of a layer along a text, as a stack of heatmaps: units × steps.

The picture for exports and notebooks; the pages have a canvas of the same data, which can be
clicked (`dashboard/components/heatmaps`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.sequence import layer_of
from core.nodes import LayerTrace
from core.trace import Trace
from dashboard.figures import heatmaps, theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.recorded import Recorded, recorded
from dashboard.figures.steps import Steps
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def gates(
    trace: Trace,
    *,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    order: Sequence[int] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw what each gate and state of a layer was at each step, on scales that texts share.

    Args:
        trace: a recorded run.
        layer: its place in `trace.layers`, or its name.
        batch: which sequence.
        tokens: the texts read at each step, made visible; step numbers alone without them.
        names: gates and states to draw; all of them, in the order of reading, unless given.
        order: unit indices from the top row down (`core.analysis.order`); by index unless given.
        step: the index of a step to frame.
        labels: words that differ from English (`figures.labels(language)` gives all).
        mode: "light" or "dark".

    Raises UnknownName for a layer or name that is not there, ShapeMismatch for tokens that do
    not fit. Long texts and large layers are drawn as means over blocks, which the picture says.
    """
    said = words(labels)
    run = layer_of(trace, layer)
    found = recorded(run, batch=batch, names=names)
    units = list(range(run.units)) if order is None else [int(unit) for unit in order]
    column = column_of(run, found, title="", batch=batch, tokens=tokens, units=units)
    rows = {each.name: row_of(each, said, mode) for each in found}

    def draw() -> go.Figure:
        return heatmaps.stack([column], rows, words=said, mode=mode, step=step)

    def table() -> pd.DataFrame:
        columns = column.steps.columns(said, units=units)
        for each in found:
            columns[said[each.name]] = each.values[:, units].reshape(-1)
        for each in found:
            if each.preactivations is not None:
                title = said["before"].format(name=said[each.name])
                columns[title] = each.preactivations[:, units].reshape(-1)
        return frame(columns)

    def sentence() -> str:
        means = ", ".join(
            said["alt.mean"].format(name=said[each.name], mean=f"{each.values.mean():.2f}")
            for each in found
        )
        facts = {"layer": run.name, "units": run.units, "steps": trace.time, "means": means}
        return said["gates.alt"].format(**facts)

    return Picture(draw, table, sentence)


def column_of(
    run: LayerTrace,
    found: Sequence[Recorded],
    *,
    title: str,
    batch: int,
    tokens: Sequence[str] | None,
    units: Sequence[int],
) -> heatmaps.Column:
    """Return a layer's quantities as one column of heatmaps, units from the top row down."""
    steps = Steps.of(run.inputs.shape[1], tokens)
    masked = [] if run.mask is None else np.flatnonzero(~run.mask[batch]).tolist()
    panels = [
        heatmaps.Panel(
            each.name,
            each.values[:, units].T,
            None if each.preactivations is None else each.preactivations[:, units].T,
        )
        for each in found
    ]
    return heatmaps.Column(title, steps, units, panels, masked)


def row_of(quantity: Recorded, said: Mapping[str, str], mode: Mode) -> heatmaps.Row:
    """Return the row in which a quantity is drawn: its title, colour and scale."""
    look = QUANTITY[quantity.name]
    return heatmaps.Row(
        title=f"{said[quantity.name]} {look.symbol}",
        colour=look.colour(mode),
        colorscale=theme.scale(quantity.name, mode, kind=quantity.kind),
        low=quantity.low,
        high=quantity.high,
    )
