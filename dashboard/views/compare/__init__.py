"""The same text through up to three cells: where their answers part, and why."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.analysis.disagreement import disagreement
from core.analysis.gates import unit_means
from core.analysis.guesses import Answers
from core.cells import get
from core.cells.expressions import leaves
from dashboard import cache, figures, i18n, state, widgets
from dashboard.components.heatmaps import Picked, heatmaps, pack, themed
from dashboard.fields import Choice
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels, t
from dashboard.origins import origin
from dashboard.views import Page
from dashboard.views.compare.columns import GATES, ORDER, STATES, columns
from dashboard.views.compare.comparing import comparing
from dashboard.views.compare.counts import counts
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.caption import About, about_cells
from dashboard.widgets.film import film
from dashboard.widgets.layers import layer_names
from dashboard.widgets.reading import Reading
from dashboard.widgets.stepper import clock, pause, stepper, tick

PAGE = Page(key="compare", section="look", icon=":material/compare:", order=20)

SHOWN = {"all": ORDER, "states": STATES, "gates": GATES}
SHOW = state.declare(Choice(name="show", default="all", options=tuple(SHOWN), pages=("compare",)))
PICTURE = "compare-picture"
PANEL = 64  # pixels: an LSTM's six panels then still fit a screen
AGREE = 0.05
"""Probabilities nearer than this all along a text are no disagreement worth a sentence."""


def render() -> None:
    """Draw the readings: their answers, their insides, and what they cost."""
    readings = comparing()
    film()
    time = next(iter(readings.values())).trace.time
    answers = {
        cell: answers_of(reading)
        for cell, reading in readings.items()
        if reading.model.readout and not slow_answers(reading)
    }
    widest = _notice(answers, next(iter(readings.values())).tokens)
    if not state.chosen(state.STEP):
        state.put(state.STEP, min(widest, time - 1))
    pause_between = clock()
    widgets.fragment(_explore, run_every=pause_between)(
        readings, answers, ticking=pause_between is not None
    )
    st.subheader(t("compare.count"), anchor=False, help=t("compare.count.help"))
    counts({cell: reading.model for cell, reading in readings.items()})


def _notice(answers: Mapping[str, Answers], tokens: tuple[str, ...]) -> int:
    """Say in one sentence where the answers part, and return that step."""
    if len(answers) < 2:
        alone = len(origin().cells) < 2
        st.markdown(t("compare.notice.alone" if alone else "compare.notice.one"))
        return len(tokens) - 1
    found = disagreement([each.values for each in answers.values()])
    if found.distance < AGREE:
        st.markdown(t("compare.notice.agree", distance=found.distance))
        return len(tokens) - 1
    said = ", ".join(
        t("compare.notice.said", cell=t(f"quantity.{cell}"), answer=_said(each, found.step))
        for cell, each in answers.items()
    )
    token = widgets.plain(tokens[found.step], most=30)
    st.markdown(t("compare.notice.part", step=found.step + FIRST, token=token, said=said))
    return found.step


def _said(found: Answers, step: int) -> str:
    name, share = found.guesses(step)[0]
    return f"“{widgets.plain(name, most=20)}” {share:.2f}"


def _explore(
    readings: Mapping[str, Reading], answers: Mapping[str, Answers], *, ticking: bool
) -> None:
    first = next(iter(readings.values()))
    tick(ticking=ticking, last=first.trace.time - 1)
    step = stepper(first.tokens)
    if answers:
        ahead = next(iter(answers.values())).targets is not None
        st.subheader(t("compare.answers.next" if ahead else "compare.answers"), anchor=False)
        _answers(answers, readings, first.tokens, step)
    _insides(readings, answers, first.tokens, step)


def _answers(
    answers: Mapping[str, Answers],
    readings: Mapping[str, Reading],
    tokens: tuple[str, ...],
    step: int,
) -> None:
    given = {t(f"quantity.{cell}"): each for cell, each in answers.items()}
    picture = figures.compare_answers(
        given, cells=list(answers), tokens=tokens, step=step, **widgets.look()
    )
    picture.draw.update_layout(height=270, margin={"t": 40})
    widgets.show(
        picture,
        name="compare-answers",
        about=_about(readings, step=step),
        arrays=widgets.Together({cell: each.trace for cell, each in readings.items()}),
    )


def _insides(
    readings: Mapping[str, Reading],
    answers: Mapping[str, Answers],
    tokens: tuple[str, ...],
    step: int,
) -> None:
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="bottom",
        key="insides",
    ):
        st.subheader(
            t("compare.insides"), anchor=False, help=t("compare.insides.help"), width="content"
        )
        with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
            layer = _pick_layer(readings)
            st.segmented_control(
                t("compare.show"),
                SHOW.known(),
                format_func=labels("compare", "show.of").__getitem__,
                required=True,
                label_visibility="collapsed",
                **state.bind(SHOW),
            )
    st.caption(_kept(readings, layer=layer, step=step))
    _picture(readings, answers, layer=layer, step=step)
    traces = {t(f"quantity.{cell}"): each.trace for cell, each in readings.items()}
    twin = figures.compare(
        traces,
        layer=layer,
        tokens=tokens,
        names=SHOWN[state.get(SHOW)],
        step=step,
        **widgets.look(),
    )
    arrays = widgets.Together({cell: each.trace for cell, each in readings.items()})
    seen = _about(readings, step=step)
    widgets.downloads(twin, name="compare", key=PICTURE, about=seen, arrays=arrays, shown="canvas")


def _kept(readings: Mapping[str, Reading], *, layer: int, step: int) -> str:
    """Say how much of its memory each cell keeps at a step: the one number their gates share."""
    said = []
    for cell, reading in readings.items():
        keeps, name = get(cell).keeps(), t(f"quantity.{cell}")
        if keeps is None:
            said.append(t("compare.kept.nothing", cell=name))
            continue
        kept = reading.trace.layers[layer].evaluated(keeps)[:, step : step + 1]
        gate = next(leaf.name for leaf in leaves(keeps))
        share = unit_means(kept)[0, 0]
        said.append(t("compare.kept.by", cell=name, share=share, gate=t(f"quantity.{gate}")))
    return t("compare.kept", said=", ".join(reversed(said)))


def _pick_layer(readings: Mapping[str, Reading]) -> int:
    layers = min(len(reading.trace.layers) for reading in readings.values())
    layer = state.fit(state.LAYER, high=layers - 1)
    if layers > 1:
        first = next(iter(readings.values()))
        st.selectbox(
            t("compare.layer"),
            range(layers),
            format_func=layer_names(first.model).__getitem__,
            width=180,
            label_visibility="collapsed",
            **state.bind(state.LAYER),
        )
    return layer


def _picture(
    readings: Mapping[str, Reading], answers: Mapping[str, Answers], *, layer: int, step: int
) -> None:
    mode, shown = state.mode(), state.get(SHOW)
    whole = _about(readings)  # the canvas knows the step

    def make() -> bytes:
        return pack(
            columns(readings, layer=layer, shown=SHOWN[shown], answers=answers, mode=mode),
            key=PICTURE,
            palette=themed(mode),
            words=labels("heatmaps"),
            file_name=whole.stem("compare"),
            caption=whole.line("compare"),
            panel_height=PANEL,
        )

    named = [
        (cell, reading.model.digest, cache.digest(reading.trace.inputs), reading.tokens)
        for cell, reading in readings.items()
    ]
    settings = (layer, shown, mode, i18n.language(), whole)
    heatmaps(
        cache.picture("compare", named, settings, make=make),
        key=PICTURE,
        step=step,
        on_pick=_take,
    )


def _about(readings: Mapping[str, Reading], *, step: int | None = None) -> About:
    first = next(iter(readings.values()))
    return about_cells(readings, text=first.passage.text, tokens=first.tokens, step=step)


def _take(picked: Picked) -> None:
    pause()
    state.put(state.STEP, picked.step)
