"""Model and text together: the controls at the top of a page, and what was recorded with them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.errors import StatesOverflow
from core.model import Model
from core.trace import Trace
from dashboard import cache
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import chosen_model, origin
from dashboard.origins.bundled import chosen_cell
from dashboard.widgets.model import pick_model
from dashboard.widgets.opening import opening, reader
from dashboard.widgets.parity import parity
from dashboard.widgets.problem import problem
from dashboard.widgets.text import Passage, passage, readable


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


def reading() -> Reading:
    """Draw the pickers of model and text and return what was recorded.

    A text that cannot be read gives a sentence; the last one that could be stays in the pictures.
    """
    found = origin()
    cells = (chosen_cell(found.cells),) if found.picks_cell else ()
    with opening(reader(cells)):
        pick_model()
        checked = st.container()
    read_of, error = readable(read)
    if error is not None:
        problem(error)
    with checked:
        parity(read_of.model, read_of.trace)
    return read_of


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
