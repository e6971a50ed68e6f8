"""Teacher forcing beside free running: what a decoder gives to the right token at each step.

Forced, it has read the right tokens before; free, its own. Where it writes the right ones itself
the two are one line; after its first mistake the free line tells what the mistake costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import lines, theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Way:
    """One way of answering: `tokens` likeliest at each step, `shares` (steps,) what they got, and
    `right` (steps,) what the right token got, NaN past the end of what was written.
    """

    tokens: Sequence[str]
    shares: NDArray[np.floating]
    right: NDArray[np.floating]


def forcing(
    right: Sequence[str],
    *,
    forced: Way,
    free: Way,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw both ways along the `right` answer."""
    said = words(labels)
    steps = Steps.of(len(right), right)
    ways = {"forced": forced, "free": free}

    def draw() -> go.Figure:
        axis = {"title": {"text": said["forcing.axis"]}, "range": [-0.04, 1.06],
                "tickformat": ".0%"}  # fmt: skip
        drawn = lines.figure(steps, words=said, mode=mode, y=axis, height=280)
        for (name, way), colour, dash in zip(
            ways.items(), theme.ITEMS[mode], ("solid", "dash"), strict=False
        ):
            line = lines.line(
                steps, way.right, name=said[f"forcing.{name}"], colour=colour, dash=dash,
                number=".1%",
            )  # fmt: skip
            wrong = [at for at, token in enumerate(way.tokens[: len(right)]) if token != right[at]]
            line.customdata = [plain(token, most=14) for token in _filled(way.tokens, len(right))]
            line.hovertemplate = (
                f"{said[f'forcing.{name}']}: <b>%{{y:.1%}}</b>, "
                f"{said['forcing.wrote']} <b>%{{customdata}}</b><extra></extra>"
            )
            line.marker = {
                "size": [11 if at in wrong else 6 for at in range(len(right))],
                "symbol": ["x" if at in wrong else "circle" for at in range(len(right))],
                "color": colour,
            }
            drawn.add_trace(line)
        return drawn

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {
            said["step"]: np.arange(len(right)) + FIRST,
            said["forcing.right"]: list(right),
        }
        for name, way in ways.items():
            told = said[f"forcing.{name}"]
            columns[f"{told}: {said['forcing.wrote']}"] = _filled(way.tokens, len(right))
            columns[f"{told}: {said['probability']}"] = _numbers(way.shares, len(right))
            columns[f"{told}: {said['forcing.axis']}"] = way.right
        return frame(columns)

    def sentence() -> str:
        counts = {
            name: sum(one == other for one, other in zip(way.tokens, right, strict=False))
            for name, way in ways.items()
        }
        return said["forcing.alt"].format(
            steps=len(right),
            forced=counts["forced"],
            free=counts["free"],
            right="".join(right),
            written="".join(free.tokens),
        )

    return Picture(draw, table, sentence)


def _filled(tokens: Sequence[str], length: int) -> list[str]:
    return [*tokens[:length], *[""] * (length - len(tokens))]


def _numbers(values: NDArray[np.floating], length: int) -> NDArray[np.float64]:
    filled = np.full(length, np.nan)
    filled[: len(values)] = values[:length]
    return filled
