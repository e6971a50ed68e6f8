"""What stands around every page: its heading, the language, the link, and what a link got wrong."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import i18n, state, tabs
from dashboard.figures import theme
from dashboard.i18n import labels, t
from dashboard.widgets.problem import plain
from dashboard.widgets.report import report
from dashboard.widgets.share import share

# What Streamlit names in English, whatever the reader's language.
_NAMES = {
    '[data-testid="stExpandSidebarButton"]': "pages",
    '[data-testid="stSidebarCollapseButton"] button': "pages.close",
    '[data-testid="stSidebar"]': "pages",
    '[data-testid="stSidebarNav"]': "pages",
}


def frame(page: str) -> DeltaGenerator:
    """Draw the heading of a page and the controls that every page has.

    Returns the place of the link, which `foot` draws when the page has settled what it shows.
    """
    style()
    row = st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key="frame",
    )
    row.title(t(f"{page}.title"), anchor=False, width="content")
    controls = row.container(horizontal=True, width="content", vertical_alignment="center")
    with controls:
        shared = st.container(horizontal=True, width="content", gap="xsmall")
        language()
    _ignored()
    return shared


def style() -> None:
    """Name the colours that the looks of `dashboard.server` are in; once, before anything else."""
    surface = theme.SURFACE[state.mode()]
    shades = {"paper": surface.paper, "ink": surface.ink, "muted": surface.muted}
    shades["accent"] = surface.accent
    told = "".join(f"--unrolled-{name}: {shade};" for name, shade in shades.items())
    st.html(f"<style>:root {{ {told} }}</style>")


def language() -> None:
    """Offer the languages, each by its own name."""
    st.segmented_control(
        t("frame.language"),
        tuple(i18n.LANGUAGES),
        format_func=i18n.LANGUAGES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.bind(state.LANGUAGE, showing=i18n.language()),
    )


def open_page(page: str) -> None:
    """Go to another page, by its key. What was chosen stays."""
    st.switch_page(state.recall("pages")[page])


def foot(page: str, shared: DeltaGenerator) -> None:
    """Offer the link to the page, in the place that `frame` gave, tell the browser the language and
    its tab's name, and begin another page at its top. Drawn last, where it takes no room.

    Streamlit leaves <html lang="en">, with which a screen reader would read Korean as English, and
    the place to which the page before was scrolled.
    """
    with shared:
        report()
        share(page)
    names = {where: t(f"frame.{key}") for where, key in _NAMES.items()}
    told = (
        f"{tabs.remembering(state.recall('tab').id)}"
        f"const root = document.documentElement; root.lang = '{i18n.language()}';"
        f"root.dataset.names = JSON.stringify({json.dumps(names)});"
        f"if (root.dataset.page !== '{state.recall('page')}') {{"
        "  if (root.dataset.page) document.querySelector('[data-testid=stMain]').scrollTo(0, 0);"
        f" root.dataset.page = '{state.recall('page')}'; }}"
    )
    # Braces, so that each run has names of its own.
    words = f"{_beside('translate.js')} {_translated(i18n.language())}"
    parts = (told, _beside("frame.js"), _beside("steady.js"), words)
    st.html(
        "<script>" + "".join(f"{{ {part} }}" for part in parts) + "</script>",
        unsafe_allow_javascript=True,
    )


@cache
def _translated(language: str) -> str:
    """Return the call that puts Streamlit's own words, which are English, into a language."""
    with i18n.speak("en"):
        written = labels("streamlit")
    with i18n.speak(language):
        told = labels("streamlit")
    words = [
        (key.partition(".")[0], written[key], word)
        for key, word in told.items()
        if word != written[key]
    ]
    return f"window.unrolledTranslate({json.dumps([language, words], ensure_ascii=False)[1:-1]});"


@cache
def _beside(name: str) -> str:
    """Return the text of a file that stands beside this one."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _ignored() -> None:
    found = state.ignored()
    if not found:
        return
    gone = dict.fromkeys(value for _, value in found if value.startswith((state.RUN, state.MODEL)))
    rest = [
        f"{plain(key, most=20)} = {plain(value, most=20)}"
        for key, value in found
        if value not in gone
    ]
    runs, models = (
        ", ".join(plain(v.removeprefix(kind), most=80) for v in gone if v.startswith(kind))
        for kind in (state.RUN, state.MODEL)
    )
    said = [t("frame.ignored", what=", ".join(rest))] if rest else []
    said += [t("frame.gone", runs=runs)] if runs else []
    said += [t("frame.gone.model", models=models)] if models else []
    row = st.container(horizontal=True, vertical_alignment="center", key="ignored")
    row.warning("  \n".join(said), icon=":material/link_off:")
    row.button(t("frame.ignored.close"), on_click=state.forgive, type="tertiary")
