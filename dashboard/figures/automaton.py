"""A finite automaton as a graph: states, what is answered there, and the tokens that lead on.

Works for one that was drawn out of a network and for the true one of a task alike. An arrow stands
for all tokens that lead from one state to another; the wider, the more often it was taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.layout import layout
from core.text import visible
from dashboard.figures import theme
from dashboard.figures.markup import plain, width
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT, MOST_TOKENS = 460, 4
WITHIN = 6
"""Letters of a name that a state holds; a longer one stands below it."""
CROWDED = 30
"""Arrows above which only the one that was taken last has its tokens beside it."""
LOOP = 26
"""Pixels that an arrow from a state to itself rises above it."""
_EDGE = 0.6
_BEND = 0.14
"""How far an arrow is bent aside, so that there and back do not lie upon each other."""


@dataclass(frozen=True, eq=False)
class Graph:
    """What is drawn: `moves` (states, tokens), −1 for none; `names` and `answers` of the states."""

    moves: NDArray[np.intp]
    tokens: Sequence[str]
    names: Sequence[str]
    answers: Sequence[str]
    visits: NDArray[np.intp]


def automaton(
    graph: Graph,
    *,
    at: int | None = None,
    before: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the states; `at` is where one stands and `before` where one came from."""
    said = words(labels)
    edges = _edges(graph)
    between = {edge: which for edge, which in edges.items() if edge[0] != edge[1]}
    few = len(edges) <= CROWDED
    names = [_name(name) for name in graph.names]
    answers = [plain(answer, most=20) for answer in graph.answers]

    def draw() -> go.Figure:
        places = layout(graph.moves)
        surface = theme.SURFACE[mode]
        drawn = go.Figure()
        share = np.sqrt(graph.visits / max(int(graph.visits.max(initial=1)), 1))
        # Of many, a number is enough of those where one does not stand.
        shown = [name if few or state == at else name.partition(":")[0]
                 for state, name in enumerate(names)]  # fmt: skip
        long = np.array([width(unescape(name)) for name in shown])
        sizes = np.maximum(28 + 14 * share, np.where(long <= WITHIN, 7 * long + 8, 0)).tolist()
        for here, there in between:
            walked = (here, there) == (before, at)
            way = _way(places, here, there)
            drawn.add_trace(
                go.Scatter(
                    x=way[:, 0], y=way[:, 1], mode="lines+markers", hoverinfo="skip",
                    showlegend=False,
                    line={"color": surface.accent if walked else surface.muted,
                          "width": 3 if walked else 1, "shape": "spline"},
                    marker={"symbol": "arrow", "angleref": "previous",
                            "size": [0, 0, 0, 11, 0],
                            "color": surface.accent if walked else surface.muted},
                )
            )  # fmt: skip
        middles = np.array([_way(places, *edge)[2] for edge in between]).reshape(-1, 2)
        drawn.add_trace(
            go.Scatter(
                x=middles[:, 0], y=middles[:, 1], mode="text", showlegend=False,
                text=[beside(edge, which) for edge, which in between.items()],
                textfont={"size": 11, "color": surface.ink},
                hovertext=[_tokens(which, most=40) for which in between.values()],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )  # fmt: skip
        for (here, there), which in edges.items():
            if here == there:
                colour = surface.accent if at == before == here else surface.muted
                _to_itself(drawn, places[here], size=sizes[here], colour=colour)
                drawn.add_annotation(
                    x=places[here, 0], y=places[here, 1], yshift=sizes[here] / 2 + LOOP + 8,
                    text=beside((here, there), which), hovertext=_tokens(which, most=40),
                    showarrow=False,
                    font={"size": 11, "color": surface.ink},
                )  # fmt: skip
        stands = [state == at for state in range(len(names))]
        rims = [surface.accent if it else surface.ink for it in stands]
        drawn.add_trace(
            go.Scatter(
                x=places[:, 0], y=places[:, 1], mode="markers+text", text=shown, showlegend=False,
                textfont={"size": 12, "color": surface.ink}, cliponaxis=False,
                textposition=["middle center" if letters <= WITHIN
                              else "bottom center" for letters in long],
                customdata=list(zip(answers, graph.visits.tolist(), strict=True)),
                hovertext=names,
                marker={"size": sizes, "color": surface.paper, "opacity": 1,
                        "line": {"width": [4 if it else 1.5 for it in stands], "color": rims}},
                hovertemplate=said["automaton.hover"] + "<extra></extra>",
            )
        )  # fmt: skip
        axis = {"visible": False, "showgrid": False, "zeroline": False}
        low, high = places.min(axis=0) - _EDGE, places.max(axis=0) + _EDGE
        drawn.update_layout(
            height=HEIGHT, margin={"l": 12, "r": 12, "t": 40, "b": 12}, hovermode="closest",
            xaxis=axis | {"range": [low[0], high[0]]}, yaxis=axis | {"range": [low[1], high[1]]},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        rows = [
            (int(here), int(token), int(graph.moves[here, token]))
            for here, token in zip(*np.nonzero(graph.moves >= 0), strict=True)
        ]
        return frame(
            {
                said["automaton.from"]: [graph.names[here] for here, _, _ in rows],
                said["token"]: [graph.tokens[token] for _, token, _ in rows],
                said["automaton.to"]: [graph.names[there] for *_, there in rows],
                said["automaton.answer"]: [graph.answers[there] for *_, there in rows],
            }
        )

    def sentence() -> str:
        now = "" if at is None else said["automaton.at"].format(state=names[at])
        return said["automaton.alt"].format(
            states=len(names), edges=len(edges), at=now
        ).strip()  # fmt: skip

    def beside(edge: tuple[int, int], which: Sequence[int]) -> str:
        """The tokens that stand at an arrow; those of the others are told where one points."""
        return _tokens(which) if few or edge == (before, at) else ""

    def _tokens(which: Sequence[int], *, most: int = MOST_TOKENS) -> str:
        told = [plain(visible(graph.tokens[token]), most=12) for token in which[:most]]
        more = f" +{len(which) - most}" if len(which) > most else ""
        return " ".join(told) + more

    return Picture(draw, table, sentence)


def _edges(graph: Graph) -> dict[tuple[int, int], list[int]]:
    """The tokens that lead from each state to each other."""
    found: dict[tuple[int, int], list[int]] = {}
    for here, token in zip(*np.nonzero(graph.moves >= 0), strict=True):
        found.setdefault((int(here), int(graph.moves[here, token])), []).append(int(token))
    return found


def _name(name: str) -> str:
    """A state's name as a text of several words, of which each is seen; ∅ for none."""
    return plain(" ".join(map(visible, name.split())), most=12) or "∅"


def _to_itself(drawn: go.Figure, place: NDArray[np.float64], *, size: float, colour: str) -> None:
    """An arrow out of the top of a state and back: in pixels, as states are drawn."""
    # Half a turn's third to each side of the top of the circle.
    side, rim = 0.4 * size / 2, 0.92 * size / 2
    top = rim + LOOP * 4 / 3
    at = {
        "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": place[0], "yanchor": place[1],
        "type": "path", "layer": "below",
    }  # fmt: skip
    drawn.add_shape(
        path=f"M {-side} {rim} C {-2.6 * side} {top} {2.6 * side} {top} {side} {rim}",
        line={"color": colour, "width": 1.5}, **at,
    )  # fmt: skip
    drawn.add_shape(
        path=f"M {side} {rim} L {side - 1} {rim + 10} L {side + 8} {rim + 7} Z",
        fillcolor=colour, line={"width": 0}, **at,
    )  # fmt: skip


def _way(places: NDArray[np.float64], here: int, there: int) -> NDArray[np.float64]:
    """Five points from a state to another, bent aside."""
    one, other = places[here], places[there]
    along = np.array([0.0, 0.25, 0.5, 0.74, 1.0])[:, None]
    aside = np.array([other[1] - one[1], one[0] - other[0]])
    return one + along * (other - one) + _BEND * 4 * along * (1 - along) * aside
