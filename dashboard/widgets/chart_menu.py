"""One menu for each chart: its table, its files, and the chart full screen.

A button in the chart's upper right corner, seen while the chart is pointed at or holds the focus,
and always where nothing can be pointed at. Not chosen: a row beneath each chart, which made twenty
buttons of equal weight on a page of ten charts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Literal, Protocol

import streamlit as st

from core.text.spreadsheet import neutralised
from dashboard import state
from dashboard.figures import Picture, theme
from dashboard.figures.theme import Mode
from dashboard.i18n import labels, t
from dashboard.widgets.caption import NOTHING, About
from dashboard.widgets.present import present
from dashboard.widgets.report import take
from dashboard.widgets.snapshot import snapshot

if TYPE_CHECKING:
    import pandas as pd


class Savable(Protocol):
    """A Trace or Gradients: what writes itself as `.npz`."""

    def save(self, file: io.BytesIO, /) -> None:
        """Write to a file."""


@contextmanager
def menu(
    picture: Picture,
    *,
    name: str,
    key: str,
    about: About = NOTHING,
    arrays: Savable | None = None,
    shown: Literal["chart", "canvas", "text"],
    more: Callable[[], None] | None = None,
    said: str = "",
) -> Iterator[None]:
    """Draw within it what the picture shows; then come its menu, and its table if asked for.

    PNG and SVG are taken from the chart or canvas with this key in the browser. HTML is a page with
    the chart; of a canvas, with the picture that is its twin, drawn when asked for. Pictures bear a
    line that says what they are about, and all files have the shortest of it in their names.

    Args:
        picture: what a figure answered.
        name: of the chart, with which its files' names begin.
        key: that of what is drawn.
        about: what it is about, as its files say.
        arrays: what it was drawn from, offered whole as `.npz`.
        shown: as what it stands on the page.
        more: draws what else the menu offers.
        said: what the page says of it, as Markdown; it goes into the report.
    """
    line, stem = about.line(name), about.stem(name)
    called = labels("chart", "of").get(name.partition(":")[0], name)
    with st.container(key=f"chartbox-{key}"):
        yield
        with st.popover(
            t("chart.menu", name=called), icon=":material/more_horiz:", key=f"chartmenu-{key}"
        ):
            wanted = st.toggle(t("chart.table"), key=f"{key}-table", help=t("chart.table.help"))
            present(box=f"chartbox-{key}")
            if shown != "text":
                snapshot(chart=key, file=stem, caption=line)
                mode = state.mode()  # here: a download is made where no session is known
                _file(f"{stem}.html", "text/html", key, lambda: page(picture, line, mode))
            _file(f"{stem}.csv", "text/csv", key, lambda: csv(picture.table))
            if arrays is not None:
                _file(f"{stem}.npz", "application/octet-stream", key, lambda: npz(arrays))
            if more is not None:
                more()
            # The whole page after it: the frame lists what is in the report.
            if st.button(
                t("report.add"), icon=":material/summarize:", key=f"{key}-report", width="stretch",
                on_click=lambda: take(
                    picture, title=line, said=said, digests=about.digests,
                    is_chart=shown != "text",
                ),
            ):  # fmt: skip
                st.rerun()
    if wanted:
        st.dataframe(picture.table, key=f"{key}-numbers", hide_index=True)


def page(picture: Picture, line: str, mode: Mode) -> bytes:
    """Return the chart as a page, a line beneath it, with Plotly's script inside (4.5 MB): it works
    for good, and without a network.
    """
    written: str = theme.apply(picture.draw, mode).to_html(
        config=theme.PLOT_CONFIG, include_plotlyjs=True, div_id="chart", default_height="90vh"
    )
    surface, said = theme.SURFACE[mode], escape(line)
    style = (
        f"<title>{said}</title><style>body {{ background: {surface.paper}; }} figcaption {{ "
        f"color: {surface.muted}; font: 13px/1.5 {theme.FONT}; padding: 8px; }}</style>"
    )
    written = written.replace("<head>", f"<head>{style}", 1)
    body, _, end = written.rpartition("</body>")
    return f"{body}<figcaption>{said}</figcaption></body>{end}".encode()


def csv(frame: pd.DataFrame) -> bytes:
    """Return a table as a file, with a byte-order mark: without it, spreadsheet programs read
    Hangul in the wrong encoding.
    """
    return neutralised(frame).to_csv(index=False).encode("utf-8-sig")


def npz(arrays: Savable) -> bytes:
    """Return all that was recorded as a file."""
    file = io.BytesIO()
    arrays.save(file)
    return file.getvalue()


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
