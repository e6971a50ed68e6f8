"""Which model reads: a trained one of a task and a cell, a run's, or an untrained one."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from core.cells import get
from dashboard import state
from dashboard.fields import Names
from dashboard.i18n import labels, t
from dashboard.origins import choose, origin, origin_labels
from dashboard.origins.bundled import chosen_cell


def pick_model() -> None:
    """Draw the pickers of task and cell; for an untrained model, its settings."""
    pick_task()
    if origin().picks_cell:
        pick_cell()
    if state.get(state.TASK) == state.UNTRAINED:
        pick_settings((chosen_cell(origin().cells),))


def pick_task() -> None:
    """Draw the picker of what the model was trained on."""
    known = state.TASK.known()
    st.selectbox(
        t("reading.task"),
        known,
        format_func=origin_labels(known).__getitem__,
        width=240,
        **state.bind(state.TASK, put=choose),
    )


def pick_cell() -> None:
    """Draw the picker of the cell, among those that the model's origin has."""
    offered = origin().cells
    st.segmented_control(
        t("reading.cell"),
        offered,
        format_func=labels("quantity").__getitem__,
        required=True,
        **state.bind(state.CELL, showing=chosen_cell(offered)),
    )


def choose_cells(label: str, offered: tuple[str, ...]) -> None:
    """Draw which of some cells are shown."""
    st.pills(
        label,
        offered,
        selection_mode="multi",
        format_func=labels("quantity").__getitem__,
        **state.bind(state.COMPARED, showing=list(shown_cells(offered))),
    )


def choose_beside(field: Names) -> None:
    """Draw which cells of the same origin stand beside the one that reads; none where it has one.

    What was chosen and is not there now stays chosen.
    """
    offered = tuple(cell for cell in origin().cells if cell != state.get(state.CELL))
    if not origin().picks_cell or not offered:
        return
    st.pills(
        t("reading.beside"),
        offered,
        selection_mode="multi",
        format_func=labels("quantity").__getitem__,
        **state.bind(field, showing=[c for c in state.get(field) if c in offered]),
    )


def shown_cells(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return the chosen ones of some cells; the first ones where none is chosen."""
    chosen = tuple(cell for cell in offered if cell in state.get(state.COMPARED))
    return chosen or offered[: state.COMPARED.most]


def pick_activation() -> None:
    """Draw the picker of the activation: the cell's own, or one for all cells."""
    names = {state.OWN: t("reading.activation.own")}
    st.selectbox(
        t("reading.activation"),
        state.ACTIVATION.known(),
        format_func=lambda name: names.get(name, name),
        **state.bind(state.ACTIVATION),
    )


def pick_settings(cells: Collection[str]) -> None:
    """Draw the settings of an untrained model of each of some cells."""
    st.caption(t("reading.settings.help"))
    st.number_input(t("reading.seed"), state.SEED.low, state.SEED.high, **state.bind(state.SEED))
    st.slider(t("reading.units"), state.UNITS.low, state.UNITS.high, **state.bind(state.UNITS))
    st.slider(t("reading.layers"), state.LAYERS.low, state.LAYERS.high, **state.bind(state.LAYERS))
    st.toggle(t("reading.both"), **state.bind(state.BOTH_WAYS))
    st.selectbox(
        t("reading.initialiser"),
        state.INITIALISER.known(),
        help=t("reading.initialiser.help"),
        **state.bind(state.INITIALISER),
    )
    st.slider(
        t("reading.scale"),
        state.SCALE.low,
        state.SCALE.high,
        step=0.05,
        help=t("reading.scale.help"),
        **state.bind(state.SCALE),
    )
    st.slider(
        t("reading.spread"),
        state.SPREAD.low,
        state.SPREAD.high,
        step=0.05,
        help=t("reading.spread.help"),
        **state.bind(state.SPREAD),
    )
    if any(get(cell).forget_bias for cell in cells):
        st.slider(
            t("reading.forget_bias"),
            state.FORGET_BIAS.low,
            state.FORGET_BIAS.high,
            step=0.25,
            help=t("reading.forget_bias.help"),
            **state.bind(state.FORGET_BIAS),
        )
    pick_activation()
    if any("reset_after" in get(cell).options for cell in cells):
        st.toggle(
            t("setting.network.reset_after"),
            help=t("setting.network.reset_after.help"),
            **state.bind(state.RESET_AFTER),
        )
    st.segmented_control(
        t("reading.split"),
        state.SPLIT.known(),
        format_func=labels("reading", "split").__getitem__,
        required=True,
        **state.bind(state.SPLIT),
    )
