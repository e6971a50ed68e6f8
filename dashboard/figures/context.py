"""The context vectors of an attention: for each token that was written, a mixture of the source.

Units from the top down, written tokens along the steps: what the decoder was given beside its own
state before it answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.alignment import Alignment
from dashboard.figures import lines, theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.recorded import symmetric
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def context(
    found: Alignment,
    *,
    target: Sequence[str],
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the vectors, units × steps; `step` is marked."""
    said = words(labels)
    steps = Steps.of(len(found.context), target)
    units = found.context.shape[1]

    def draw() -> go.Figure:
        low, high = symmetric(found.context)
        drawn = lines.figure(
            steps, words=said, mode=mode, y={"title": {"text": said["unit"]},
                                             "autorange": "reversed", "showgrid": False},
        )  # fmt: skip
        drawn.add_trace(
            go.Heatmap(
                x=steps.places,
                z=found.context.T.astype(np.float32),
                zmin=low,
                zmax=high,
                colorscale=theme.scale("hidden", mode),
                colorbar={"thickness": 8},
                hovertemplate=(
                    f"<b>%{{x}}</b> · {said['unit']} %{{y}}<br>"
                    f"{said['context.value']}: <b>%{{z:.4f}}</b><extra></extra>"
                ),
            )
        )
        drawn.update_layout(hovermode="closest", margin={"t": 16})
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said, units=range(units))
        return frame(columns | {said["context.value"]: found.context.reshape(-1)})

    def sentence() -> str:
        sizes = np.linalg.norm(found.context.astype(np.float64), axis=1)
        at = int(sizes.argmax())
        return said["context.alt"].format(
            steps=steps.count,
            units=units,
            token=target[at],
            step=at + FIRST,
            size=f"{sizes[at]:.2f}",
        )

    return Picture(draw, table, sentence)
