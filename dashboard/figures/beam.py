"""A beam search as a tree: what was weighed at each step, what was kept, and where answers ended.

Steps run to the right; at each the likeliest beginning stands on top. What was kept is filled and
joined by solid lines, what was dropped is pale; the path to the best answer is drawn thick.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.generate import Beams
from core.text import visible
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST_STEPS = 24
"""Steps that are drawn; the table has all."""
_ROW, _AROUND = 46, 92  # pixels
_TOLD = 3  # answers in the sentence
_BESIDE = "\N{NO-BREAK SPACE}" * 5  # as wide as half a node, however wide a step is


def beam(beams: Beams, *, labels: Mapping[str, str] | None = None, mode: Mode = "light") -> Picture:
    """Draw the tree."""
    said = words(labels)
    nodes = beams.nodes
    rows = _rows(beams)
    best = set(beams.path(beams.answers[0]))
    texts = ["".join(nodes[at].text for at in beams.path(place)) for place in range(len(nodes))]

    def draw() -> go.Figure:
        shown = [at for at, node in enumerate(nodes) if node.step < MOST_STEPS]
        surface = theme.SURFACE[mode]
        drawn = go.Figure()
        for name, wanted, colour, width, dash in (
            ("beam.dropped", [at for at in shown if not nodes[at].kept], surface.line, 1, "dot"),
            ("beam.kept", [at for at in shown if nodes[at].kept and at not in best],
             theme.colour("hidden", mode), 1.5, "solid"),
            ("beam.best", [at for at in shown if at in best], surface.accent, 3, "solid"),
        ):  # fmt: skip
            drawn.add_trace(_edges(beams, wanted, rows, colour=colour, width=width, dash=dash))
            drawn.add_trace(
                _dots(beams, wanted, rows, texts, said, name=said[name], colour=colour, mode=mode)
            )
        drawn.add_trace(_shares(beams, [at for at in shown if nodes[at].kept], rows, mode=mode))
        highest = max((rows[at] for at in shown), default=0)
        steps = max((nodes[at].step for at in shown), default=0) + 1
        drawn.update_layout(
            height=int(np.clip(_AROUND + _ROW * (highest + 1), 220, 640)),
            hovermode="closest",
            margin={"l": 12, "r": 12, "t": 40, "b": 44},
            xaxis={"title": {"text": said["step"]}, "range": [0.4, steps + max(0.95, 0.17 * steps)],
                   "showgrid": False, "zeroline": False,
                   "tickvals": list(range(1, steps + 1))},
            yaxis={"visible": False, "range": [highest + 0.7, -0.7], "fixedrange": True},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["step"]: [node.step + FIRST for node in nodes],
                said["beam.token"]: [node.text for node in nodes],
                said["beam.text"]: texts,
                said["probability"]: [node.probability for node in nodes],
                said["beam.whole"]: [float(np.exp(node.log_probability)) for node in nodes],
                said["beam.log"]: [node.log_probability for node in nodes],
                said["beam.kept"]: [node.kept for node in nodes],
                said["beam.ended"]: [node.ended for node in nodes],
            }
        )

    def sentence() -> str:
        told = ", ".join(
            said["beam.alt.answer"].format(
                text=texts[end], share=_share(float(np.exp(nodes[end].log_probability)))
            )
            for end in beams.answers[:_TOLD]
        )
        kept = sum(node.kept for node in nodes)
        return said["beam.alt"].format(
            width=beams.width, weighed=len(nodes), kept=kept, answers=told
        )

    return Picture(draw, table, sentence)


def _rows(beams: Beams) -> list[int]:
    """The row of each node: its place among those of its step, the likeliest answer first."""
    rows = [0] * len(beams.nodes)
    steps: dict[int, list[int]] = {}
    for at, node in enumerate(beams.nodes):
        steps.setdefault(node.step, []).append(at)
    for places in steps.values():
        order = sorted(places, key=lambda at: (-beams.nodes[at].log_probability, at))
        for row, at in enumerate(order):
            rows[at] = row
    return rows


def _edges(
    beams: Beams, wanted: list[int], rows: list[int], *, colour: str, width: float, dash: str
) -> go.Scatter:
    """Lines from each node's parent."""
    x: list[float | None] = []
    y: list[float | None] = []
    for at in wanted:
        node = beams.nodes[at]
        if node.parent >= 0:
            x += [node.step - 1 + FIRST, node.step + FIRST, None]
            y += [rows[node.parent], rows[at], None]
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": colour, "width": width, "dash": dash},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _dots(
    beams: Beams,
    wanted: list[int],
    rows: list[int],
    texts: list[str],
    said: Mapping[str, str],
    *,
    name: str,
    colour: str,
    mode: Mode,
) -> go.Scatter:
    """A box with the token at each node; its numbers are told under the pointer."""
    nodes, surface = beams.nodes, theme.SURFACE[mode]
    filled = name != said["beam.dropped"]
    return go.Scatter(
        x=[nodes[at].step + FIRST for at in wanted],
        y=[rows[at] for at in wanted],
        name=name,
        mode="markers+text",
        marker={
            "size": 22, "symbol": ["square" if nodes[at].ended else "circle" for at in wanted],
            "color": colour if filled else surface.paper,
            "line": {"color": colour, "width": 1.5},
        },
        text=[plain(visible(nodes[at].text), most=5) for at in wanted],
        textfont={"size": 12, "color": theme.readable(colour) if filled else surface.muted},
        customdata=[
            f"{plain(texts[at], most=40)}<br>{said['probability']}: "
            f"<b>{_share(nodes[at].probability)}</b><br>{said['beam.whole']}: "
            f"<b>{_share(float(np.exp(nodes[at].log_probability)))}</b>"
            for at in wanted
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _shares(beams: Beams, kept: list[int], rows: list[int], *, mode: Mode) -> go.Scatter:
    """Beneath a node that was kept its own probability, unless all; behind an end the whole's."""
    nodes, ends = beams.nodes, [at for at in kept if at in beams.answers]
    return go.Scatter(
        x=[
            *(nodes[at].step + FIRST for at in kept),
            *(nodes[at].step + FIRST for at in ends),
        ],
        y=[*(rows[at] + 0.45 for at in kept), *(rows[at] for at in ends)],
        mode="text",
        text=[
            *(_share(nodes[at].probability).replace("100%", "") for at in kept),
            *(f"{_BESIDE}<b>{_share(float(np.exp(nodes[at].log_probability)))}</b>" for at in ends),
        ],
        textposition=["middle center"] * len(kept) + ["middle right"] * len(ends),
        textfont={"size": 10, "color": theme.SURFACE[mode].muted},
        hoverinfo="skip",
        showlegend=False,
    )


def _share(value: float) -> str:
    """A probability in a few characters."""
    return f"{value:.0%}" if value >= 0.095 else f"{value:.1%}" if value >= 0.001 else "≤0.1%"
