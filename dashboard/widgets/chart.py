"""A picture, and with it everything that one may want to take away: pictures, page, numbers, table.

One row beneath the chart: a popover with the downloads, and a switch that shows the numbers as a
table, for those who cannot see the chart or want to copy from it. Files are made when they are
asked for. The cost is one small component per chart, see `snapshot`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, Literal, Protocol

import plotly.graph_objects as go
import streamlit as st

from core.text.spreadsheet import neutralised
from dashboard import figures, i18n, state
from dashboard.figures import Picture, theme
from dashboard.figures.theme import Mode
from dashboard.i18n import labels, t
from dashboard.widgets.caption import NOTHING, About
from dashboard.widgets.snapshot import snapshot

if TYPE_CHECKING:
    import pandas as pd


class Savable(Protocol):
    """A Trace or Gradients: what writes itself as `.npz`."""

    def save(self, file: io.BytesIO, /) -> None:
        """Write to a file."""


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
) -> None:
    """Draw a picture that is a chart, with its downloads and its table twin.

    Args:
        picture: what a figure answered.
        name: of the chart, with which its files' names begin.
        key: tells two charts of one name apart.
        about: what it is about, as its files say.
        arrays: what it was drawn from, offered whole as `.npz`.
        on_pick: called with the place along its line of a point that was clicked.
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
    st.plotly_chart(
        drawn,
        theme=None,
        key=identity,
        config=theme.PLOT_CONFIG | _words(),
        alt=picture.words,
        **picking,
    )
    downloads(picture, name=name, key=identity, about=about, arrays=arrays, shown="chart")


def downloads(
    picture: Picture,
    *,
    name: str,
    key: str,
    about: About = NOTHING,
    arrays: Savable | None = None,
    shown: Literal["chart", "canvas", "text"],
) -> None:
    """Offer files and the table twin in one row.

    PNG and SVG are taken from the chart with this key in the browser. HTML is a page with the
    chart; of a canvas, with the picture that is its twin, drawn when asked for. Pictures bear a
    line that says what they are about, and all files have the shortest of it in their names.
    """
    line, stem = about.line(name), about.stem(name)
    row = st.container(
        horizontal=True,
        horizontal_alignment="right",
        vertical_alignment="center",
        key=f"{key}-row",
    )
    wanted = row.toggle(t("chart.table"), key=f"{key}-table", help=t("chart.table.help"))
    with row.popover(t("chart.download"), icon=":material/download:", key=f"{key}-files"):
        if shown == "chart":
            snapshot(chart=key, file=stem, caption=line)
        if shown != "text":
            mode = state.mode()  # here: a download is made where no session is known
            _file(f"{stem}.html", "text/html", key, lambda: _page(picture, line, mode))
        _file(f"{stem}.csv", "text/csv", key, lambda: _csv(picture.table))
        if arrays is not None:
            _file(f"{stem}.npz", "application/octet-stream", key, lambda: _npz(arrays))
    if wanted:
        st.dataframe(picture.table, key=f"{key}-numbers", hide_index=True)


def _by_finger() -> bool:
    """Whether the reader's browser is that of a telephone, by the name that it gives itself."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def _make_pickable(figure: go.Figure) -> None:
    # Plotly selects points, not lines, and fades what is not selected: neither is to be seen.
    for line in figure.data:
        if line.mode == "lines":
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


def _file(file: str, mime: str, key: str, make: Callable[[], bytes]) -> None:
    ending = file.rpartition(".")[2]
    st.download_button(
        f"{ending.upper()} · {t(f'chart.{ending}')}",
        data=make,
        file_name=file,
        mime=mime,
        key=f"{key}-{ending}",
        on_click="ignore",
        width="stretch",
    )


def _page(picture: Picture, line: str, mode: Mode) -> bytes:
    # With Plotly's script inside (4.5 MB): the page then works without a network, and for good.
    page: str = theme.apply(picture.draw, mode).to_html(
        config=theme.PLOT_CONFIG, include_plotlyjs=True, div_id="chart", default_height="90vh"
    )
    surface, said = theme.SURFACE[mode], escape(line)
    style = (
        f"<title>{said}</title><style>body {{ background: {surface.paper}; }} figcaption {{ "
        f"color: {surface.muted}; font: 13px/1.5 {theme.FONT}; padding: 8px; }}</style>"
    )
    page = page.replace("<head>", f"<head>{style}", 1)
    body, _, end = page.rpartition("</body>")
    return f"{body}<figcaption>{said}</figcaption></body>{end}".encode()


def _csv(frame: pd.DataFrame) -> bytes:
    # With a byte-order mark: without it, spreadsheet programs read Hangul in the wrong encoding.
    return neutralised(frame).to_csv(index=False).encode("utf-8-sig")


def _npz(arrays: Savable) -> bytes:
    file = io.BytesIO()
    arrays.save(file)
    return file.getvalue()
