"""What has not been read yet, veiled: a picture of the unrolled network in the midst of reading.

The cells to come stay where they are, so that nothing moves while a text is read; they only wait
behind a veil in the colour of the page. Not chosen: drawing fewer cells, which would move all
others at each step.
"""

from __future__ import annotations

import plotly.graph_objects as go

from core.text.window import Window
from dashboard.figures import theme
from dashboard.figures.theme import Mode
from dashboard.figures.unrolled import MOST

VEIL = 0.86
"""How much of the page's colour lies over what is not read yet."""


def unread(figure: go.Figure, *, time: int, step: int, mode: Mode = "light") -> go.Figure:
    """Veil what comes after a step in a figure that `unrolled` drew of `time` steps.

    Returns the same figure.
    """
    window = Window.over(total=time, length=MOST, near=step)
    place, count = step - window.start, window.stop - window.start
    if place >= count - 1:
        return figure
    figure.add_shape(
        type="rect",
        xref="x",
        yref="paper",
        x0=place + 0.5,
        x1=count + MOST,
        y0=0,
        y1=1,
        line={"width": 0},
        fillcolor=theme.SURFACE[mode].paper,
        opacity=VEIL,
        layer="above",
    )
    # Words and arrows lie above every shape. An arrow that leads to an unread cell waits with it.
    for drawn in figure.layout.annotations:
        if drawn.xref == "x" and drawn.x > place + 0.5:
            drawn.opacity = 0.5 if drawn.name == "token" else 1 - VEIL
    return figure
