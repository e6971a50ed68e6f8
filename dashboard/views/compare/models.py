"""Any models side by side: which ones, and what each of them makes of the text.

Two that split a text alike read the same tokens, and their steps are the same steps. An untrained
model has no way of its own to split a text: it takes that of the first one beside it that has.
"""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.errors import CoreError
from core.model import Model
from core.text import Unit, Window
from dashboard import cache, state
from dashboard.fields import Names
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.origins import choose, origin
from dashboard.origins.beside import model_named, name_of, offered, task_of, titles
from dashboard.widgets.problem import plain
from dashboard.widgets.reading import Reading, recorded
from dashboard.widgets.text import Passage, say_unknown

MOST = 3
MODELS = state.declare(
    Names(name="models", default=(), options=offered, least=0, most=MOST, pages=("compare",))
)


def chosen_names() -> tuple[str, ...]:
    """Return the models that the reader named, in order; what was deleted meanwhile is dropped."""
    known = set(MODELS.known())
    names = tuple(name for name in state.get(MODELS) if name in known)
    if names != state.get(MODELS):
        state.put(MODELS, names)
    return names


def pick_models() -> None:
    """Draw the list of all models; an empty one gives the cells of one origin back."""
    known = offered()
    # What stands on the accent has the colour of the page, as on buttons: white would be too pale.
    paper = theme.SURFACE[state.mode()].paper
    tag = "[data-testid=stPopoverBody] [data-baseweb=tag]"
    st.html(f"<style>{tag}, {tag} * {{ color: {paper} !important; }}</style>")
    st.multiselect(
        t("compare.models.pick"),
        known,
        format_func=titles(known).__getitem__,
        placeholder=t("compare.models.none"),
        help=t("compare.models.help"),
        width=620,
        **state.bind(MODELS, put=_choose),
    )


def _choose(names: tuple[str, ...]) -> None:
    before = state.get(MODELS)
    if names and not before:
        # One has in mind to see it beside what one sees already.
        source = origin()
        cell = state.get(state.CELL) if source.picks_cell else source.cells[0]
        cell = cell if cell in source.cells else source.cells[0]
        shown = name_of(state.get(state.TASK), cell, units=state.get(state.UNITS))
        names = tuple(dict.fromkeys((shown, *names)))[:MOST]
    if names and task_of(names[0]) != state.get(state.TASK):
        choose(task_of(names[0]))  # its texts are offered
    else:
        state.reset(state.LAYER)
    state.put(MODELS, names)


def read_all(names: tuple[str, ...], text: str) -> tuple[dict[str, Reading], dict[str, CoreError]]:
    """Return what each model recorded, and why those that could not read the text could not.

    Both by the models' titles, in their order.
    """
    called = titles(names)
    found: dict[str, Reading] = {}
    refused: dict[str, CoreError] = {}
    split = _split(names, text)
    for name in names:
        try:
            model = model_named(name, text, split=split)
            part = _passage(model, text)
            found[called[name]] = recorded(model, part)
        except CoreError as error:
            refused[called[name]] = error
    for title, reading in found.items():
        if not reading.passage.encoded.known.all():
            st.caption(f"**{plain(title, most=60)}**")
            say_unknown(reading.passage.encoded)
    return found, refused


def _split(names: tuple[str, ...], text: str) -> Unit:
    """How untrained models split the text: as the first of the others does, else as chosen."""
    chosen = cast(Unit, state.get(state.SPLIT))
    for name in names:
        if task_of(name) == state.UNTRAINED:
            continue
        try:
            vocabulary = model_named(name, text, split=chosen).vocabulary
        except CoreError:  # said where it is asked to read
            continue
        if vocabulary is not None:
            return vocabulary.unit
    return chosen


def _passage(model: Model, text: str) -> Passage:
    whole = cache.encoded(text, model)
    window = Window.over(total=len(whole), length=state.get(state.LIMIT))
    window = window.at(state.get(state.START) - 1)
    return Passage(text, whole.part(window.start, window.stop), window)
