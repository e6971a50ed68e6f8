"""One unit at one step: the cell as a diagram with its numbers, and its equations.

Everything here belongs to the fragment of the stepper, so that a step redraws it and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import cells
from dashboard import figures, state
from dashboard.figures import theme
from dashboard.figures.equations import EquationLine
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets.asking import ask
from dashboard.widgets.caption import about
from dashboard.widgets.chart import look, show
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.problem import plain
from dashboard.widgets.reading import Reading


def inspector(reading: Reading, *, layer: int, step: int) -> None:
    """Draw the diagram and the equations of the chosen unit at a step."""
    run, tokens = reading.trace.layers[layer], reading.tokens
    unit = state.fit(state.UNIT, high=run.units - 1)
    with st.container(gap="xsmall"):
        row = st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            gap="xsmall",
            key="inspected",
        )
        facts = {"step": step + FIRST, "token": plain(tokens[step], most=24)}
        of = t("gates.inspected.unit", unit=unit, units=run.units)
        row.markdown(f"{t('gates.inspected', **facts)}  \n:small[{of}]")
        row.number_input(
            t("gates.unit"), 0, run.units - 1, width=130, label_visibility="collapsed",
            help=t("gates.unit.help"), **state.bind(state.UNIT),
        )  # fmt: skip
        ask(run)
        moment: dict[str, Any] = {"layer": layer, "step": step, "unit": unit}
        trace = reading.trace
        seen = about(reading, step=step)
        show(figures.cell(trace, **moment, tokens=tokens, **look()), name="cell", about=seen)
    st.subheader(t("gates.equations"), anchor=False, help=t("gates.equations.help"))
    equations = figures.equations(trace, **moment, **look())
    with menu(equations, name="equations", key="equations", about=seen, shown="text"):
        _equations(equations.draw, cells.get(run.cell).parts_of)


def _equations(lines: Sequence[EquationLine], parts: Sequence[str]) -> None:
    """Draw what came out first, then each gate, from its pre-activation on."""
    with st.container(gap="small", key="equations-drawn"):
        for line in lines:
            if line.name.startswith("states/"):
                _latex(line.stacked, line.note)
        _legend(parts)
        gates = {line.quantity: line for line in lines if line.name.startswith("gates/")}
        for before in lines:
            gate = gates.get(before.quantity)
            if not before.name.startswith("preactivations/"):
                continue
            if gate is None:
                _latex(before.stacked)
            else:
                _latex(rf"\begin{{array}}{{l}} {before.stacked} \\ {gate.latex} \end{{array}}")


def _latex(formula: str, note: str = "") -> None:
    st.latex(formula, width="content")
    if note:
        st.caption(note)


def _legend(parts: Sequence[str]) -> None:
    """Say in their colours what a pre-activation is the sum of."""
    terms = " + ".join(
        f'<span style="color:{theme.colour(name, state.mode())}">{t(f"quantity.{name}")}</span>'
        for name in parts
    )
    st.html(f'<p style="margin:0;font-size:0.875rem">a = {terms}</p>')
