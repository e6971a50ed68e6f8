"""How often each unit's gate is all but shut, and how often all but open.

The scatter of Karpathy, Johnson & Fei-Fei 2015 (figure 2): one panel for each gate, one point for
each unit; to the right, the share of steps above 0.9 (right-saturated), upwards, the share below
0.1 (left-saturated). Points at the origin are gates that keep moving.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.gates import GateSummary, Saturation, summarise
from core.analysis.sequence import layer_of
from core.trace import Trace
from dashboard.figures import theme
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 2
GAP = 0.5  # between rows, in heights of a panel


def saturation(
    trace: Trace,
    *,
    layer: int | str = 0,
    batch: int | None = None,
    low: float = 0.1,
    high: float = 0.9,
    units: Sequence[int] = (),
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the shares of steps that each unit's gates spend saturated, one panel a gate.

    `batch` is one sequence, None for all. `low` and `high` are places within the bounds of the
    gate's activation, so that for a tanh candidate 0.9 means 0.8. `units` are ringed. A layer
    whose gates have no bounds, or no gates, gives a figure that says so.
    """
    said = words(labels)
    surface = theme.SURFACE[mode]
    found = _found(trace, layer=layer, batch=batch, low=low, high=high)

    def draw() -> go.Figure:
        drawn = go.Figure()
        if not found:
            drawn.add_annotation(
                text=said["saturation.none"], x=0.5, y=0.5, xref="paper", yref="paper",
                showarrow=False, font={"color": surface.muted},
            )  # fmt: skip
            drawn.update_layout(height=160, xaxis={"visible": False}, yaxis={"visible": False})
            return theme.apply(drawn, mode)
        rows = -(-len(found) // COLUMNS)
        for at, (gate, shares) in enumerate(found):
            _panel(drawn, gate, shares, at=at, rows=rows, units=units, said=said, mode=mode)
        drawn.update_layout(
            height=64 + 200 * rows,
            margin={"l": 60, "r": 16, "t": 36, "b": 52},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        gate, unit, shut, opened = (
            said[key] for key in ("gate", "unit", "saturation.shut", "saturation.open")
        )
        parts = [
            {
                gate: [said[each.name]] * len(shares.above),
                unit: np.arange(len(shares.above)),
                shut: shares.below,
                opened: shares.above,
            }
            for each, shares in found
        ]
        return joined(parts, titles=[gate, unit, shut, opened])

    def sentence() -> str:
        if not found:
            return said["saturation.none"]
        shares = ", ".join(
            said["saturation.share"].format(
                name=said[gate.name],
                below=f"{shares.below.mean():.0%}",
                above=f"{shares.above.mean():.0%}",
            )
            for gate, shares in found
        )
        return said["saturation.alt"].format(shares=shares)

    return Picture(draw, table, sentence)


def _panel(
    drawn: go.Figure,
    gate: GateSummary,
    shares: Saturation,
    *,
    at: int,
    rows: int,
    units: Sequence[int],
    said: Mapping[str, str],
    mode: Mode,
) -> None:
    look, surface, number = QUANTITY[gate.name], theme.SURFACE[mode], "" if at == 0 else str(at + 1)
    row, column = divmod(at, COLUMNS)
    left, right = (column * 0.54, column * 0.54 + 0.46)
    upper = 1 - row * (1 + GAP) / (rows + GAP * (rows - 1))
    lower = max(upper - 1 / (rows + GAP * (rows - 1)), 0.0)
    below, above = (
        said[f"saturation.{end}"].format(limit=f"{limit:.2g}")
        for end, limit in (("below", shares.low), ("above", shares.high))
    )
    rings = [unit in units for unit in range(len(shares.above))]
    drawn.add_trace(
        go.Scatter(
            x=shares.above,
            y=shares.below,
            xaxis=f"x{number}",
            yaxis=f"y{number}",
            mode="markers",
            name=said[gate.name],
            customdata=np.arange(len(shares.above)),
            marker={
                "color": look.colour(mode),
                "size": [13 if ring else 8 for ring in rings],
                "opacity": 0.75,
                "line": {"width": [2 if ring else 0 for ring in rings], "color": surface.ink},
            },
            hovertemplate=(
                f"<b>{said['unit']} %{{customdata}}</b><br>{above}: %{{x:.1%}}"
                f"<br>{below}: %{{y:.1%}}<extra></extra>"
            ),
            showlegend=False,
            cliponaxis=False,
        )
    )
    drawn.add_annotation(
        text=f"<b>{said[gate.name]} {look.symbol}</b>", showarrow=False,
        font={"color": look.colour(mode), "size": 13}, x=left, xref="paper", xanchor="left",
        y=upper, yref="paper", yanchor="bottom", yshift=6,
    )  # fmt: skip
    # The shares cannot add up to more than all steps: nothing lies above this line.
    drawn.add_shape(
        type="line", x0=0, y0=1, x1=1, y1=0, xref=f"x{number}", yref=f"y{number}", layer="below",
        line={"color": surface.line, "width": 1, "dash": "dot"},
    )  # fmt: skip
    axis = {
        "range": [-0.03, 1.03],
        "tickvals": [0, 0.5, 1],
        "tickformat": ".0%",
        "zeroline": False,
    }
    across = {"domain": [left, right], "anchor": f"y{number}", "title": {"text": above}}
    up = {
        "domain": [lower, upper],
        "anchor": f"x{number}",
        "title": {"text": below, "standoff": 4},
        "showticklabels": column == 0,
    }
    drawn.update_layout({f"xaxis{number}": axis | across, f"yaxis{number}": axis | up})


def _found(
    trace: Trace, *, layer: int | str, batch: int | None, low: float, high: float
) -> list[tuple[GateSummary, Saturation]]:
    summaries = summarise(layer_of(trace, layer), low=low, high=high, batch=batch)
    return [(each, each.saturation) for each in summaries if each.saturation is not None]
