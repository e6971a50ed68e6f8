"""How often each kind was made, beside how often it would be if all were as frequent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.coverage import Coverage
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 230


def kinds(
    found: Coverage,
    *,
    names: Sequence[str],
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a bar for each kind, called by its name: its share of all that was made."""
    said = words(labels)
    made = len(found.convincing)
    shares = found.counts / made
    shown = [plain(name, most=14) for name in names]

    def draw() -> go.Figure:
        drawn = go.Figure(
            go.Bar(
                x=shown, y=shares, customdata=found.counts,
                marker={"color": theme.item(0, mode)},
                hovertemplate="<b>%{x}</b>: %{y:.1%} (%{customdata})<extra></extra>",
            )
        )  # fmt: skip
        surface = theme.SURFACE[mode]
        even = 1 / len(names)
        drawn.add_shape(
            type="line", xref="paper", x0=0, x1=1, y0=even, y1=even,
            line={"color": surface.muted, "width": 1, "dash": "dot"},
            label={"text": said["kinds.even"], "textposition": "end",
                   "font": {"size": 12, "color": surface.muted}},
        )  # fmt: skip
        drawn.update_layout(
            height=HEIGHT, margin={"l": 52, "r": 12, "t": 16, "b": 44},
            xaxis={"type": "category", "title": {"text": said["kinds.kind"]}},
            yaxis={"tickformat": ".0%", "title": {"text": said["kinds.share"]}},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {said["kinds.kind"]: list(names), said["kinds.count"]: found.counts,
             said["kinds.share"]: shares}
        )  # fmt: skip

    def sentence() -> str:
        most = int(found.counts.argmax())
        return said["kinds.alt"].format(
            convincing=f"{found.share:.0%}", reached=found.reached, kinds=len(names),
            most=names[most], share=f"{shares[most]:.0%}",
        )  # fmt: skip

    return Picture(draw, table, sentence)
