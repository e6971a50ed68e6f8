"""Where sequences lie in the plane of an autoencoder's two numbers, each a sign of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

HEIGHT = 380


def code_plane(
    codes: NDArray[Any],
    *,
    kinds: NDArray[np.intp],
    names: Sequence[str],
    signs: Sequence[str],
    point: tuple[float, float] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw codes (count, 2) of sequences of these kinds, and a `point` that is decoded."""
    said = words(labels)

    def draw() -> go.Figure:
        shades = theme.ITEMS[mode]
        drawn = go.Figure()
        for kind, name in enumerate(names):
            own = codes[kinds == kind].astype(np.float32)
            drawn.add_scatter(
                x=own[:, 0], y=own[:, 1], name=plain(name, most=20), mode="text", showlegend=False,
                text=[plain(signs[kind], most=4)] * len(own),
                textfont={"color": shades[kind % len(shades)], "size": 13},
                hovertemplate=f"<b>{plain(name, most=20)}</b> %{{x:.2f}} %{{y:.2f}}<extra></extra>",
            )  # fmt: skip
        if point is not None:
            drawn.add_scatter(
                x=[point[0]], y=[point[1]], mode="markers", name=said["code_plane.point"],
                marker={"size": 18, "color": "rgba(0,0,0,0)",
                        "line": {"width": 3, "color": theme.SURFACE[mode].accent}},
            )  # fmt: skip
        drawn.update_layout(
            height=HEIGHT, showlegend=False, hovermode="closest",
            xaxis={"title": {"text": said["code_plane.first"]}, "zeroline": False},
            yaxis={"title": {"text": said["code_plane.second"]}, "zeroline": False},
            margin={"l": 52, "r": 12, "t": 12, "b": 48},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["kinds.kind"]: [names[kind] for kind in kinds],
                said["code_plane.first"]: codes[:, 0],
                said["code_plane.second"]: codes[:, 1],
            }
        )

    def sentence() -> str:
        middles = np.stack([codes[kinds == kind].mean(axis=0) for kind in np.unique(kinds)])
        apart = np.linalg.norm(middles[:, None] - middles[None], axis=-1)
        np.fill_diagonal(apart, np.inf)
        one, other = np.unravel_index(apart.argmin(), apart.shape)
        present = np.unique(kinds)
        return said["code_plane.alt"].format(
            count=len(codes), kinds=len(present), one=names[int(present[one])],
            other=names[int(present[other])],
        )  # fmt: skip

    return Picture(draw, table, sentence)
