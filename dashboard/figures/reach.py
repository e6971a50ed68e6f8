"""How far the gradient reaches back, as training goes on: ‖∂loss/∂h_t‖ by step and by epoch.

A column is one look inside, a row one step of a text, the last step on top. Where the loss stands
at the end and a network forgets, only the top is lit; as it learns to reach back, the light moves
down. The scale is logarithmic, over at most twelve powers of ten below the largest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.looks import Inside
from dashboard.figures import epochs, lines, theme
from dashboard.figures.markup import MOST_CHARACTERS, plain, power
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 340
MOST_POWERS = 12
FEW = 24  # tokens that can be read beside the picture


def reach(
    inside: Inside,
    *,
    tokens: Sequence[str] | None = None,
    cursor: float | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the gradient's norm at each step, look after look.

    `tokens` name the steps of one text, up to FEW of them; `cursor` marks a moment.
    """
    said = words(labels)

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=said["step"], log=False, height=HEIGHT)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(inside.gradient > 0, np.log10(inside.gradient), np.nan)
        known = logs[np.isfinite(logs)]
        high = float(np.ceil(known.max())) if known.size else 0.0
        low = max(float(np.floor(known.min())), high - MOST_POWERS) if known.size else -1.0
        low = min(low, high - 1)
        every = max(1, round((high - low) / 5))
        ticks = np.arange(high, low - 0.5, -every)
        drawn.add_trace(
            go.Heatmap(
                x=inside.places.astype(np.float32),
                y=inside.steps.astype(np.float32),
                z=np.clip(logs, low, high).T.astype(np.float32),
                zmin=low,
                zmax=high,
                customdata=inside.gradient.T.astype(np.float32),
                colorscale=theme.scale("gradient", mode, kind="sequential"),
                colorbar={"title": {"text": said["gradients.axis"], "side": "right"},
                          "tickvals": ticks, "ticktext": [power(tick) for tick in ticks]},
                hovertemplate=(
                    f"{said['epoch']} %{{x:.2f}}, {said['step']} %{{y}}: "
                    "<b>%{customdata:.3e}</b><extra></extra>"
                ),
            )
        )  # fmt: skip
        if tokens is not None and len(tokens) <= FEW:
            named = [f"{plain(token, most=MOST_CHARACTERS)}" for token in tokens]
            drawn.update_yaxes(tickvals=inside.steps, ticktext=named, title=None, automargin=True)
        if cursor is not None:
            drawn.add_shape(
                type="line", xref="x", yref="paper", x0=cursor, x1=cursor, y0=0, y1=1,
                name="cursor", line={"color": theme.SURFACE[mode].accent, "width": 2.5},
            )  # fmt: skip
        drawn.update_layout(hovermode="closest", showlegend=False, margin={"t": 16})
        drawn.update_yaxes(showgrid=False)
        drawn.update_xaxes(showgrid=False)
        zeros = int((inside.gradient == 0).sum())
        lines.note(
            drawn, [said["reach.zeros"].format(count=f"{zeros:,}")] if zeros else [], mode=mode
        )
        return drawn

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {said["step"]: inside.steps.astype(int)}
        for place, values in zip(inside.places, inside.gradient, strict=True):
            columns[f"{said['epoch']} {place:.3f}"] = values
        return frame(columns)

    def sentence() -> str:
        ends = [
            said["reach.alt.look"].format(epoch=f"{place:.2f}", first=f"{row[0]:.2e}",
                                          last=f"{row[-1]:.2e}")
            for place, row in zip(inside.places[[0, -1]], inside.gradient[[0, -1]], strict=True)
        ]  # fmt: skip
        return said["reach.alt"].format(layer=plain(inside.layer), looks="; ".join(ends))

    return Picture(draw, table, sentence)
