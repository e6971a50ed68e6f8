"""Training in one small picture: the loss of each epoch, with a cursor at one of them.

It stands beside the control that moves the cursor, so it is low and has no more than two lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures import epochs, theme
from dashboard.figures.picture import Picture
from dashboard.figures.tables import frame
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 170
FEW = 40
"""Up to so many epochs, each point is marked: it can be picked."""


@dataclass(frozen=True, eq=False)
class EpochLosses:
    """A run's losses, (epochs,) each.

    Attributes:
        cell: of its recurrent layers, whose colour the lines have.
        epoch: counted from 1.
        training: the mean over the batches of the epoch.
        validation: after it; NaN where nothing was kept for validation.
        final: the epoch whose model is the run's.
    """

    cell: str
    epoch: NDArray[np.float64]
    training: NDArray[np.float64]
    validation: NDArray[np.float64]
    final: int | None = None

    @classmethod
    def of(cls, table: pd.DataFrame, *, cell: str, final: int | None = None) -> EpochLosses:
        """Take them out of a run's table of epochs, which may be empty."""

        def column(name: str) -> NDArray[np.float64]:
            if name not in table:
                return np.full(len(table), np.nan)
            import pandas as pd

            return pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64)

        return cls(cell, column("epoch"), column("loss"), column("validation_loss"), final)


def epoch_losses(
    losses: EpochLosses,
    *,
    cursor: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw training and validation loss, and a vertical line at an epoch; 0 is before the first."""
    said = words(labels)
    surface = theme.SURFACE[mode]

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=said["loss"], log=False, height=HEIGHT)
        lines = [("curves.training", losses.training, "dot", 1.5)]
        if np.isfinite(losses.validation).any():
            lines.append(("curves.validation", losses.validation, "solid", 2.5))
        marked = "lines+markers" if losses.epoch.size <= FEW else "lines"
        colour = QUANTITY[losses.cell].colour(mode)
        for key, values, dash, width in lines:
            look = {"color": colour, "dash": dash, "width": width}
            drawn.add_trace(
                epochs.line(losses.epoch, values, name=said[key], mode=marked, line=look,
                            marker={"size": 6, "color": colour})
            )  # fmt: skip
        if losses.final is not None and losses.final > 0:
            text = said["epoch_losses.final"].format(epoch=losses.final)
            epochs.mark(drawn, losses.final, text, mode=mode)
        if cursor is not None:
            drawn.add_shape(
                type="line", xref="x", yref="paper", x0=cursor, x1=cursor, y0=0, y1=1,
                name="cursor", line={"color": surface.accent, "width": 2.5},
            )  # fmt: skip
        last = float(losses.epoch.max(initial=1.0))
        edges = [-0.03 * last if cursor == 0 else 1 - 0.03 * last, 1.03 * last]
        drawn.update_xaxes(range=edges, title={"standoff": 4})
        drawn.update_yaxes(nticks=4)
        return drawn.update_layout(margin={"l": 52, "r": 8, "t": 30, "b": 36})

    def table() -> pd.DataFrame:
        return frame(
            {
                said["epoch"]: losses.epoch.astype(int),
                said["curves.training"]: losses.training,
                said["curves.validation"]: losses.validation,
            }
        )

    def sentence() -> str:
        if not losses.epoch.size:
            return said["epoch_losses.alt.none"]
        facts = {
            "epochs": losses.epoch.size,
            "first": f"{losses.training[0]:.4g}",
            "last": f"{losses.training[-1]:.4g}",
        }
        told = said["epoch_losses.alt"].format(**facts)
        return (
            told if cursor is None else f"{told} {said['epoch_losses.cursor'].format(epoch=cursor)}"
        )

    return Picture(draw, table, sentence)
