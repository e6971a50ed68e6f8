"""What a run's network does with a text, epoch after epoch, from first to last.

What depends on the epoch is one fragment: playing and scrubbing redraw it and leave the rest as it
is. Everything that is drawn of all epochs is computed once.
"""

from __future__ import annotations

import streamlit as st

from core.analysis.questions import own_answer, predicts_tokens
from core.errors import CoreError
from core.training.filming import Script
from core.training.run_folder import Run
from dashboard import cache, state, widgets
from dashboard.i18n import t
from dashboard.origins import choose, lend, origin, origin_labels, samples
from dashboard.origins.run import OfRun, model_of, probes_of
from dashboard.views import Page
from dashboard.views.film.gif import gif
from dashboard.views.film.parts import Film, gradient, likeness, paths, picture
from dashboard.views.film.turn import turned
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.epochs import clock, name, playable, scrubber, tick
from dashboard.widgets.film import losses, probes
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.opening import folded, opening, reader
from dashboard.widgets.reading import Reading
from dashboard.widgets.run_overview import mark_example
from dashboard.widgets.text import Passage, current_text, passage

PAGE = Page(key="film", section="look", icon=":material/movie:", order=60)
MOST_SAID = 8  # outputs of a model whose answers are numbers
_GOOD = "good text"


def render() -> None:
    """Draw the pickers, the film with its scrubber, and when the representation settled."""
    offered = _offered()
    if state.get(state.TASK) not in offered:
        # Every page reads with one model: whoever comes here with another sees the newest run, or
        # the one that ships.
        # A text of the reader's own means nothing to that one; it waits until the page is left.
        run = cache.store().run(offered[0].removeprefix(state.RUN))
        lend(offered[0], text=run.is_example)
    with opening(reader()):
        _pick_run(offered)
        found = origin()
        assert isinstance(found, OfRun)
        model = model_of(found.run)
        pick_layer(model)
        probes(found.run)
    mark_example(found.run)
    part = _passage(found.run)
    layer = state.fit(state.LAYER, high=len(model.layers) - 1)
    script = _script(found.run, part)
    film = Film(found.run, model, part, script, layer, cache.epochs_filmed(found.run))
    if (kept := len(found.run.model_epochs)) > len(film.epochs):
        st.caption(t("film.thinned", shown=len(film.epochs), kept=kept))
    with st.spinner(t("film.busy")):
        assert film.frames
    said = turned(film)
    if said:
        st.container(key="notice").markdown(said)
    every = clock(found.run)
    widgets.fragment(_explore, run_every=every)(film, ticking=every is not None)
    with folded(t("film.cka"), t("film.cka.see"), key="cka") as wanted, widgets.guard():
        if wanted:
            st.caption(t("film.cka.help"))
            likeness(film, _scripts(film))


def _offered() -> tuple[str, ...]:
    known = (task for task in state.TASK.known() if task.startswith(state.RUN))
    return tuple(
        task for task in known if playable(cache.store().run(task.removeprefix(state.RUN)))
    )


def _pick_run(offered: tuple[str, ...]) -> None:
    st.selectbox(
        t("film.run"),
        offered,
        format_func=origin_labels(offered).__getitem__,
        width=320,
        **state.bind(state.TASK, at="film", put=choose),
    )


def _passage(run: Run) -> Passage:
    """What is read: the text, else the last one that could be, with a sentence."""
    model, text = model_of(run), current_text()
    good = state.recall(_GOOD, samples()[0])
    try:
        found = passage(model, text)
    except CoreError as error:
        if text == good:
            raise
        widgets.problem(error)
        found = passage(model, good)
    state.remember(_GOOD, found.text)
    return found


def _script(run: Run, part: Passage) -> Script:
    """The text with its number among the probes, and what the trained model answers to it."""
    known = {text: number for number, text in probes_of(run).items()}
    probe = known.get(part.text) if part.window.is_whole else None
    bare = Script(part.encoded.inputs[0], probe)
    final = run.final_epoch
    assert final is not None
    model, trace = cache.filmed(run, bare, epoch=final)
    if model.readout is None:
        return bare
    return Script(bare.inputs, probe, own_answer(trace))


def _scripts(film: Film) -> list[Script]:
    """All probes of the run; the text that is shown where there are none."""
    model = model_of(film.run)
    found = [
        Script(cache.encoded(text, model).inputs[0], at) for at, text in probes_of(film.run).items()
    ]
    return found or [film.script]


def _explore(film: Film, *, ticking: bool) -> None:
    run = film.run
    tick(run, ticking=ticking)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="film"):
            epoch = scrubber(run)
            reading = film.reading(model_of(run, epoch=epoch), epoch=epoch)
            st.markdown(_said(reading, epoch=epoch), width="content")
        left, right = st.columns([3, 2], gap="medium")
        with left:
            picture(film, reading, more=lambda: gif(film))
        with right:
            st.markdown(t("film.paths"), help=t("film.paths.help"))
            paths(film, epoch=epoch)
            losses(run, epoch=epoch)
            st.markdown(t("film.gradient"), help=t("film.gradient.help"))
            gradient(film, epoch=epoch)


def _said(reading: Reading, *, epoch: int) -> str:
    """What this epoch's model makes of the whole text."""
    when = name(epoch, final=None)
    if not reading.model.head or slow_answers(reading):
        return t("film.said.only", when=when)
    found = answers_of(reading)
    if not found.probable:
        said = ", ".join(f"{value:.3g}" for value in found.values[-1][:MOST_SAID])
        return t("film.said.numbers", when=when, numbers=said)
    guess, share = found.guesses(reading.trace.time - 1)[0]
    facts = {"when": when, "name": widgets.plain(guess, most=30), "share": share}
    if predicts_tokens(reading.model):
        return t("film.said.next", **facts)
    return t("film.said", **facts)
