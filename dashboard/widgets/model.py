"""Which model reads: a trained one of a task and a cell, or an untrained one with its settings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st

from core import data
from core.model import Model
from dashboard import cache, i18n, state
from dashboard.i18n import labels, t


def pick_model() -> None:
    """Draw the pickers of task and cell; for an untrained model, a popover with its settings."""
    pick_task()
    pick_cell()
    if state.get(state.TASK) == state.UNTRAINED:
        with st.popover(t("reading.settings"), icon=":material/tune:", key="untrained"):
            pick_settings((state.get(state.CELL),))


def pick_task() -> None:
    """Draw the picker of what the model was trained on."""
    before = state.get(state.TASK)
    st.selectbox(
        t("reading.task"),
        state.TASK.known(),
        format_func=labels("reading", "task").__getitem__,
        width=240,
        **state.bind(state.TASK, then=lambda: drop_sample(before)),
    )


def pick_cell() -> None:
    """Draw the picker of the cell."""
    st.segmented_control(
        t("reading.cell"),
        state.CELLS,
        format_func=labels("quantity").__getitem__,
        required=True,
        **state.bind(state.CELL),
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
    if "lstm" in cells:
        st.slider(
            t("reading.forget_bias"),
            state.FORGET_BIAS.low,
            state.FORGET_BIAS.high,
            step=0.25,
            help=t("reading.forget_bias.help"),
            **state.bind(state.FORGET_BIAS),
        )
    st.selectbox(t("reading.activation"), state.ACTIVATION.known(), **state.bind(state.ACTIVATION))
    if "gru" in cells:
        st.toggle(
            t("reading.reset_after"),
            help=t("reading.reset_after.help"),
            **state.bind(state.RESET_AFTER),
        )
    st.segmented_control(
        t("reading.split"),
        state.SPLIT.known(),
        format_func=labels("reading", "split").__getitem__,
        required=True,
        **state.bind(state.SPLIT),
    )


def settings() -> dict[str, Any]:
    """Return the settings of an untrained model, as `core.new_model` takes them."""
    return {
        "seed": state.get(state.SEED),
        "units": (state.get(state.UNITS),) * state.get(state.LAYERS),
        "bidirectional": state.get(state.BOTH_WAYS),
        "initialiser": state.get(state.INITIALISER),
        "scale": state.get(state.SCALE),
        "spread": state.get(state.SPREAD),
        "forget_bias": state.get(state.FORGET_BIAS),
        "activation": state.get(state.ACTIVATION),
        "reset_after": state.get(state.RESET_AFTER),
    }


def chosen_model(text: str, *, cell: str | None = None) -> Model:
    """Return the chosen model; with `cell`, its sibling of another cell.

    An untrained model knows the tokens of the text that it is about to read.
    """
    cell = cell or state.get(state.CELL)
    task = state.get(state.TASK)
    if task == state.UNTRAINED:
        split: Any = state.get(state.SPLIT)
        return cache.untrained(cell, words=text, split=split, **settings())
    return cache.bundled(f"{task}-{cell}")


def samples(task: str) -> tuple[str, ...]:
    """Return texts to begin with, in the reader's language where there are some."""
    known = data.TASKS[task if task in data.TASKS else state.TASK.default]
    return known.samples_by_language.get(i18n.language()) or known.samples


def drop_sample(task: str) -> None:
    """Forget the text, if it is a sample of this task."""
    # A sample belongs to its task; a text of the reader's own stays.
    known = data.TASKS[task if task in data.TASKS else state.TASK.default].samples
    if state.get(state.TEXT) in known:
        state.reset(state.TEXT, state.START, state.STEP)
