"""How far each loss along a text reaches back, and by which ways: a triangle, and one line of it.

Above, ‖∂loss_t/∂s_k‖ in powers of ten: a row for the loss at each step t, a column for each step k
before it. Below, the row of one loss split by ways: bars as shares of its norm, which add up to one
at every step however small the norm has become.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.triangle import Triangle
from core.cells.ways_back import ABOVE, KEPT
from dashboard.figures import lines, theme
from dashboard.figures.markup import plain, power
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FEW, FIRST, Steps
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_HEIGHT = 470
_POWERS = 16
"""Powers of ten that the scale spans at most; what is smaller has its palest colour."""


def triangle(
    found: Triangle,
    *,
    row: int = -1,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the norms of all losses, and the ways of the loss in one row of them.

    `row` is a place among `found.ends`. Raises ShapeMismatch for tokens that do not fit.
    """
    said = words(labels)
    steps = Steps.of(found.norms.shape[1], tokens, most=FEW)
    logs = _logs(found.norms)
    end, own = int(found.ends[row]), found.norms[row]
    symbol = QUANTITY[found.state].symbol
    shares = {
        way: np.divide(part[row], own, out=np.full_like(own, np.nan), where=own > 0)
        for way, part in sorted(found.parts.items(), key=_place)
    }

    def draw() -> go.Figure:
        drawn = _axes(steps, said, found, mode)
        drawn.add_trace(_heatmap(steps, found.ends, logs, said, mode, symbol=symbol))
        for way, share in shares.items():
            drawn.add_trace(
                go.Bar(
                    x=steps.places,
                    y=np.where(np.abs(share) > 5e-4, share, np.nan).astype(np.float32),
                    name=way_name(way, said),
                    marker={"color": _colour(way, found.state, mode), "line": {"width": 0}},
                    yaxis="y2",
                    hovertemplate=f"{way_name(way, said)}: <b>%{{y:.1%}}</b><extra></extra>",
                )
            )
        drawn.add_shape(
            type="line", xref="paper", x0=0, x1=1, yref="y", y0=end + FIRST, y1=end + FIRST,
            line={"color": theme.SURFACE[mode].accent, "width": 1.5},
        )  # fmt: skip
        zeros = int((found.norms == 0).sum())
        note = said["triangle.zeros"].format(count=zeros) if zeros else ""
        lines.note(drawn, [note], mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        log = np.where(np.isfinite(logs[row]), logs[row], np.nan)
        columns[f"log10 ‖∂loss/∂{symbol}‖"] = log
        for way, share in shares.items():
            columns[way_name(way, said)] = share
        return frame(columns)

    def sentence() -> str:
        reach = found.reach(row)
        return said["triangle.alt"].format(
            losses=len(found.ends),
            steps=steps.count,
            end=end + FIRST,
            reach=reach + FIRST,
            ways=", ".join(
                f"{way_name(way, said)} {100 * share:z.0f}%"
                for way, share in found.ways(row).items()
            )
            or "0",
        )

    return Picture(draw, table, sentence)


def _place(way: tuple[str, object]) -> int:
    """Kept first, then the gates as the cell has them, from above last."""
    return {KEPT: -1, ABOVE: 1}.get(way[0], 0)


def way_name(way: str, words: Mapping[str, str]) -> str:
    """Return what a way is called: kept in place, from above, or the gate that it goes through."""
    return words[f"way.{way}"] if way in (KEPT, ABOVE) else words[way]


def _axes(steps: Steps, words: Mapping[str, str], found: Triangle, mode: Mode) -> go.Figure:
    first, last = int(found.ends.min()) + FIRST, int(found.ends.max()) + FIRST
    above = {
        "title": {"text": words["triangle.loss"]},
        "domain": [0.42, 1],
        "range": [last + 0.5, first - 0.5],  # as a text is read, from top to bottom
    }
    drawn = lines.figure(steps, words=words, mode=mode, y=above, height=_HEIGHT)
    below = {"title": {"text": words["triangle.share"]}, "domain": [0, 0.32], "tickformat": ".0%"}
    return drawn.update_layout(
        xaxis={"anchor": "y2"},
        yaxis2={"showline": False, "ticks": "", "zeroline": False, **below},
        barmode="relative",
        bargap=0.12 if steps.count <= FEW else 0,
        hovermode="closest",
        showlegend=True,
        margin={"l": 64},
    )


def _heatmap(
    steps: Steps,
    ends: NDArray[np.intp],
    logs: NDArray[np.float64],
    words: Mapping[str, str],
    mode: Mode,
    *,
    symbol: str,
) -> go.Heatmap:
    order = np.argsort(ends, kind="stable")
    finite = logs[np.isfinite(logs)]
    high = float(np.ceil(finite.max())) if finite.size else 0.0
    low = max(float(np.floor(finite.min())) if finite.size else -1.0, high - _POWERS)
    ticks = sorted(set(np.linspace(low, high, 5).round().tolist()))
    loss, norm = plain(words["triangle.loss"]), f"‖∂loss/∂{symbol}‖"
    return go.Heatmap(
        x=steps.places,
        y=(ends[order] + FIRST).astype(np.float32),
        z=np.where(np.isfinite(logs), logs, np.nan)[order].astype(np.float32),
        zmin=low,
        zmax=high if high > low else low + 1,
        colorscale=theme.scale("gradient", mode, kind="sequential"),
        colorbar={
            "len": 0.58, "y": 1, "yanchor": "top", "thickness": 10,
            "tickvals": ticks, "ticktext": [power(tick) for tick in ticks],
        },
        hovertemplate=f"{loss} %{{y}} → <b>%{{x}}</b><br>{norm} <b>10<sup>%{{z:.2f}}</sup></b>"
        "<extra></extra>",
        hoverongaps=False,
        showlegend=False,
    )  # fmt: skip


def _colour(way: str, state: str, mode: Mode) -> str:
    return theme.colour({KEPT: state, ABOVE: "answer"}.get(way, way), mode)


def _logs(norms: NDArray[np.float64]) -> NDArray[np.float64]:
    """log10 of the norms; NaN for zero and what is not finite."""
    logs = np.full(norms.shape, np.nan)
    return np.log10(norms, out=logs, where=(norms > 0) & np.isfinite(norms))
