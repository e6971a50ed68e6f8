"""The five shapes of networks in time, each a shipped model at work on the reader's own input.

Above the shapes themselves, a picture and a computed sentence each, one press from the page that
uses them; beneath, what a batch of uneven texts costs: padding, and what a mask undoes.
"""

from __future__ import annotations

import streamlit as st

from dashboard import figures, state, widgets
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.shapes.batch import batch
from dashboard.views.shapes.kinds import SHOWN, Kind
from dashboard.views.shapes.settings import pick
from dashboard.widgets.frame import open_page

PAGE = Page(key="shapes", section="work", icon=":material/route:", order=5)
ROWS = ((4, 8, 9), (8, 13), (1,))
"""Shares of the width, row by row: longer shapes take more."""


def render() -> None:
    """Draw the cells to choose from, the shapes, and the batch."""
    pick()
    kinds = [kind for kind in SHOWN if kind.ships()]
    for row in ROWS:
        shown, kinds = kinds[: len(row)], kinds[len(row) :]
        # An unfinished row keeps its widths: a column of its own would be as wide as the page.
        for column, kind in zip(st.columns(row, gap="medium"), shown, strict=False):
            with column, st.container(gap="xsmall", key=f"shape-{kind.name}"):
                _one(kind)
    batch()


def _one(kind: Kind) -> None:
    st.markdown(f"**{t(f'figures.shapes.{kind.name}')}**")
    with widgets.guard():
        found = kind.find()
        picture = figures.shapes(found.unrolling, **widgets.look())
        widgets.show(
            picture, name="shapes", key=f"shapes-{kind.name}", about=found.about, arrays=found.trace
        )
        st.markdown(kind.say(found))
    label = t("shapes.open", page=t(f"{kind.page}.title"))
    if st.button(label, icon=":material/arrow_forward:", type="tertiary", key=f"open-{kind.name}"):
        kind.choose()
        state.reset(state.STEP, state.UNIT)
        open_page(kind.page)
