"""Trials of a search as lines through their settings, coloured by what they reached.

An axis for each setting and one, the last, for the measure: a line that ends well shows which
values led there. Names have an axis of their places, numbers that were drawn by their logarithm one
of it. Not chosen: a scatter for each pair of settings, of which five settings have ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 380
MOST_TITLE = 24


@dataclass(frozen=True, eq=False)
class Axis:
    """One setting over the trials: what each had, and whether it is shown by its logarithm."""

    title: str
    values: Sequence[Any]
    log: bool = False

    @property
    def is_number(self) -> bool:
        """Whether all its values are numbers."""
        kinds = (int, float)
        return all(isinstance(each, kinds) and not isinstance(each, bool) for each in self.values)

    def drawn(self) -> dict[str, Any]:
        """The axis as Plotly has it."""
        title = plain(self.title, most=MOST_TITLE)
        if not self.is_number:
            names = list(dict.fromkeys(map(str, self.values)))
            places = [names.index(str(each)) for each in self.values]
            shown = [plain(name, most=MOST_TITLE) for name in names]
            return {"label": title, "values": places, "tickvals": list(range(len(names))),
                    "ticktext": shown}  # fmt: skip
        numbers = np.asarray(self.values, np.float64)
        if not self.log:
            return {"label": title, "values": numbers}
        ticks = np.unique(np.geomspace(numbers.min(), numbers.max(), 5))
        return {"label": title, "values": np.log10(numbers), "tickvals": np.log10(ticks),
                "ticktext": [f"{tick:.2g}" for tick in ticks]}  # fmt: skip


def parallel(
    axes: Sequence[Axis],
    measure: Axis,
    *,
    rising: bool,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a line for each trial; `rising` says whether a larger measure is a better one."""
    said = words(labels)
    reached = np.asarray(measure.values, np.float64)
    best = int(reached.argmax() if rising else reached.argmin())

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        shades = [shade for _, shade in theme.scale("hidden", mode, kind="sequential")]
        shades = shades if rising else shades[::-1]
        lines = go.Parcoords(
            line={"color": reached, "colorscale": shades, "showscale": False},
            dimensions=[each.drawn() for each in (*axes, measure)],
            labelfont={"size": 12, "color": surface.ink},
            tickfont={"size": 12, "color": surface.ink},
            rangefont={"size": 1, "color": surface.paper},
            unselected={"line": {"color": surface.muted, "opacity": 0.15}},
        )
        drawn = go.Figure(lines)
        drawn.update_layout(height=HEIGHT, margin={"l": 64, "r": 64, "t": 56, "b": 24})
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame({each.title: list(map(_shown, each.values)) for each in (*axes, measure)})

    def sentence() -> str:
        told = ", ".join(f"{each.title} {_shown(each.values[best])}" for each in axes)
        return said["parallel.alt"].format(
            count=len(reached), measure=measure.title, value=f"{reached[best]:.4g}", settings=told
        )

    return Picture(draw, table, sentence)


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
