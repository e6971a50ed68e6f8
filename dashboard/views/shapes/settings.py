"""What is read on the page, and by which cell."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.fields import Choice, Text
from dashboard.i18n import labels, t
from dashboard.origins.bundled import OfTask, chosen_cell
from dashboard.widgets.opening import box

PAGES = ("shapes",)
TOKEN = state.declare(Text(name="shape_token", default=None, limit=200, pages=PAGES))
SENTENCE = state.declare(Text(name="shape_text", default=None, limit=2_000, pages=PAGES))
BRACKETS = state.declare(Text(name="shape_brackets", default=None, limit=2_000, pages=PAGES))
SOURCE = state.declare(Text(name="shape_source", default=None, limit=200, pages=PAGES))
BATCH = state.declare(Text(name="shape_batch", default=None, limit=4_000, pages=PAGES))
SIDE = state.declare(
    Choice(name="shape_side", default="after", options=("after", "before"), pages=PAGES)
)
_SAMPLES = {
    TOKEN: "token", SENTENCE: "sentence", BRACKETS: "brackets", SOURCE: "source", BATCH: "batch",
}  # fmt: skip


def given(field: Text) -> str:
    """Return the reader's text, or the page's own in the reader's language."""
    text = state.get(field)
    return t(f"shapes.{_SAMPLES[field]}.sample") if text is None else text


def cell() -> str:
    """Return the chosen cell among those that ship."""
    return chosen_cell(OfTask("sentiment").cells)


def pick() -> None:
    """Draw the cell, and what is read behind a button."""
    with st.container(horizontal=True, vertical_alignment="center", key="shapes-controls"):
        st.segmented_control(
            t("reading.cell"),
            OfTask("sentiment").cells,
            format_func=labels("quantity").__getitem__,
            required=True,
            label_visibility="collapsed",
            **state.bind(state.CELL, showing=cell()),
        )
        with box(t("shapes.inputs"), key="shapes-inputs", icon=":material/edit:"):
            for field in (TOKEN, SENTENCE, BRACKETS, SOURCE):
                name = _SAMPLES[field]
                st.text_input(
                    t(f"shapes.{name}"),
                    help=t(f"shapes.{name}.help"),
                    **state.bind(field, showing=given(field)),
                )


def pick_batch() -> None:
    """Draw the texts of the batch, and on which side they are filled up."""
    st.text_area(
        t("shapes.batch"),
        height=104,
        help=t("shapes.batch.help"),
        **state.bind(BATCH, showing=given(BATCH)),
    )
    st.segmented_control(
        t("shapes.side"),
        SIDE.known(),
        format_func=labels("shapes", "side.of").__getitem__,
        required=True,
        help=t("shapes.side.help"),
        **state.bind(SIDE),
    )
