"""Greedy against beam: the likeliest token at each step against the likeliest answer as a whole."""

from __future__ import annotations

import math

import streamlit as st

from core.generate import Translation
from dashboard import cache, figures, state, widgets
from dashboard.i18n import t
from dashboard.views.translate import settings
from dashboard.views.translate.said import about, percent, told
from dashboard.widgets.opening import folded


def beams(greedy: Translation) -> None:
    """Draw the tree of the search, and say whether it found a likelier answer."""
    with folded(t("translate.beam"), t("translate.beam.see"), key="beams") as wanted:
        if not wanted:
            return
        width = state.get(settings.BEAMS)
        with widgets.guard():
            found = cache.translated(
                greedy.model, settings.source(), beams=width, forced=settings.forced()
            )
            st.markdown(_sentence(greedy, found, width=width))
            if found.beams is None:
                st.caption(t("translate.beam.one"))
                return
            picture = figures.beam(found.beams, **widgets.look())
            widgets.show(picture, name="beam", about=about(found))


def _sentence(greedy: Translation, found: Translation, *, width: int) -> str:
    facts = {
        "greedy": told(greedy.text), "width": width, "text": told(found.text),
        "share": percent(math.exp(greedy.log_probability)),
        "other": percent(math.exp(found.log_probability)),
    }  # fmt: skip
    if found.text == greedy.text:
        return t("translate.said.beam.same", **facts)
    return t("translate.said.beam", **facts)
