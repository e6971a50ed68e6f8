"""Which state or gate of a layer is looked at."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from core import cells
from dashboard import state
from dashboard.fields import Choice
from dashboard.i18n import t

HIDDEN = "states/hidden"
QUANTITIES = tuple(
    dict.fromkeys(
        [HIDDEN]
        + [f"states/{name}" for cell in cells.CELLS.values() for name in cell.states]
        + [f"gates/{name}" for cell in cells.CELLS.values() for name in cell.gates]
    )
)
QUANTITY = state.declare(
    Choice(name="followed", default=HIDDEN, options=QUANTITIES, pages=("units", "corpus"))
)


def pick_quantity(known: Collection[str], *, described: bool = False) -> str:
    """Draw the choice of a state or gate, of those that a layer has or that are recorded.

    The hidden state where the chosen one is not among them. `described` shows the label.
    """
    offered = [name for name in QUANTITIES if name in known]
    if state.get(QUANTITY) not in offered:
        state.reset(QUANTITY)
    st.selectbox(
        t("units.quantity"),
        offered,
        format_func=lambda name: t(f"quantity.{name.split('/')[1]}"),
        label_visibility="visible" if described else "collapsed",
        width=190,
        **state.bind(QUANTITY),
    )
    return state.get(QUANTITY) if state.get(QUANTITY) in offered else offered[0]
