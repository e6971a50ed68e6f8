"""Every gate and state of a layer along the text, and one step of one unit in all its numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import cache, figures, i18n, state, widgets
from dashboard.components.heatmaps import Column, Picked, heatmaps, pack, themed
from dashboard.fields import Choice
from dashboard.figures.answers import answers, answers_alt, answers_table
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.widgets import Reading
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.colouring import colouring, pick_colour
from dashboard.widgets.inspector import inspector
from dashboard.widgets.panels import first_look, ordered, panels
from dashboard.widgets.stepper import clock, pause, pick_speed, stepper, tick

PAGE = Page(key="gates", icon=":material/view_agenda:", order=10)

ORDER = state.declare(
    Choice(
        name="order",
        default="index",
        options=("index", "activity", "similarity"),
        pages=("gates",),
    )
)
PICTURE = "gates-picture"


def render() -> None:
    """Draw the picture of all gates, the inspector beside it, and what they add up to below."""
    reading = widgets.reading()
    layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
    run = reading.trace.layers[layer]
    if not (state.chosen(state.STEP) and state.chosen(state.UNIT)):
        step, unit = first_look(run)
        _begin(step, unit)
    with st.container(horizontal=True, vertical_alignment="bottom", key="gates-controls"):
        colour = pick_colour(reading, run)
        _pick_order()
        if len(reading.trace.layers) > 1:
            _pick_layer(reading)
        with st.popover(t("gates.view"), icon=":material/tune:", key="gates-view"):
            pick_speed()
    pause_between = clock()
    st.fragment(_explore, run_every=pause_between)(
        reading, layer=layer, colour=colour, ticking=pause_between is not None
    )
    _summary(reading, layer)


def _begin(step: int, unit: int) -> None:
    if not state.chosen(state.STEP):
        state.put(state.STEP, step)
    if not state.chosen(state.UNIT):
        state.put(state.UNIT, unit)


def _pick_order() -> None:
    st.segmented_control(
        t("gates.order"),
        ORDER.known(),
        format_func=lambda by: t(f"gates.order.{by}"),
        required=True,
        help=t("gates.order.help"),
        **state.bind(ORDER),
    )


def _pick_layer(reading: Reading) -> None:
    st.selectbox(
        t("gates.layer"),
        range(len(reading.trace.layers)),
        format_func=lambda at: _layer_name(reading, at),
        help=t("gates.layer.help"),
        width=200,
        **state.bind(state.LAYER),
    )


def _layer_name(reading: Reading, at: int) -> str:
    layers = [layer for stage in reading.model.recurrent for layer in stage.layers]
    for number, stage in enumerate(reading.model.recurrent, start=FIRST):
        if layers[at] in stage.layers:
            if len(stage.layers) == 1:
                return t("gates.layer.name", number=number)
            return t(f"gates.layer.{layers[at].direction}", number=number)
    raise IndexError(at)


def _explore(reading: Reading, *, layer: int, colour: str, ticking: bool) -> None:
    tick(ticking=ticking, last=reading.trace.time - 1)
    step = stepper(reading.tokens)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _picture(reading, layer, colour, step)
    with right:
        inspector(reading, layer=layer, step=step)
    _answers(reading, step)


def _picture(reading: Reading, layer: int, colour: str, step: int) -> None:
    run, mode = reading.trace.layers[layer], state.mode()
    unit = state.fit(state.UNIT, high=run.units - 1)
    by = state.get(ORDER)

    def make() -> bytes:
        order = ordered(run, by=by)
        column = Column(
            key="text",
            title="",
            tokens=reading.tokens,
            panels=panels(run, mode=mode, order=order),
            strip=colouring(reading, run, colour, layer=layer, unit=unit).strip(mode),
            unknown=~reading.passage.encoded.known,
            masked=() if run.mask is None else ~run.mask[0],
        )
        return pack(
            [column],
            key=PICTURE,
            palette=themed(mode),
            words=i18n.labels("heatmaps"),
            file_name="gates",
        )

    named = (reading.model.digest, cache.digest(reading.trace.inputs), reading.tokens)
    settings = (layer, colour, unit if colour == "unit" else None, by, mode, i18n.language())
    heatmaps(
        cache.picture(named, settings, make=make),
        key=PICTURE,
        step=step,
        unit=unit,
        on_pick=_take,
    )
    words = figures.labels(i18n.language())
    drawn = {"layer": layer, "tokens": reading.tokens, "labels": words}
    widgets.downloads(
        name="gates",
        table=lambda: figures.gates_table(reading.trace, **drawn, order=ordered(run, by=by)),
        key=PICTURE,
        arrays=reading.trace,
        twin=lambda: figures.gates(reading.trace, **drawn, order=ordered(run, by=by), mode=mode),
    )


def _take(picked: Picked) -> None:
    pause()
    state.put(state.STEP, picked.step)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)


def _answers(reading: Reading, step: int) -> None:
    if not reading.model.head:
        return
    st.subheader(t("gates.answers"), anchor=False, help=t("gates.answers.help"))
    if slow_answers(reading) and not st.toggle(t("gates.answers.slow"), key="slow-answers"):
        return
    with st.spinner(t("gates.answers.busy")):
        found = answers_of(reading)
    words = figures.labels(i18n.language())
    widgets.chart(
        answers(found, tokens=reading.tokens, step=step, labels=words, mode=state.mode()),
        name="answers",
        table=lambda: answers_table(found, tokens=reading.tokens, labels=words),
        alt=answers_alt(found, labels=words),
        arrays=reading.trace,
    )


def _summary(reading: Reading, layer: int) -> None:
    words = figures.labels(i18n.language())
    drawn = {"layer": layer, "labels": words}
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(t("gates.means"), anchor=False, help=t("gates.means.help"))
        widgets.chart(
            figures.means(reading.trace, **drawn, tokens=reading.tokens, mode=state.mode()),
            name="means",
            table=lambda: figures.means_table(reading.trace, **drawn, tokens=reading.tokens),
            alt=figures.means_alt(reading.trace, **drawn),
            arrays=reading.trace,
        )
    with right:
        st.subheader(t("gates.saturation"), anchor=False, help=t("gates.saturation.help"))
        widgets.chart(
            figures.saturation(reading.trace, **drawn, mode=state.mode()),
            name="saturation",
            table=lambda: figures.saturation_table(reading.trace, **drawn),
            alt=figures.saturation_alt(reading.trace, **drawn),
            arrays=reading.trace,
        )
