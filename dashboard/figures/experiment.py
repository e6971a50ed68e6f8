"""What the runs of an experiment say together: each result, their mean, and how sure it is.

A row for each setting: pale dots are single runs, the bold one is their mean, the bar its 95 %
interval (Student's t). Rows whose bars overlap have not been told apart. Not chosen: bars from
zero, beside which the differences cannot be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

    from core.training.experiment import Interval

MOST_TITLE = 40


@dataclass(frozen=True, eq=False)
class Group:
    """Runs of equal settings: their cell, each result, and all of them together."""

    cell: str
    values: tuple[float, ...]
    interval: Interval


def experiment(
    groups: Mapping[str, Group],
    *,
    metric: str = "accuracy",
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a row for each group, by title, in the order given; a group without results is empty."""
    said = words(labels)

    def draw() -> go.Figure:
        drawn = go.Figure()
        names = [f"{plain(title, most=MOST_TITLE)} " for title in groups]
        for name, group in zip(names, groups.values(), strict=True):
            colour = theme.colour(group.cell, mode)
            drawn.add_trace(
                go.Scatter(
                    x=list(group.values),
                    y=[name] * len(group.values),
                    mode="markers",
                    marker={"color": colour, "size": 9, "opacity": 0.4},
                    hovertemplate=f"{said['run']}: <b>%{{x:.4g}}</b><extra></extra>",
                )
            )
            known = np.isfinite(group.interval.low)
            drawn.add_trace(
                go.Scatter(
                    x=[group.interval.mean],
                    y=[name],
                    mode="markers",
                    marker={"color": colour, "size": 13, "symbol": "diamond"},
                    error_x={
                        "type": "data",
                        "symmetric": False,
                        "array": [group.interval.high - group.interval.mean if known else 0],
                        "arrayminus": [group.interval.mean - group.interval.low if known else 0],
                        "color": colour,
                        "thickness": 2,
                    },
                    hovertemplate=f"{said['experiment.mean']}: <b>%{{x:.4g}}</b><extra></extra>",
                )
            )
        drawn.update_layout(
            height=110 + 40 * len(groups),
            showlegend=False,
            margin={"l": 120, "r": 16, "t": 16, "b": 48},
            xaxis={"title": {"text": said[f"metric.{metric}"]}, "zeroline": False},
            yaxis={"type": "category", "categoryarray": names, "range": [len(names) - 0.5, -0.5],
                   "showline": False, "ticks": "", "tickfont": {"size": 13}},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        intervals = [group.interval for group in groups.values()]
        return frame(
            {
                said["experiment.settings"]: list(groups),
                said["experiment.runs"]: [each.count for each in intervals],
                said[f"metric.{metric}"]: [each.mean for each in intervals],
                said["experiment.low"]: [each.low for each in intervals],
                said["experiment.high"]: [each.high for each in intervals],
            }
        )

    def sentence() -> str:
        told = "; ".join(
            f"{title} {interval_said(each.interval)}" for title, each in groups.items()
        )
        return said["experiment.alt"].format(measure=said[f"metric.{metric}"], groups=told)

    return Picture(draw, table, sentence)


def interval_said(interval: Interval) -> str:
    """Return a mean with what it may be off by: 0.867 ± 0.012; without, for a single run."""
    if interval.count == 0:
        return "–"
    if interval.count < 2:
        return f"{interval.mean:.4g}"
    half = interval.high - interval.mean
    return f"{interval.mean:.4g} ± {half:.2g}"
