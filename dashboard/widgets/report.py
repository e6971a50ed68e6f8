"""The report: pictures that a reader gathers while going from page to page, as one file to keep.

A picture is taken from its own menu as it stands, with its numbers, its sentences and the settings
it was drawn with; later changes of the page leave it as it is. The list lies with the session, and
outlives a reload.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from dashboard import i18n, state
from dashboard.fields import Refused, Text
from dashboard.figures import Picture, theme
from dashboard.i18n import t
from dashboard.widgets.problem import plain
from dashboard.widgets.report_page import Entry, page, table_of

MOST = 24
"""Pictures in a report."""
MOST_CHARACTERS = 20_000_000
"""Characters that they may take together: what a session holds of it."""
TITLE = state.declare(Text(name="report_title", default=None, limit=200, url=None))
ENTRIES, NEWS = "report", "report news"


def entries() -> tuple[Entry, ...]:
    """Return what was taken, in its order."""
    found: tuple[Entry, ...] = state.recall(ENTRIES, ())
    return found


def take(
    picture: Picture, *, title: str, said: str, digests: tuple[str, ...], is_chart: bool
) -> None:
    """Put a picture as it stands at the end of the report; where it is full, say so."""
    here = state.link(str(state.recall("page", state.HOME)))
    taken = Entry(
        title=title,
        words=picture.words,
        said=plain_text(said),
        figure=str(theme.apply(picture.draw, state.mode()).to_json()) if is_chart else "",
        table=table_of(picture.table),
        settings=_settings(here.url),
        digests=digests,
        link=here.url,
    )
    so_far = entries()
    full = len(so_far) == MOST or sum(e.size for e in so_far) + taken.size > MOST_CHARACTERS
    if not full:
        state.remember(ENTRIES, (*so_far, taken))
    state.remember(NEWS, "full" if full else "added")


def report() -> None:
    """Draw the button that opens the list: what was taken, in what order, and the file."""
    news = state.recall(NEWS)
    if news is not None:
        state.remember(NEWS, None)
        st.toast(t(f"report.{news}", most=MOST), icon=":material/summarize:")
    with st.popover(t("report.title"), icon=":material/summarize:", key="report"):
        taken = entries()
        if not taken:
            st.caption(t("report.how"))
            return
        st.text_input(
            t("report.name"), placeholder=t("report.name.own"), max_chars=TITLE.limit,
            **state.bind(TITLE, showing=state.get(TITLE) or ""),
        )  # fmt: skip
        for at, entry in enumerate(taken):
            _line(entry, at=at, count=len(taken))
        name, language, mode = _name(), i18n.language(), state.mode()
        made = t("report.made", when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")

        def file() -> bytes:
            with i18n.speak(language):
                return page(taken, title=name, made=made, language=language, mode=mode)

        st.download_button(
            t("report.download", count=len(taken)), data=file, file_name="unrolled-report.html",
            mime="text/html", icon=":material/download:", on_click="ignore", key="report-file",
            type="primary",
        )  # fmt: skip


def _line(entry: Entry, *, at: int, count: int) -> None:
    row = st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"report-line-{at}"
    )
    row.markdown(f":small[{at + 1}. {plain(entry.title, most=160)}]")
    row.button(
        t("report.up"), icon=":material/arrow_upward:", help=t("report.up"), disabled=at == 0,
        key=f"report-up-{at}", on_click=_move, args=(at, -1),
    )  # fmt: skip
    row.button(
        t("report.down"), icon=":material/arrow_downward:", help=t("report.down"),
        disabled=at == count - 1, key=f"report-down-{at}", on_click=_move, args=(at, 1),
    )  # fmt: skip
    row.button(
        t("report.remove"), icon=":material/close:", help=t("report.remove"),
        key=f"report-remove-{at}", on_click=_remove, args=(at,),
    )  # fmt: skip


def _move(at: int, by: int) -> None:
    order = list(entries())
    if 0 <= at < len(order) and 0 <= at + by < len(order):
        order.insert(at + by, order.pop(at))
        state.remember(ENTRIES, tuple(order))


def _remove(at: int) -> None:
    state.remember(ENTRIES, tuple(one for place, one in enumerate(entries()) if place != at))


def _name() -> str:
    return (state.get(TITLE) or "").strip() or t("report.name.own")


def _settings(url: str) -> tuple[tuple[str, str], ...]:
    """What a link says, each value as it was before it was packed."""
    by_key = {field.key: field for field in state.FIELDS.values() if field.key is not None}
    found = []
    for key, written in parse_qsl(urlsplit(url).query):
        try:
            found.append((key, str(by_key[key].read(written))))
        except (KeyError, Refused):
            found.append((key, written))
    return tuple(found)


def plain_text(markdown: str) -> str:
    """Return one of our sentences without its marks; what a reader wrote in it stands as it was."""
    bare = re.sub(r"\*\*|:small\[|(?<=\w)\]$", "", markdown)
    return unescape(bare)
