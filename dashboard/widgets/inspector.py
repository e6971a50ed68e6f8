"""One unit at one step: the cell as a diagram with its numbers, and its equations.

Everything here belongs to the fragment of the stepper, so that a step redraws it and nothing else.
"""

from __future__ import annotations

import streamlit as st

from dashboard import figures, i18n, state
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets.chart import chart
from dashboard.widgets.problem import plain
from dashboard.widgets.reading import Reading


def inspector(reading: Reading, *, layer: int, step: int) -> None:
    """Draw the diagram of the chosen unit at a step, and the choice of the unit."""
    run = reading.trace.layers[layer]
    row = st.container(horizontal=True, vertical_alignment="bottom", key="inspected")
    row.markdown(
        t("gates.inspected", step=step + FIRST, token=plain(reading.tokens[step], most=24))
    )
    unit = state.fit(state.UNIT, high=run.units - 1)
    row.number_input(
        t("gates.unit"), 0, run.units - 1, width=130, **state.bind(state.UNIT),
    )  # fmt: skip
    words = figures.labels(i18n.language())
    place = {"step": step, "unit": unit, "layer": layer}
    chart(
        figures.cell(
            reading.trace, **place, tokens=reading.tokens, labels=words, mode=state.mode()
        ),
        name="cell",
        table=lambda: figures.cell_table(reading.trace, **place, labels=words),
        alt=figures.cell_alt(reading.trace, **place, tokens=reading.tokens, labels=words),
    )
