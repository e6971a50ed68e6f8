"""A word in its sentences, each a point: those of one sense in one colour, the reader's in front.

Where a model tells senses apart, the colours lie apart; a static vector is one point for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.senses import SenseMap
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 360
MOST_TEXT = 90
_SYMBOLS = ("circle", "square", "triangle-up", "x")


def senses(
    found: SenseMap,
    *,
    kinds: Sequence[str],
    texts: Sequence[str],
    own_texts: Sequence[str],
    level: int,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the map of one level.

    `kinds` says what the sense of each point of the corpus is called, `texts` its sentence, and
    `own_texts` the reader's sentences, which are numbered from 1.
    """
    said = words(labels)
    names = tuple(dict.fromkeys(kinds))

    def draw() -> go.Figure:
        surface = theme.SURFACE[mode]
        drawn = go.Figure()
        for at, name in enumerate(names):
            kept = [place for place, kind in enumerate(kinds) if kind == name]
            drawn.add_trace(
                go.Scatter(
                    x=found.points[kept, 0].astype(np.float32),
                    y=found.points[kept, 1].astype(np.float32),
                    name=plain(name, most=MOST_TEXT),
                    mode="markers",
                    marker={
                        "size": 9,
                        "opacity": 0.65,
                        "color": theme.ITEMS[mode][at % len(theme.ITEMS[mode])],
                        "symbol": _SYMBOLS[at % len(_SYMBOLS)],
                    },
                    customdata=[plain(texts[place], most=MOST_TEXT) for place in kept],
                    hovertemplate="%{customdata}<extra></extra>",
                )
            )
        drawn.add_trace(
            go.Scatter(
                x=found.own[:, 0].astype(np.float32),
                y=found.own[:, 1].astype(np.float32),
                name=said["senses.own"],
                mode="markers+text",
                text=[str(number) for number in range(1, len(found.own) + 1)],
                textposition="middle center",
                textfont={"size": 13, "color": surface.paper},
                marker={"size": 24, "symbol": "diamond", "color": surface.ink},
                customdata=[plain(text, most=MOST_TEXT) for text in own_texts],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
        for number, update in enumerate((drawn.update_xaxes, drawn.update_yaxes)):
            share = f"{100 * found.shares[number]:.0f}"
            title = said["trajectories.axis"].format(number=number + 1, share=share)
            update(title={"text": title}, zeroline=False, showline=False, ticks="")
        drawn.update_layout(
            height=HEIGHT, margin={"l": 52, "r": 12, "t": 36, "b": 48}, hovermode="closest"
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        points = np.concatenate([found.points, found.own])
        own = [said["senses.own"]] * len(found.own)
        columns: dict[str, object] = {
            said["senses.sense"]: [*kinds, *own],
            said["senses.sentence"]: [*texts, *own_texts],
        }
        for number in range(2):
            title = said["trajectories.component"].format(number=number + 1)
            columns[title] = points[:, number]
        return frame(columns)

    def sentence() -> str:
        counted = ", ".join(f"{name} {list(kinds).count(name)}" for name in names)
        share = f"{100 * found.shares.sum():.0f}"
        return said["senses.alt"].format(
            level=level_name(level, said), counted=counted, own=len(found.own), share=share
        )

    return Picture(draw, table, sentence)


def level_name(level: int, said: Mapping[str, str]) -> str:
    """Return what a level is called: the static embedding, or a layer by its number."""
    return said["senses.static"] if level == 0 else said["senses.level"].format(number=level)
