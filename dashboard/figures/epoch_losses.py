"""Training in one small picture: the loss of each epoch, with a cursor at one of them.

It stands beside the control that moves the cursor, so it is low and has no more than two lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.history import History, column
from dashboard.figures import epochs, theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 170
FEW = 40
"""Up to so many epochs, each point is marked: it can be picked."""


def epoch_losses(
    run: History,
    *,
    final: int | None = None,
    cursor: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw training and validation loss, and a vertical line at an epoch; 0 is before the first.

    `final` is the epoch whose model is the run's.
    """
    said = words(labels)
    training, validation = (column(run.epochs, name) for name in ("loss", "validation_loss"))
    surface = theme.SURFACE[mode]

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=said["loss"], log=False, height=HEIGHT)
        lines = [("curves.training", training, "dot", 1.5)]
        if run.validated:
            lines.append(("curves.validation", validation, "solid", 2.5))
        marked = "lines+markers" if run.ends.size <= FEW else "lines"
        colour = QUANTITY[run.cell].colour(mode)
        for key, values, dash, width in lines:
            look = {"color": colour, "dash": dash, "width": width}
            drawn.add_trace(
                epochs.line(run.ends, values, name=said[key], mode=marked, line=look,
                            marker={"size": 6, "color": colour})
            )  # fmt: skip
        if final is not None and final > 0:
            text = said["epoch_losses.final"].format(epoch=final)
            epochs.mark(drawn, final, text, mode=mode)
        if cursor is not None:
            drawn.add_shape(
                type="line", xref="x", yref="paper", x0=cursor, x1=cursor, y0=0, y1=1,
                name="cursor", line={"color": surface.accent, "width": 2.5},
            )  # fmt: skip
        last = float(run.ends.max(initial=1.0))
        edges = [-0.03 * last if cursor == 0 else 1 - 0.03 * last, 1.03 * last]
        drawn.update_xaxes(range=edges, title={"standoff": 4})
        drawn.update_yaxes(nticks=4)
        return drawn.update_layout(margin={"l": 52, "r": 8, "t": 30, "b": 36})

    def table() -> pd.DataFrame:
        return frame(
            {
                said["epoch"]: run.ends.astype(int),
                said["curves.training"]: training,
                said["curves.validation"]: validation,
            }
        )

    def sentence() -> str:
        if not run.ends.size:
            return said["epoch_losses.alt.none"]
        facts = {
            "epochs": run.ends.size,
            "first": f"{training[0]:.4g}",
            "last": f"{training[-1]:.4g}",
        }
        told = said["epoch_losses.alt"].format(**facts)
        return (
            told if cursor is None else f"{told} {said['epoch_losses.cursor'].format(epoch=cursor)}"
        )

    return Picture(draw, table, sentence)
