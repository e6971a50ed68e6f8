"""A picture that is a chart, drawn as all charts are, with its menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard import figures, i18n, state
from dashboard.figures import Picture, theme
from dashboard.i18n import labels
from dashboard.widgets.caption import NOTHING, About
from dashboard.widgets.chart_menu import Savable, menu


def look() -> dict[str, Any]:
    """Return what figures take of the reader: the words in pictures, and the mode."""
    return {"labels": figures.labels(i18n.language()), "mode": state.mode()}


def show(
    picture: Picture,
    *,
    name: str,
    key: str = "",
    about: About = NOTHING,
    arrays: Savable | None = None,
    on_pick: Callable[[int], object] | None = None,
    said: str = "",
) -> None:
    """Draw a picture that is a chart, with the menu that has its table and its files.

    Args:
        picture: what a figure answered.
        name: of the chart, with which its files' names begin.
        key: tells two charts of one name apart.
        about: what it is about, as its files say.
        arrays: what it was drawn from, offered whole as `.npz`.
        on_pick: called with the place along its line of a point that was clicked.
        said: what the page says of it, as Markdown; it goes into the report.
    """
    identity = f"chart-{key or name}"
    picking: dict[str, Any] = {}
    if on_pick is not None:
        _make_pickable(picture.draw)
        picking = {
            "on_select": lambda: _picked(identity, on_pick),
            "selection_mode": "points",
        }
    drawn = theme.apply(picture.draw, state.mode())
    # A finger that is drawn over a chart scrolls the page; a tap tells what the pointer is told.
    drawn.update_layout(dragmode=False if _by_finger() else None)
    with menu(
        picture, name=name, key=identity, about=about, arrays=arrays, shown="chart", said=said
    ):
        st.plotly_chart(
            drawn,
            theme=None,
            key=identity,
            config=theme.PLOT_CONFIG | _words(),
            alt=picture.words,
            **picking,
        )


def _by_finger() -> bool:
    """Whether the reader's browser is that of a telephone, by the name that it gives itself."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def _make_pickable(figure: go.Figure) -> None:
    # Plotly selects points, not lines, and fades what is not selected: neither is to be seen.
    for line in figure.data:
        if isinstance(line, go.Scatter) and line.mode == "lines":
            line.update(mode="lines+markers", marker={"size": 9, "opacity": 0})
        shown = {"marker": {"opacity": line.marker.opacity}}
        line.update(selected=shown, unselected=shown)


def _picked(key: str, on_pick: Callable[[int], object]) -> None:
    points = (state.sent(key, "selection") or {}).get("points")
    if points:
        on_pick(points[0]["point_index"])


def _words() -> dict[str, Any]:
    # Plotly's own buttons speak the reader's language too. It knows no other before it is told.
    return {"locale": "reader", "locales": {"reader": {"dictionary": labels("plotly")}}}
