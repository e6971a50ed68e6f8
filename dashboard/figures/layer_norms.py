"""The length of the gradient of each layer's weights, batch by batch, before clipping.

A log axis, because lengths span powers of ten; smoothed as the curves beside it are, in logarithms,
so that one burst does not hide what is usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.history import NORM, History, column
from core.analysis.series import Numbers, smoothed
from dashboard.figures import epochs, theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 300
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def layer_norms(
    run: History,
    *,
    smoothing: float = 0.9,
    limit: float | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a line for each layer; `limit` is the norm that all of them together are clipped at.

    A norm of exactly zero has no place on a log axis and is a gap.
    """
    said = words(labels)

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=said["layer_norms.axis"], log=True, height=HEIGHT)
        colours = iter(_colours(run, mode))
        lowest, highest = np.inf, 0.0
        for at, layer in enumerate(run.layers):
            line = {"color": next(colours), "dash": _DASHES[at % len(_DASHES)], "width": 1.5}
            values = _smooth(column(run.batches, NORM + layer), smoothing)
            lowest = min(lowest, float(np.nanmin(values, initial=np.inf)))
            highest = max(highest, float(np.nanmax(values, initial=0.0)))
            drawn.add_trace(
                epochs.line(run.places, values, name=plain(layer, most=24), number=".3e", line=line)
            )
        powers = np.log10(highest / lowest) if 0 < lowest < highest else 0.0
        if powers >= 2:
            drawn.update_yaxes(dtick=int(np.ceil(powers / 6)))  # whole powers of ten alone
        if limit is not None:
            text = said["clipping.limit"].format(limit=f"{limit:g}")
            epochs.level(drawn, limit, text, log=True, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        epoch = column(run.batches, "epoch")
        known = np.unique(epoch[np.isfinite(epoch)])
        columns: dict[str, object] = {said["epoch"]: known.astype(int)}
        for layer in run.layers:
            values = column(run.batches, NORM + layer)
            columns[layer] = [float(np.mean(values[epoch == each])) for each in known]
        return frame(columns)

    def sentence() -> str:
        told = [
            f"{layer} {column(run.batches, NORM + layer)[-1]:.3g}"
            for layer in run.layers
            if column(run.batches, NORM + layer).size
        ]
        return said["layer_norms.alt"].format(norms=", ".join(told) or said["none"])

    return Picture(draw, table, sentence)


def _colours(run: History, mode: Mode) -> list[str]:
    """Recurrent layers in the colour of their cell, the others in those of what has none."""
    others = cycle(theme.ITEMS[mode])
    kinds = [layer.partition("/")[0].rstrip("_0123456789") for layer in run.layers]
    return [theme.colour(run.cell, mode) if kind == run.cell else next(others) for kind in kinds]


def _smooth(values: Numbers, weight: float) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(values > 0, np.log10(values), np.nan)
    return np.power(10.0, smoothed(logs, weight=weight))
