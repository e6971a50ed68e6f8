"""Where one arrives: what a recurrent network is, in one picture that is live."""

from __future__ import annotations

import contextlib

import plotly.graph_objects as go
import streamlit as st

from core import data
from core.analysis.guesses import Answers
from core.analysis.questions import predicts_tokens
from core.errors import CoreError
from dashboard import cache, figures, state, widgets
from dashboard.figures import theme
from dashboard.figures.steps import FIRST
from dashboard.figures.unrolled import MOST
from dashboard.i18n import t
from dashboard.origins import Origin, origin
from dashboard.origins.run import OfRun
from dashboard.views import Page
from dashboard.views.home.examples import Example, examples
from dashboard.views.home.player import first_shown, play
from dashboard.views.home.veil import share, sheet, veil
from dashboard.widgets import Reading
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.caption import about
from dashboard.widgets.colouring import COLOUR
from dashboard.widgets.epochs import pick_epoch, playable
from dashboard.widgets.model import pick_cell, pick_task
from dashboard.widgets.opening import box
from dashboard.widgets.text import current_text, pick_line, pick_source, readable

PAGE = Page(key="home", section="", icon=":material/home:", order=0)

LATCHED = data.TASKS["latch"].samples[2]
DEPTH = 13
"""The unit of brackets-lstm whose cell state counts the open brackets; a test holds it to that."""


def render() -> None:
    """Draw the live picture with the line to type in, the loop in words, and the ways on."""
    with st.container(key="home-lead"):
        st.markdown(t("home.lead"))
    _controls()
    said, stage, below = (st.container(key=f"home-{part}") for part in ("said", "stage", "notes"))
    said.empty()  # a place with nothing in it takes no room, and the picture would move
    with below:
        reading, error = _read()
    of = cache.digest([reading.model.digest, reading.passage.text, reading.passage.window.start])
    answers = None
    if reading.model.readout and not slow_answers(reading):
        answers = answers_of(reading)
    # Of a long text the part in which the play is; the picture changes only when that is read.
    start = first_shown(of, total=reading.trace.time)
    picture = figures.unrolled(
        reading.trace, tokens=reading.tokens, answers=answers, start=start, **widgets.look()
    )
    figure = picture.draw
    with stage, sheet(figure):
        widgets.show(picture, name="unrolled", about=about(reading), arrays=reading.trace)
    with below:
        _note(reading, start=start)
    with said:
        _said(reading, answers, error, figure, of=of, start=start)
    _loop()
    st.subheader(t("home.examples"), anchor=False)
    examples(examples_of_all_pages())
    st.markdown(t("home.own"))


def _controls() -> None:
    found = origin()
    with st.container(horizontal=True, vertical_alignment="bottom", key="home-controls"):
        pick_line(t("home.sentence"))
        with box(_reader(found), icon=":material/memory:", told=t("home.model"), key="home-model"):
            pick_task()
            if found.picks_cell:
                pick_cell()
            elif isinstance(found, OfRun) and playable(found.run):
                pick_epoch(found.run)
        pick_source()


def _reader(found: Origin) -> str:
    """Which model reads, and what kinds of cell it is made of."""
    named = [widgets.plain(found.label, most=40)]
    # What cannot be loaded is said where it would be read with.
    with contextlib.suppress(CoreError):
        layers = found.model(current_text()).layers
        named += dict.fromkeys(t(f"quantity.{layer.cell}") for layer in layers)
    return " · ".join(named)


def _read() -> tuple[Reading, CoreError | None]:
    """Return what was recorded, of the last text that could be read if this one cannot."""
    return readable(widgets.read)


def _note(reading: Reading, *, start: int) -> None:
    """Say which part of a long text is drawn, and what an answer amid a sentence is."""
    total = reading.trace.time
    if total > MOST:
        facts = {"first": start + FIRST, "last": min(total, start + MOST), "total": total}
        st.caption(t("home.part", **facts))
    if state.get(state.TASK) == "sentiment":
        st.caption(t("home.unfinished"))


def _said(
    reading: Reading,
    answers: Answers | None,
    error: CoreError | None,
    figure: go.Figure,
    *,
    of: str,
    start: int,
) -> None:
    """Draw what changes with each step of the play: the sentence, and the veil over the picture."""
    veil(figure, mode=state.mode())
    total = reading.trace.time
    shown = range(start, min(start + MOST, total))
    says = error is None and answers is not None and answers.probable
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="home-play"):
        play(
            of,
            sentences=[_sentence(reading, answers, at) for at in shown] if says and answers else (),
            ends=[share(figure, place) for place in range(len(shown))],
            start=start,
            total=total,
        )
        if error is not None:
            widgets.problem(error)


def _sentence(reading: Reading, answers: Answers, step: int) -> str:
    """What the model would answer after this step."""
    name, share_of = answers.guesses(step)[0]
    facts = {
        "token": widgets.plain(reading.tokens[step], most=30),
        "step": step + FIRST,
        "total": reading.trace.time,
        "name": widgets.plain(name, most=30),
        "share": share_of,
    }
    if predicts_tokens(reading.model):
        return t("home.said.next", **facts)
    return t("home.said", **facts)


def _loop() -> None:
    mode = state.mode()
    colours = {name: theme.colour(name, mode) for name in ("from_input", "hidden", "answer")}
    x, h, y = (
        rf"\textcolor{{{colours[name]}}}{{{letter}}}"
        for name, letter in (("from_input", "x_t"), ("hidden", "h_t"), ("answer", "y_t"))
    )
    before = rf"\textcolor{{{colours['hidden']}}}{{h_{{t-1}}}}"
    with st.container(key="home-loop"):
        st.latex(rf"{h} = f(\,{x},\ {before}\,)")
        columns = st.columns(3, gap="large")
        facts = {"x": f"${x}$", "h": f"${h}$", "before": f"${before}$", "y": f"${y}$"}
        columns[0].markdown(t("home.loop.cell", **facts))
        columns[1].markdown(t("home.loop.memory", **facts))
        columns[2].markdown(t("home.loop.answer", **facts))


def examples_of_all_pages() -> tuple[Example, ...]:
    """Return the cards, their texts in the language of the reader."""
    written = t("home.example.characters.text")
    return (
        Example(
            name="contrast",
            page="gates",
            icon=":material/u_turn_left:",
            text=t("home.example.contrast.text"),
            at=t("home.example.contrast.at"),
            forgets=True,
            choices={COLOUR: "forget"},
        ),
        Example(
            name="brackets",
            page="gates",
            icon=":material/data_array:",
            text="((([[()]])))[]([(())])",
            choices={
                state.TASK: "brackets",
                COLOUR: "unit",
                state.UNIT: DEPTH,
                state.STEP: 5,  # the deepest
            },
        ),
        Example(
            name="latch",
            page="compare",
            icon=":material/lock:",
            text=LATCHED,
            # The last letter, where the first is asked for.
            choices={state.TASK: "latch", state.STEP: len(LATCHED) - 1},
        ),
        Example(
            name="vanishing",
            page="gradients",
            icon=":material/trending_down:",
            choices={state.LENGTH: 200},
        ),
        Example(
            name="characters",
            page="gates",
            icon=":material/keyboard:",
            text=written,
            # Where one writes on.
            choices={state.TASK: "characters", state.STEP: len(written) - 1},
        ),
        Example(
            name="three",
            page="compare",
            icon=":material/view_column:",
        ),
    )
