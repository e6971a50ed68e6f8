"""Every gate and state of a layer along the text, and one step of one unit in all its numbers.

What depends on the step is one fragment: stepping, playing and picking redraw it and leave the
rest of the page as it is.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.analysis.highlights import Moment, highlight
from core.analysis.order import first_look
from core.errors import CoreError
from core.nodes import LayerTrace
from dashboard import figures, state, widgets
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.gates.canvas import pick_order, picture
from dashboard.views.gates.inspector import inspector
from dashboard.views.gates.sentence import said, say
from dashboard.widgets import Reading
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.caption import about
from dashboard.widgets.colouring import chosen_colour, pick_colour
from dashboard.widgets.film import film
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.opening import box, folded
from dashboard.widgets.reading import is_new_page
from dashboard.widgets.series import draw_inputs, draw_predictions
from dashboard.widgets.stepper import clock, go_to, pick_speed, stepper, tick

PAGE = Page(key="gates", section="look", icon=":material/view_agenda:", order=10)


def render() -> None:
    """Draw the picture of all gates, the inspector beside it, and what they add up to below."""
    with widgets.reading_ahead() as reading:
        strip = st.container()
        layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
        best = _best(reading.trace.layers[layer])
        _begin(reading, layer, best)
        every = clock()
        widgets.fragment(_explore, run_every=every)(
            reading, best, layer=layer, ticking=every is not None
        )
    with strip:
        film()
    draw_predictions(reading)
    _summary(reading, layer)


def _best(run: LayerTrace) -> Moment | None:
    try:
        return highlight(run)
    except CoreError:  # numbers past all bounds: the picture shows them, no sentence can
        return None


def _begin(reading: Reading, layer: int, best: Moment | None) -> None:
    if state.chosen(state.STEP) and state.chosen(state.UNIT):
        return
    step, unit = first_look(reading.trace.layers[layer])
    if best is not None:
        step, unit = best.step, best.unit
    for field, value in ((state.STEP, step), (state.UNIT, unit)):
        if not state.chosen(field):
            state.put(field, value)


def _explore(reading: Reading, best: Moment | None, *, layer: int, ticking: bool) -> None:
    tick(ticking=ticking, last=reading.trace.time - 1)
    if state.get(state.LAYER) != layer:
        st.rerun()  # the parts outside of this fragment show the layer too
    run = reading.trace.layers[layer]
    step = state.fit(state.STEP, high=reading.trace.time - 1)
    with st.container(gap="xsmall", key="explored"):
        row: dict[str, Any] = {"horizontal": True, "vertical_alignment": "center"}
        controls = st.container(**row, key="gates-controls")
        sentence = st.container(**row, key="gates-highlight")
        left, right = st.columns([6, 5], gap="medium")

        def above() -> None:
            with controls:
                _controls(reading, run)
            with sentence:
                say(reading, best, layer=layer, step=step)

        # The picture is sent first, unless what stands above it would push it down.
        if is_new_page():
            above()
        with left:
            colour = chosen_colour(reading, run)
            told = said(reading, best, layer=layer, step=step)
            picture(reading, layer=layer, colour=colour, step=step, said=told)
            draw_inputs(reading, whose=about(reading, step=step), step=step)
        if not is_new_page():
            above()
        with right:
            inspector(reading, layer=layer, step=step)
        if reading.model.readout:
            seen = t("gates.answers.see")
            with folded(t("gates.answers"), seen, key="answers") as wanted:
                if wanted:
                    _answers(reading, step)


def _controls(reading: Reading, run: LayerTrace) -> None:
    stepper(reading.tokens)
    pick_layer(reading.model)
    with box(t("gates.view"), key="gates-view"):
        pick_colour(reading, run)
        pick_order()
        pick_speed()


def _answers(reading: Reading, step: int) -> None:
    if slow_answers(reading) and not st.toggle(t("gates.answers.slow"), key="slow-answers"):
        return
    with st.spinner(t("gates.answers.busy")):
        found = answers_of(reading)
    widgets.show(
        figures.answers(found, tokens=reading.tokens, step=step, **widgets.look()),
        name="answers",
        about=about(reading, step=step),
        arrays=reading.trace,
        on_pick=go_to,
    )


def _summary(reading: Reading, layer: int) -> None:
    run, tokens = reading.trace, reading.tokens
    with folded(t("gates.means"), t("gates.means.see"), key="means") as wanted:
        if wanted:
            widgets.show(
                figures.means(run, layer=layer, tokens=tokens, **widgets.look()),
                name="means",
                about=about(reading),
                arrays=run,
            )
    with folded(t("gates.saturation"), t("gates.saturation.see"), key="saturation") as wanted:
        if wanted:
            st.caption(t("gates.saturation.help"))
            widgets.show(
                figures.saturation(run, layer=layer, **widgets.look()),
                name="saturation",
                about=about(reading),
                arrays=run,
            )
