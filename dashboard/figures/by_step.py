"""A few lines along whole numbers: losses by epoch, noise by step, what a critic says by step.

For small pictures that stand beside others; `lines` draws along a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 230


@dataclass(frozen=True, eq=False)
class Along:
    """One line: its `name`, a value at each place, which of the theme's ITEMS, and its dash.

    Without an item it has the colour of what is real.
    """

    name: str
    values: NDArray[Any]
    item: int | None
    dash: str = "solid"


def by_step(
    found: Sequence[Along],
    *,
    places: NDArray[Any],
    axis: str,
    title: str,
    chosen: float | None = None,
    level: tuple[float, str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw lines over `places`, called `axis`; `title` is what the values are.

    `chosen` is a place that is marked, `level` a height with its name.
    """
    said = words(labels)
    surface = theme.SURFACE[mode]

    def draw() -> go.Figure:
        drawn = go.Figure()
        for line in found:
            colour, name = theme.item(line.item, mode), plain(line.name, most=60)
            drawn.add_scatter(
                x=places, y=np.asarray(line.values, np.float32), name=name,
                mode="lines+markers" if len(places) <= 24 else "lines",
                line={"color": colour, "dash": line.dash, "width": 2}, marker={"size": 5},
                hovertemplate=f"{name}: <b>%{{y:.3g}}</b><extra></extra>",
            )  # fmt: skip
        if chosen is not None:
            drawn.add_shape(
                type="line", xref="x", yref="paper", x0=chosen, x1=chosen, y0=0, y1=1,
                name="cursor", line={"color": surface.accent, "width": 2},
            )  # fmt: skip
        if level is not None:
            drawn.add_shape(
                type="line", xref="paper", yref="y", x0=0, x1=1, y0=level[0], y1=level[0],
                line={"color": surface.muted, "width": 1, "dash": "dot"},
                label={"text": level[1], "textposition": "end",
                       "font": {"size": 12, "color": surface.muted}},
            )  # fmt: skip
        drawn.update_layout(
            height=HEIGHT, hovermode="x unified", margin={"l": 52, "r": 12, "t": 36, "b": 44},
            xaxis={"title": {"text": axis}, "showgrid": False, "zeroline": False},
            yaxis={"title": {"text": title}, "zeroline": False, "showline": False, "ticks": ""},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame({axis: places, **{line.name: line.values for line in found}})

    def sentence() -> str:
        told = "; ".join(
            said["by_step.alt.line"].format(
                name=line.name, first=f"{line.values[0]:.3g}", last=f"{line.values[-1]:.3g}"
            )
            for line in found
        )
        return said["by_step.alt"].format(
            title=title, axis=axis, first=f"{places[0]:g}", last=f"{places[-1]:g}", lines=told
        )

    return Picture(draw, table, sentence)
