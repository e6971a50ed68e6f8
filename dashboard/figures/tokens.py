"""The text as a strip of tokens, each on the colour of a number: for exports and notebooks.

Tokens flow like text and break into lines, each as wide as its characters need. The cost is that
widths are estimated, since only the browser knows its fonts; a cell is a little too wide rather
than too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from core.errors import ShapeMismatch
from dashboard.figures import theme
from dashboard.figures.markup import plain, width
from dashboard.figures.picture import Picture, frame
from dashboard.figures.recorded import symmetric
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Kind, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

LINE = 30  # pixels
_MOST = 40  # characters of one token


def tokens(
    texts: Sequence[str],
    values: ArrayLike,
    *,
    quantity: str = "hidden",
    title: str | None = None,
    low: float | None = None,
    high: float | None = None,
    columns: int = 56,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw each token on the colour of its value.

    Args:
        texts: the tokens, made visible.
        values: one number for each, (time,).
        quantity: whose colour and scale it is (`theme.QUANTITY`).
        title: of the scale; the quantity's name unless given.
        low: lower end of the scale; 0 for what is sequential by nature, else symmetric to `high`.
        high: upper end; 1 for what is sequential by nature, else the largest absolute value.
        columns: characters in a line.
        step: the index of a token to frame.
        labels: words that differ from English.
        mode: "light" or "dark".

    Raises ShapeMismatch unless there is one value for each token.
    """
    said = words(labels)
    surface = theme.SURFACE[mode]
    numbers = _checked(texts, values)
    least, most = _scale(numbers, quantity, low, high)
    kind: Kind = "diverging" if least < 0 else "sequential"
    shades = theme.table(quantity, mode, kind=kind)
    colours = [_shade(shades, number, least, most, surface.paper) for number in numbers]
    places = _places(texts, columns)

    def draw() -> go.Figure:
        drawn = go.Figure()
        # All at once: Plotly checks every shape again for each that is added.
        drawn.layout.shapes = [
            {
                "type": "rect", "x0": left + 0.08, "x1": right - 0.08, "y0": line - 0.42,
                "y1": line + 0.42, "layer": "below", "fillcolor": colour, "line": {
                    "width": 2 if at == step else 0.5,
                    "color": surface.accent if at == step else surface.grid,
                },
            }
            for at, ((line, left, right), colour) in enumerate(zip(places, colours, strict=True))
        ]  # fmt: skip
        drawn.add_trace(
            go.Scatter(
                x=[(left + right) / 2 for _, left, right in places],
                y=[line for line, _, _ in places],
                mode="text",
                text=[plain(text, most=_MOST) for text in texts],
                textfont={"color": [theme.readable(colour) for colour in colours], "size": 12},
                customdata=np.stack([np.arange(len(texts)) + FIRST, numbers], axis=1),
                hovertemplate=(
                    f"<b>%{{text}}</b> · {said['step']} %{{customdata[0]}}<br>"
                    f"{title or said[quantity]}: <b>%{{customdata[1]:.4f}}</b><extra></extra>"
                ),
                showlegend=False,
            )
        )
        drawn.add_trace(_bar(theme.scale(quantity, mode, kind=kind), least, most))
        count = max(line for line, _, _ in places) + 1
        drawn.add_annotation(
            text=f"<b>{title or said[quantity]}</b>", showarrow=False,
            font={"color": theme.colour(quantity, mode), "size": 13},
            x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=6,
        )  # fmt: skip
        drawn.update_layout(
            height=44 + LINE * max(count, 2) + 12,
            margin={"l": 8, "r": 8, "t": 36, "b": 8},
            xaxis={"visible": False, "range": [0, max(right for _, _, right in places)]},
            yaxis={"visible": False, "range": [count - 0.5, -0.5]},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns = {said["step"]: np.arange(len(texts)) + FIRST, said["token"]: list(texts)}
        return frame(columns | {title or said[quantity]: numbers})

    def sentence() -> str:
        seen = np.where(np.isfinite(numbers), numbers, np.nan)
        if np.isnan(seen).all():
            return said["none"]
        lowest, highest = int(np.nanargmin(seen)), int(np.nanargmax(seen))
        return said["tokens.alt"].format(
            count=len(texts),
            name=title or said[quantity],
            low=f"{numbers[lowest]:.3g}",
            at_low=texts[lowest],
            high=f"{numbers[highest]:.3g}",
            at_high=texts[highest],
        )

    return Picture(draw, table, sentence)


def _checked(texts: Sequence[str], values: ArrayLike) -> np.ndarray:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (len(texts),) or not texts:
        raise ShapeMismatch(what="values", found=numbers.shape, expected=(len(texts),))
    return numbers


def _scale(
    numbers: np.ndarray, quantity: str, low: float | None, high: float | None
) -> tuple[float, float]:
    least, most = symmetric(numbers)
    if theme.QUANTITY[quantity].kind == "sequential":
        least, most = 0.0, 1.0
    return least if low is None else low, most if high is None else high


def _shade(shades: list[str], number: float, low: float, high: float, paper: str) -> str:
    if not np.isfinite(number):
        return paper
    place = (number - low) / (high - low) if high > low else 0.5
    return shades[int(np.clip(round(place * (len(shades) - 1)), 0, len(shades) - 1))]


def _bar(colorscale: list[tuple[float, str]], low: float, high: float) -> go.Scatter:
    """No points: only the colour bar."""
    return go.Scatter(
        x=[None], y=[None], mode="markers", hoverinfo="skip", showlegend=False,
        marker={
            "colorscale": colorscale, "cmin": low, "cmax": high, "color": [low], "showscale": True,
            "colorbar": {"thickness": 8, "outlinewidth": 0, "nticks": 3, "tickfont": {"size": 12}},
        },
    )  # fmt: skip


def _places(texts: Sequence[str], columns: int) -> list[tuple[int, float, float]]:
    """The line of each token, and its left and right edge in characters."""
    places: list[tuple[int, float, float]] = []
    line, left = 0, 0.0
    for text in texts:
        wide = width(text[:_MOST]) + 1.2
        if left > 0 and left + wide > columns:
            line, left = line + 1, 0.0
        places.append((line, left, left + wide))
        left += wide
    return places
