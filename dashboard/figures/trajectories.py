"""The way of the hidden state along a text, epoch after epoch, in one plane.

The path of one epoch is drawn with its tokens; the paths of the others stand behind it, pale. The
ends of all of them, joined in the order of training, show where the text's last state went as the
network learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.series import spread
from core.analysis.trajectories import Trajectories
from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import Steps
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 380
PALE_POINTS = 6_000
"""Points of paths behind the chosen one; of many epochs, only so many as this allows."""
NAMED = 14
"""Tokens up to which each is written beside its point; else the first and the last alone."""


def trajectories(
    found: Trajectories,
    *,
    epochs: Sequence[int],
    epoch: int,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the path of `epoch` in front of those of all `epochs`.

    Raises ShapeMismatch for tokens that do not fit, ValueError for an epoch that is not there.
    """
    said = words(labels)
    surface = theme.SURFACE[mode]
    at = list(epochs).index(epoch)
    time = found.points.shape[1]
    steps = Steps.of(time, tokens)
    colour = QUANTITY["hidden"].colour(mode)

    def draw() -> go.Figure:
        drawn = go.Figure([_behind(found, surface.muted, said), _ends(found, epochs, said, mode)])
        path = found.points[at].astype(np.float32)
        shown = [""] * time
        if steps.tokens is not None:
            for step in range(time) if time <= NAMED else (0, time - 1):
                shown[step] = plain(steps.tokens[step], most=MOST_CHARACTERS)
        drawn.add_trace(
            go.Scatter(
                x=path[:, 0],
                y=path[:, 1],
                name=said["trajectories.path"].format(epoch=epoch),
                mode="lines+markers+text",
                text=shown,
                textposition="top center",
                textfont={"size": 12, "color": surface.ink},
                line={"color": colour, "width": 2.5, "shape": "linear"},
                marker={
                    "size": np.where(np.arange(time) == time - 1, 11, 6).tolist(),
                    "color": colour,
                },
                customdata=np.asarray(steps.places),
                hovertemplate="<b>%{customdata}</b><extra></extra>",
            )
        )
        # One frame for all epochs, so that a film moves the path and not the axes.
        for number, update in enumerate((drawn.update_xaxes, drawn.update_yaxes)):
            share = f"{100 * found.shares[number]:.0f}"
            title = said["trajectories.axis"].format(number=number + 1, share=share)
            update(title={"text": title, "standoff": 6}, zeroline=False, showline=False, ticks="",
                   range=_range(found.points[..., number]))  # fmt: skip
        drawn.update_layout(
            height=HEIGHT, margin={"l": 52, "r": 12, "t": 40, "b": 48}, hovermode="closest"
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {said["epoch"]: np.repeat(np.asarray(epochs), time)}
        for title, column in steps.columns(said).items():
            columns[title] = np.tile(column, len(epochs))
        for number in range(2):
            title = said["trajectories.component"].format(number=number + 1)
            columns[title] = found.points[..., number].reshape(-1)
        return frame(columns)

    def sentence() -> str:
        ends = found.points[:, -1]
        apart = np.linalg.norm(ends - ends[-1], axis=-1)
        return said["trajectories.alt"].format(
            epoch=epoch,
            first=epochs[0],
            last=epochs[-1],
            apart=f"{apart[0]:.3g}",
            share=f"{100 * found.shares.sum():.0f}",
        )

    return Picture(draw, table, sentence)


def _behind(found: Trajectories, colour: str, said: Mapping[str, str]) -> go.Scatter:
    """The paths of all epochs as one line with gaps."""
    count, time, _ = found.points.shape
    kept = found.points[spread(count, most=max(2, PALE_POINTS // time))]
    padded = np.pad(kept, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    flat = padded.reshape(-1, 2).astype(np.float32)
    return go.Scatter(
        x=flat[:, 0], y=flat[:, 1], name=said["trajectories.others"], mode="lines",
        line={"color": colour, "width": 1}, opacity=0.25, hoverinfo="skip",
    )  # fmt: skip


def _ends(
    found: Trajectories, epochs: Sequence[int], said: Mapping[str, str], mode: Mode
) -> go.Scatter:
    """Where the text ends, in the order of training."""
    ends = found.points[:, -1].astype(np.float32)
    scale = theme.scale("hidden", mode, kind="sequential")
    marker: dict[str, Any] = {
        "size": 8, "symbol": "diamond", "color": np.arange(len(ends)), "colorscale": scale,
        "cmin": -0.4 * len(ends), "line": {"width": 1, "color": theme.SURFACE[mode].muted},
    }  # fmt: skip
    return go.Scatter(
        x=ends[:, 0], y=ends[:, 1], name=said["trajectories.ends"], mode="lines+markers",
        line={"color": theme.SURFACE[mode].muted, "width": 1, "dash": "dot"}, marker=marker,
        customdata=np.asarray(epochs),
        hovertemplate=f"{said['epoch']} <b>%{{customdata}}</b><extra></extra>",
    )  # fmt: skip


def _range(values: NDArray[np.floating]) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * (high - low) or 1.0
    return [low - margin, high + margin]
