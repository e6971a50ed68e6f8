"""What if: one paints on gates and states, and sees what the rest of the run makes of it.

Everything below the text is one fragment, so that a stroke redraws it and nothing else.
"""

from __future__ import annotations

import streamlit as st

from core.analysis.changes import difference
from dashboard import state, widgets
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.intervene.answer import answers, pictures, sentence
from dashboard.views.intervene.brush import brush, by_numbers, pick_brush
from dashboard.views.intervene.canvas import picture
from dashboard.views.intervene.changes import apply, listed
from dashboard.views.intervene.units import units
from dashboard.widgets import Reading
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.opening import folded

PAGE = Page(key="intervene", section="why", icon=":material/format_paint:", order=70)


def render() -> None:
    """Draw the pickers; then the brush, what was changed, the canvas and what it did."""
    with st.container():
        reading = widgets.reading()
    _begin(reading)
    widgets.fragment(_explore)(reading)


def _begin(reading: Reading) -> None:
    """Ask for the answer at the step read last, unless somebody chose another."""
    if not state.chosen(state.STEP):
        state.put(state.STEP, reading.trace.time - 1)


def _explore(reading: Reading) -> None:
    layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
    step = state.fit(state.STEP, high=reading.trace.time - 1)
    unit = state.fit(state.UNIT, high=reading.trace.layers[layer].units - 1)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="intervene-controls"):
            st.markdown(t("intervene.brush"), width="content")
            pick_brush(reading)
            pick_layer(reading.model)
            by_numbers(reading, layer=layer, step=step, unit=unit)
        # What comes and goes has a place of its own: Streamlit would build all below it anew, and a
        # stroke that is being drawn on the canvas would be lost.
        with st.container():
            if brush() is None:
                st.caption(t("intervene.other.first"))
        changed = apply(reading)
        found = difference(reading.trace, changed.trace, layer=layer)
        pair = answers(changed, step=step)
        said = sentence(changed, found, pair, step=step)
        st.container(key="intervene-said").markdown(said)
        with st.container():
            listed(changed)
        picture(changed, found, layer=layer, step=step, unit=unit, said=said)
        if changed.done:
            pictures(changed, found, pair, step=step, said=said)
        title, seen = t("intervene.units.title"), t("intervene.units.see")
        with folded(title, seen, key="ablation") as wanted, widgets.guard():
            if wanted:
                units(reading, layer=layer, step=step)
