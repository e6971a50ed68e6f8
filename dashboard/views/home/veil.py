"""What has not been read yet, veiled: the unrolled network in the midst of reading.

The veil is a sheet of the page's colour that slides over the picture; the picture itself stays as
it is. So nothing moves but the veil, and a step costs a line of CSS, without the server (see
`player`). Not chosen: a new figure for each step, which the browser would mount anew, up to a
second behind the sentence beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import plotly.graph_objects as go
import streamlit as st

from dashboard.figures import theme
from dashboard.figures.theme import Mode

LEFT, RIGHT = 36, 12
"""Pixels beside the plot, fixed, so that the veil knows where each cell stands."""


@contextmanager
def sheet(figure: go.Figure) -> Iterator[None]:
    """Draw within, and nothing else: an `unrolled` figure that `veil` can cover."""
    figure.update_layout(margin={"l": LEFT, "r": RIGHT})
    figure.update_yaxes(automargin=False)
    with st.container(key="veiled"):
        yield


def veil(figure: go.Figure, *, mode: Mode) -> None:
    """Lay the sheet over a picture; `player.js` moves it, and says whether it is seen."""
    surface = theme.SURFACE[mode]
    st.html(f"""<style>
.st-key-veiled {{ position: relative; overflow: clip; overflow-clip-margin: 4px; }}
.st-key-veiled::after {{ content: ""; position: absolute; pointer-events: none;
  top: 0; left: 0; width: 100%; height: {figure.layout.height}px; z-index: 1;
  transform: translateX(calc({LEFT}px + (100% - {LEFT + RIGHT}px) * var(--home-read, 1)));
  background: color-mix(in srgb, {surface.paper} 84%, transparent);
  border-left: 2px solid {surface.accent};
  opacity: var(--home-veil, 0); transition: transform 0.3s ease-out, opacity 0.3s; }}
@media (prefers-reduced-motion: reduce) {{ .st-key-veiled::after {{ transition: none; }} }}
</style>""")


def share(figure: go.Figure, place: int) -> float:
    """Return the share of the plot's width that lies before the end of a cell."""
    low, high = figure.layout.xaxis.range
    return float(min(1.0, (place + 0.5 - low) / (high - low)))
