"""Model and text together: the controls at the top of a page, and what was recorded with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import CoreError, StatesOverflow
from core.model import Model
from core.trace import Trace
from dashboard import cache, state
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import chosen_model, origin
from dashboard.origins.bundled import chosen_cell
from dashboard.widgets.model import pick_model
from dashboard.widgets.opening import opening, reader
from dashboard.widgets.parity import parity
from dashboard.widgets.problem import problem
from dashboard.widgets.text import Passage, current_text, passage, readable


@dataclass(frozen=True)
class Reading:
    """A model that read a passage, and the record of it: a batch of one, `time` tokens."""

    model: Model
    passage: Passage
    trace: Trace

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens as they are drawn, (time,) of them."""
        return self.passage.tokens


def is_new_page() -> bool:
    """Whether the page is drawn for the first time since it was opened: nothing stands yet."""
    return bool(state.recall("page is new", default=True))


def reading() -> Reading:
    """Draw the pickers of model and text and return what was recorded.

    A text that cannot be read gives a sentence; the last one that could be stays in the pictures.
    """
    with reading_ahead() as read_of:
        pass
    return read_of


@contextmanager
def reading_ahead() -> Iterator[Reading]:
    """Give what was recorded; draw the pickers of model and text after what the body draws below.

    A browser that is sent the picture first draws it first. Where nothing is drawn yet the pickers
    come before it all the same: what they take would push the picture down. And where the body
    fails: they are the way out.
    """
    line = st.container()
    with line:
        pickers = st.container()
    checked = pickers if not is_new_page() else _pick(pickers)
    asked = _asked()
    try:
        with line:
            read_of, error = readable(read)
        yield read_of
    except CoreError:
        if checked is pickers:
            _pick(pickers)
        raise
    if checked is pickers:
        checked = _pick(pickers)
    if _asked() != asked:  # a file has come
        st.rerun()
    if error is not None:
        with line:
            problem(error)
    with checked:
        parity(read_of.model, read_of.trace)


def _asked() -> tuple[object, ...]:
    return current_text(), state.get(state.TASK), state.get(state.CELL), state.get(state.START)


def _pick(place: DeltaGenerator) -> DeltaGenerator:
    """Draw what reads and what is read, and return the place for how far it agrees with Keras."""
    found = origin()
    cells = (chosen_cell(found.cells),) if found.picks_cell else ()
    with place, opening(reader(cells)):
        pick_model()
        return st.container()


def read(text: str, *, cell: str | None = None) -> Reading:
    """Return what the chosen model, or its sibling of another cell, records. Raises CoreError."""
    model = chosen_model(text, cell=cell)
    return recorded(model, passage(model, text))


def recorded(model: Model, part: Passage) -> Reading:
    """Return what a model records of a passage. Raises StatesOverflow."""
    trace = cache.trace(model, part.encoded.inputs)
    if (step := trace.overflow) is not None:
        raise StatesOverflow(step=step + FIRST, cell=t(f"quantity.{trace.layers[0].cell}"))
    return Reading(model, part, trace)
