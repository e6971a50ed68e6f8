"""What stands around the cells of the unrolled network: arrows, tokens, answers.

All but the line of answers are annotations, returned to be given to Plotly at once: it checks
every annotation again for each that is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.guesses import Answers
from core.text.window import Window
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode

HALF = 0.27  # of a cell's width
LOW, HIGH = 0.0, 1.0  # of the columns
LONG = 9  # characters of a token
Note = dict[str, Any]  # an annotation


def cells(count: int, mode: Mode, *, framed: Sequence[bool]) -> go.Bar:
    """The frames of the cells: bars, which alone can have round corners in pixels."""
    surface = theme.SURFACE[mode]
    line = {
        "width": [2.5 if frame else 1 for frame in framed],
        "color": [surface.accent if frame else surface.line for frame in framed],
    }
    return go.Bar(
        x=list(range(count)),
        y=[HIGH - LOW + 0.12] * count,
        base=LOW - 0.06,
        width=2 * HALF + 0.12,
        marker={"color": surface.card, "cornerradius": 9, "line": line},
        hoverinfo="skip",
        showlegend=False,
    )


def columns(
    values: np.ndarray,
    rows: Sequence[int],
    names: Sequence[str],
    said: Mapping[str, str],
    mode: Mode,
    *,
    low: float,
    high: float,
) -> go.Heatmap:
    """Each step's units (rows, steps) as a column of its own, with the step's name in hover.

    Every other column of the heatmap is empty.
    """
    count = len(names)
    spread = np.full((len(rows), 2 * count - 1), np.nan, dtype=np.float32)
    spread[:, ::2] = values
    edges = [side for at in range(count) for side in (at - HALF, at + HALF)]
    spread_names = [""] * (2 * count - 1)
    spread_names[::2] = names
    return go.Heatmap(
        x=edges,
        # The first unit on top.
        y=np.linspace(HIGH, LOW, len(rows) + 1),
        z=spread,
        customdata=[[f"{name}<br>{said['unit']} {row}" for name in spread_names] for row in rows],
        hovertemplate=f"%{{customdata}}<br>{said['hidden']}: <b>%{{z:.4f}}</b><extra></extra>",
        hoverongaps=False,
        zmin=low,
        zmax=high,
        colorscale=theme.scale("hidden", mode),
        showscale=False,
        zorder=1,
        ygap=1 if len(rows) <= 16 else 0,
    )


def arrows(count: int, window: Window, *, backward: bool, mode: Mode) -> list[Note]:
    """From cell to cell, pale where no more text lies on that side; up from each token."""
    edge = HALF + 0.07
    hidden, read = theme.colour("hidden", mode), theme.colour("from_input", mode)
    arrows = []
    for at in range(-1, count):
        left, right = max(at + edge, -0.85), min(at + 1 - edge, count - 0.2)
        more = (at == -1 and window.before) or (at == count - 1 and window.after)
        opacity = 0.45 if at in (-1, count - 1) and not more else 1.0
        tail, tip = (right, left) if backward else (left, right)
        arrows.append(arrow((tail, 0.5), (tip, 0.5), colour=hidden, opacity=opacity))
    return arrows + [arrow((at, -0.33), (at, -0.08), colour=read) for at in range(count)]


def arrow(
    tail: tuple[float, float], tip: tuple[float, float], *, colour: str, opacity: float = 1.0
) -> Note:
    """From one point to another."""
    return {
        "ax": tail[0], "ay": tail[1], "x": tip[0], "y": tip[1], "axref": "x", "ayref": "y",
        "xref": "x", "yref": "y", "showarrow": True, "arrowhead": 2, "arrowsize": 0.9,
        "arrowwidth": 1.6, "arrowcolor": colour, "text": "", "opacity": opacity,
    }  # fmt: skip


def tokens(
    texts: Sequence[str], shown: Sequence[int], step: int | None, mode: Mode, *, slanted: bool
) -> list[Note]:
    """The tokens; many or long ones stand aslant, so that they fit a narrow page."""
    words_shown = [plain(text, most=LONG) for text in texts]
    return [
        {
            "text": f"<b>{word}</b>" if index == step else word, "x": at, "y": -0.38,
            "xref": "x", "yref": "y", "yanchor": "top",
            "xanchor": "right" if slanted else "center", "showarrow": False,
            "textangle": -50 if slanted else 0, "xshift": 6 if slanted else 0, "name": "token",
            "font": {"size": 13, "color": theme.colour("from_input", mode)},
        }
        for at, (word, index) in enumerate(zip(words_shown, shown, strict=True))
    ]  # fmt: skip


def answers(
    drawn: go.Figure, given: Answers, shown: Sequence[int], said: Mapping[str, str], mode: Mode
) -> list[Note]:
    """A line of probabilities above the cells, and the best guess of each where there are many.

    Returns the arrows to it, and the names of its ends.
    """
    surface, colour = theme.SURFACE[mode], theme.colour("answer", mode)
    guesses = [given.guesses(at)[0] for at in shown]
    many = given.probable and not given.binary
    heights = [share for _, share in guesses] if many else given.values[list(shown), 0].tolist()
    names = [plain(name, most=7) for name, _ in guesses]
    notes = [arrow((at, 1.09), (at, 1.31), colour=colour) for at in range(len(shown))]
    drawn.add_trace(
        go.Scatter(
            x=list(range(len(shown))),
            y=heights,
            yaxis="y2",
            mode="markers+text" if many else "lines+markers",
            line={"color": colour, "width": 2},
            marker={"color": surface.accent if many else colour, "size": 8},
            text=names if many else None,
            textposition="top center",
            textfont={"size": 12, "color": surface.ink},
            cliponaxis=False,
            customdata=[f"{name}: {share:.4f}" if given.probable else f"{height:.4f}"
                        for name, (_, share), height in zip(names, guesses, heights, strict=True)],
            hovertemplate=f"{said['answer']}<br><b>%{{customdata}}</b><extra></extra>",
            showlegend=False,
            name=said["answer"],
        )
    )  # fmt: skip
    axis = {"domain": [0.72, 1], "side": "left", "anchor": "free", "position": 0.0,
            "fixedrange": True, "zeroline": False, "showline": False, "ticks": "",
            "gridcolor": surface.grid}  # fmt: skip
    if given.probable:
        axis |= {"range": [-0.1, 1.35 if many else 1.1], "tickvals": [0, 0.5, 1]}
        axis |= {"tickfont": {"size": 12, "color": surface.muted}}
    drawn.update_layout(yaxis2=axis)
    names_of_ends = given.classes if given.binary else ()
    return notes + [
        {
            "text": plain(name, most=18), "x": 1, "xref": "paper", "xanchor": "right", "y": place,
            "yref": "y2", "yanchor": "bottom" if place == 0 else "top", "showarrow": False,
            "font": {"size": 12, "color": surface.muted},
        }
        for place, name in zip((0, 1), names_of_ends, strict=False)
    ]  # fmt: skip


def window_said(window: Window, said: Mapping[str, str], mode: Mode) -> Note:
    """What part of the text is shown."""
    text = said["unrolled.window"].format(
        first=window.start + FIRST, last=window.stop - 1 + FIRST, total=window.total
    )
    return {
        "text": text, "x": 0, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper",
        "yanchor": "top", "yshift": -8, "showarrow": False,
        "font": {"size": 12, "color": theme.SURFACE[mode].muted},
    }  # fmt: skip
