"""What clipping does to the gradient of the parameters: its length before and after, as bars.

Lengths of gradients span many powers of ten, so the axis is logarithmic, and a bar's end is what
counts: its colour runs to the length after clipping, its pale rest to the length before. Not
chosen: a bar for each parameter, which are in the table; clipping scales them all alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.clipping import Clipping
from dashboard.figures import theme
from dashboard.figures.compared import looks
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def clipping(
    given: Mapping[str, Clipping],
    *,
    cells: Sequence[str],
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a bar for each model, by title; `cells` are the cell of each. An infinite limit, as
    when nothing is clipped, has no line.
    """
    said = words(labels)
    surface = theme.SURFACE[mode]

    def draw() -> go.Figure:
        drawn = go.Figure()
        low, high = _range(given)
        for (title, each), look in zip(given.items(), looks(cells, mode), strict=True):
            name = plain(title, most=24)
            after = min(each.norm, each.limit)
            for length, opacity, key in (
                (after, 1.0, "clipping.after"),
                (each.norm, 0.3, "clipping.before"),
            ):
                start = 10**low if key == "clipping.after" else max(after, 10**low)
                if not np.isfinite(length) or length <= start:
                    continue
                drawn.add_trace(
                    go.Bar(
                        y=[name],
                        x=[length - start],
                        base=[start],
                        orientation="h",
                        marker={"color": look.colour, "opacity": opacity, "line": {"width": 0}},
                        customdata=[length],
                        hovertemplate=(
                            f"{name}, {said[key]}: <b>%{{customdata:.4g}}</b><extra></extra>"
                        ),
                        showlegend=False,
                    )
                )
        limit = next(iter(given.values())).limit
        if np.isfinite(limit):
            drawn.add_vline(
                x=limit, line={"color": surface.ink, "width": 1.5, "dash": "dash"},
                annotation={"text": said["clipping.limit"].format(limit=f"{limit:g}"),
                            "font": {"size": 12, "color": surface.muted}},
                annotation_position="top",
            )  # fmt: skip
        drawn.update_layout(
            barmode="overlay",
            bargap=0.4,
            height=100 + 42 * len(given),
            margin={"l": 90, "r": 16, "t": 32, "b": 48},
            xaxis={"type": "log", "range": [low, high], "exponentformat": "power",
                   "title": {"text": said["clipping.axis"]}, "minor": {"showgrid": False},
                   "dtick": max(1, int((high - low) // 6)), "zeroline": False},
            yaxis={"autorange": "reversed", "showline": False, "ticks": "", "type": "category",
                   "categoryarray": [plain(title, most=24) for title in given],
                   "tickfont": {"size": 13}},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        titles = [said["model"], said["clipping.parameter"], said["clipping.before"],
                  said["clipping.after"]]  # fmt: skip
        parts = []
        for title, each in given.items():
            names, norms = list(each.norms), np.array(list(each.norms.values()))
            columns = ([title] * len(names), names, norms, norms * each.factor)
            parts.append(dict(zip(titles, columns, strict=True)))
        return joined(parts, titles=titles)

    def sentence() -> str:
        told = "; ".join(
            f"{title} {each.norm:.3g} → {min(each.norm, each.limit):.3g}"
            for title, each in given.items()
        )
        return said["clipping.alt"].format(lengths=told)

    return Picture(draw, table, sentence)


def _range(given: Mapping[str, Clipping]) -> tuple[float, float]:
    """Powers of ten that hold every length and the limit."""
    lengths = [each.norm for each in given.values()] + [each.limit for each in given.values()]
    logs = [np.log10(length) for length in lengths if np.isfinite(length) and length > 0]
    if not logs:
        return -1.0, 0.0
    return float(np.floor(min(logs) - 0.2)), float(np.ceil(max(logs) + 0.1))
