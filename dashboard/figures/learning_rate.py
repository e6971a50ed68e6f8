"""The learning rate as it was, batch by batch: warm-up and schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.history import History, column
from dashboard.figures import epochs
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 220


def learning_rate(
    runs: Mapping[str, History],
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the learning rate of up to eight runs, by title."""
    said = words(labels)

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=said["learning_rate"], log=False, height=HEIGHT)
        drawn.update_yaxes(rangemode="tozero", exponentformat="power")
        looks = epochs.looks([run.cell for run in runs.values()], mode)
        for (name, run), look in zip(runs.items(), looks, strict=True):
            values = column(run.batches, "learning_rate")
            own = plain(name, most=32) if len(runs) > 1 else said["learning_rate"]
            line = {"color": look.colour, "dash": look.dash}
            drawn.add_trace(epochs.line(run.places, values, name=own, number=".3e", line=line))
        return drawn.update_layout(showlegend=len(runs) > 1, margin={"t": 16})

    def table() -> pd.DataFrame:
        titles = [said["run"], said["epoch"], said["learning_rate"]]
        parts = [
            dict(zip(titles, ([name] * run.ends.size, run.ends.astype(int),
                              column(run.epochs, "learning_rate")), strict=True))
            for name, run in runs.items()
        ]  # fmt: skip
        return joined(parts, titles=titles)

    def sentence() -> str:
        told = []
        for name, run in runs.items():
            values = column(run.batches, "learning_rate")
            known = values[np.isfinite(values)]
            if known.size:
                facts = {"low": f"{known.min():.3g}", "high": f"{known.max():.3g}"}
                told.append(said["alt.range"].format(name=name, **facts))
        return said["learning_rate.alt"].format(ranges=", ".join(told) or said["none"])

    return Picture(draw, table, sentence)
