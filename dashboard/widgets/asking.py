"""What can be asked at one unit and one step, and which page answers it.

One table: a page that answers a question about a place has a line in it, and every picture in which
a place can be picked offers it. Step, unit and layer are shared by all of these pages, so whoever
goes there finds the place that was asked about. Pages that are not there are not offered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core import cells
from core.interventions import Intervention, save_interventions
from core.nodes import LayerTrace
from dashboard import state
from dashboard.i18n import t
from dashboard.widgets.frame import open_page


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about a place; its words are the string `asking.<name>`.

    Attributes:
        name: of the question.
        page: the key of the page that answers it.
        icon: ":material/…:" as Streamlit names them.
        fits: whether it can be asked of what a layer did.
        before: what is chosen before the page opens.
    """

    name: str
    page: str
    icon: str
    fits: Callable[[LayerTrace], bool] = lambda run: True
    before: Callable[[LayerTrace], None] = lambda run: None


def set_to_zero(run: LayerTrace) -> None:
    """Choose that the unit is held at zero at the step: in the panel that was picked, else what
    its cell remembers with.
    """
    picked, states = state.recall(PANEL), tuple(run.states)
    memory = cells.get(run.cell).memory or states[0]
    one = Intervention(
        quantity=picked if picked in (*run.gates, *states) else memory,
        layer=state.get(state.LAYER),
        units=(state.get(state.UNIT),),
        steps=(state.get(state.STEP),),
        value=0.0,
    )
    state.put(state.CHANGES, save_interventions([one]))


PANEL = "panel"
"""Under which the gate or state is remembered in whose heatmap a place was picked."""

QUESTIONS: tuple[Question, ...] = (
    Question(
        name="wrote",
        page="memory",
        icon=":material/history_edu:",
        fits=lambda run: cells.get(run.cell).memory is not None,
    ),
    Question(name="gradient", page="paths", icon=":material/alt_route:"),
    Question(name="rest", page="dynamics", icon=":material/hub:"),
    Question(name="zero", page="intervene", icon=":material/format_paint:", before=set_to_zero),
    Question(name="elsewhere", page="corpus", icon=":material/travel_explore:"),
)
"""All of them, in the order in which they are offered."""


def ask(run: LayerTrace) -> None:
    """Draw the questions that can be asked at the chosen step and unit of a layer."""
    pages = state.recall("pages", {})
    offered = [each for each in QUESTIONS if each.page in pages and each.fits(run)]
    if not offered:
        return
    with st.container(horizontal=True, key="asking"):
        for question in offered:
            if st.button(
                t(f"asking.{question.name}"),
                icon=question.icon,
                type="tertiary",
                key=f"ask-{question.name}",
                help=t(f"asking.{question.name}.help"),
            ):
                question.before(run)
                open_page(question.page)
