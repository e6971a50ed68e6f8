"""Means over seeds as they develop: a line for each setting, its 95 % interval as a band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import epochs
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST_TITLE = 40


@dataclass(frozen=True, eq=False)
class Band:
    """One column of epochs over runs of equal settings: (epochs,) each; NaN for a single run."""

    cell: str
    epochs: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def bands(
    groups: Mapping[str, Band],
    *,
    title: str,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the mean of each group over epochs and its 95 % interval; `title` names the axis."""
    said = words(labels)

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=title, log=False)
        looks = epochs.looks([group.cell for group in groups.values()], mode)
        for (name, group), look in zip(groups.items(), looks, strict=True):
            known = np.isfinite(group.low) & np.isfinite(group.high)
            around = np.concatenate([group.epochs[known], group.epochs[known][::-1]])
            edge = np.concatenate([group.high[known], group.low[known][::-1]])
            if known.any():
                drawn.add_trace(
                    go.Scatter(
                        x=around, y=edge, fill="toself", fillcolor=look.colour, opacity=0.18,
                        line={"width": 0}, mode="lines", hoverinfo="skip", showlegend=False,
                    )
                )  # fmt: skip
            line = {"color": look.colour, "dash": look.dash, "width": 2.5}
            own = plain(name, most=MOST_TITLE)
            drawn.add_trace(epochs.line(group.epochs, group.mean, name=own, line=line))
        return drawn

    def table() -> pd.DataFrame:
        titles = [said["experiment.settings"], said["epoch"], title, said["experiment.low"],
                  said["experiment.high"]]  # fmt: skip
        parts = []
        for name, group in groups.items():
            count = group.epochs.size
            columns = ([name] * count, group.epochs.astype(int), group.mean, group.low, group.high)
            parts.append(dict(zip(titles, columns, strict=True)))
        return joined(parts, titles=titles)

    def sentence() -> str:
        told = "; ".join(
            said["bands.alt.group"].format(
                settings=name, epoch=int(group.epochs[-1]), mean=f"{group.mean[-1]:.4g}"
            )
            for name, group in groups.items()
        )
        return said["bands.alt"].format(measure=title, groups=told)

    return Picture(draw, table, sentence)
