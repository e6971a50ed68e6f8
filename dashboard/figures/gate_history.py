"""How stuck the gates are, as training goes on: the share of them that is shut, and that is open.

Two pictures over one axis of epochs, in the colours of the gates. A gate counts as shut or open
within a tenth of the ends of its activation (Karpathy et al. 2015).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.looks import Inside
from dashboard.figures import epochs
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 340
_ENDS = ("gate_history.shut", "gate_history.open")


def gate_history(
    inside: Inside, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw a line for each gate in each of the two pictures; a cell without gates has none."""
    said = words(labels)

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=said[_ENDS[1]], log=False, height=HEIGHT)
        for gate, shares in inside.saturation.items():
            look = QUANTITY[gate]
            for end, axis in ((0, "y2"), (1, "y")):
                drawn.add_trace(
                    epochs.line(
                        inside.places, shares[:, end], name=said[gate], number=".0%",
                        line={"color": look.colour(mode), "dash": look.dash}, yaxis=axis,
                        legendgroup=gate, showlegend=end == 1,
                    )
                )  # fmt: skip
        share = {"range": [-0.02, 1.02], "tickformat": ".0%", "nticks": 5}
        drawn.update_layout(
            yaxis=share | {"domain": [0.55, 1.0]},
            yaxis2=share | {"domain": [0.0, 0.45], "zeroline": False, "showline": False,
                            "ticks": "", "title": {"text": said[_ENDS[0]]}},
            xaxis={"anchor": "y2"},
        )  # fmt: skip
        if not inside.saturation:
            drawn.add_annotation(
                text=said["saturation.none"], showarrow=False, x=0.5, y=0.5, xref="paper",
                yref="paper",
            )  # fmt: skip
        return drawn

    def table() -> pd.DataFrame:
        titles = [said["epoch"], said["gate"], *(said[end] for end in _ENDS)]
        parts = [
            dict(zip(titles, (inside.places, [said[gate]] * inside.places.size, shares[:, 0],
                              shares[:, 1]), strict=True))
            for gate, shares in inside.saturation.items()
        ]  # fmt: skip
        return joined(parts, titles=titles)

    def sentence() -> str:
        if not inside.saturation:
            return said["saturation.none"]
        told = ", ".join(
            said["saturation.share"].format(
                name=said[gate], below=_percent(shares[-1, 0]), above=_percent(shares[-1, 1])
            )
            for gate, shares in inside.saturation.items()
        )
        return said["gate_history.alt"].format(layer=inside.layer, shares=told)

    return Picture(draw, table, sentence)


def _percent(share: float) -> str:
    return f"{share:.0%}" if np.isfinite(share) else "–"
