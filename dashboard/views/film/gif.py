"""The film as a GIF: gates and states epoch by epoch, for a slide or a letter.

It is made when it is asked for, which takes up to some seconds, and kept for the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import streamlit as st

from dashboard import cache, i18n, state
from dashboard.figures.animation import Frame, Heatmap, animation
from dashboard.i18n import t
from dashboard.views.film.parts import Film, panels_of
from dashboard.widgets.answers import answers_of, classes_named, slow_answers
from dashboard.widgets.caption import About, about_cells
from dashboard.widgets.epochs import name

_MADE = "film as gif"


def gif(film: Film) -> None:
    """Draw the button that makes it, its progress, and then the file."""
    key, place = _key(film), st.empty()
    made: tuple[str, bytes] | None = state.recall(_MADE)
    if made is None or made[0] != key:
        if not place.button(
            t("film.gif"), help=t("film.gif.help"), key="film-gif", width="stretch"
        ):
            return
        total, busy = len(film.epochs), t("film.gif.busy")
        made = key, gif_of(film, drawn=lambda done: place.progress(done / total, busy))
        state.remember(_MADE, made)
    place.download_button(
        t("film.gif.file", size=len(made[1]) / 1e6),
        data=made[1],
        file_name=f"{_about(film).stem('film')}.gif",
        mime="image/gif",
        key="film-gif-file",
        on_click="ignore",
        width="stretch",
    )


def gif_of(film: Film, *, drawn: Callable[[int], object] = lambda done: None) -> bytes:
    """Return the film as a GIF; `drawn` is told how many epochs are done. Raises BrokenRun."""
    _, trace = cache.filmed(film.run, film.script, epoch=film.epochs[0])
    first = panels_of(film, trace.layers[film.layer])
    return animation(
        [Heatmap(each.title, each.low, each.high, list(map(str, each.colours)), each.accent)
         for each in first],
        _frames(film),
        count=len(film.epochs),
        tokens=film.tokens,
        caption=_about(film).line("film"),
        mode=state.mode(),
        drawn=drawn,
    )  # fmt: skip


def _frames(film: Film) -> Iterator[Frame]:
    final = film.run.final_epoch
    for epoch in film.epochs:
        model, trace = cache.filmed(film.run, film.script, epoch=epoch)
        title = name(epoch, final=final)
        reading = film.reading(model, epoch=epoch)
        if model.readout and not slow_answers(reading):
            answers = answers_of(reading)
            if answers.probable:
                said, share = answers.guesses(trace.time - 1)[0]
                title = t("film.gif.title", when=title, name=said[:40], share=share)
        yield Frame(title, [each.values for each in panels_of(film, trace.layers[film.layer])])


def _about(film: Film) -> About:
    """What it is of: the run as a whole, not the epoch that is looked at."""
    cell = film.model.layers[film.layer].cell
    return about_cells([cell], text=film.passage.text, of_epoch=False)


def _key(film: Film) -> str:
    """Everything that the file depends on."""
    return cache.digest(
        [film.run.id, film.epochs, film.layer, film.tokens, cache.digest(film.script.inputs),
         classes_named(film.model), state.mode(), i18n.language()]
    )  # fmt: skip
