"""How alike the representations of every two epochs are, as a matrix of colours.

A bright square in the corner of the last epochs means that little changed from there on; where it
begins, the representation had settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.cka import ALIKE, settled
from dashboard.figures import lines, theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 380
Numbers = NDArray[np.floating]


def cka(
    alignment: Numbers,
    *,
    epochs: Sequence[int],
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the alignment of every two epochs.

    Args:
        alignment: (epochs, epochs), as `core.analysis.cka` gives it; blank where it is NaN.
        epochs: what the rows and columns are; 0 is before training.
        labels: words, see `figures.labels`.
        mode: light or dark.
    """
    said = words(labels)
    surface = theme.SURFACE[mode]
    names = [str(epoch) for epoch in epochs]
    first = settled(alignment)
    axis = {"type": "category", "title": {"text": said["epoch"]}, "showgrid": False,
            "ticks": "", "showline": False, "autotickangles": [0]}  # fmt: skip

    def draw() -> go.Figure:
        drawn = go.Figure(
            go.Heatmap(
                x=names,
                y=names,
                z=np.asarray(alignment, dtype=np.float32),
                zmin=0,
                zmax=1,
                colorscale=theme.scale("hidden", mode, kind="sequential"),
                colorbar={"title": {"text": said["cka.axis"], "side": "right"}, "thickness": 10},
                hovertemplate=(
                    f"{said['epoch']} <b>%{{x}}</b>, %{{y}}: <b>%{{z:.3f}}</b><extra></extra>"
                ),
                hoverongaps=False,
            )
        )
        drawn.update_layout(
            height=HEIGHT, margin={"l": 52, "r": 12, "t": 16, "b": 48}, xaxis=axis,
            yaxis=axis,
        )  # fmt: skip
        if first is not None:
            end = len(names) - 0.5
            drawn.add_shape(
                type="rect", xref="x", yref="y", name="settled", x0=first - 0.5, x1=end,
                y0=first - 0.5, y1=end, line={"color": surface.accent, "width": 2},
            )  # fmt: skip
        blank = int(np.isnan(np.diagonal(alignment)).sum())
        note = said["cka.blank"].format(count=blank) if blank else ""
        lines.note(drawn, [note], mode=mode, bottom=48)
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {said["epoch"]: list(epochs)}
        for at, epoch in enumerate(epochs):
            columns[f"{said['epoch']} {epoch}"] = alignment[:, at]
        return frame(columns)

    def sentence() -> str:
        told = said["cka.alt"].format(
            first=epochs[0], last=epochs[-1], value=f"{alignment[0, -1]:.3f}"
        )
        if first is None:
            return told
        return f"{told} {said['cka.alt.settled'].format(epoch=epochs[first], least=ALIKE)}"

    return Picture(draw, table, sentence)
