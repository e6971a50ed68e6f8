"""Ours against Keras: how far our numbers are from those of real Keras cells, on this very text.

Keras takes seconds to load, so nothing is asked before the reader wants to know; from then on each
new picture is checked, half a second after it has come to rest, and the page does not wait.
"""

from __future__ import annotations

import time

import streamlit as st

from core.engines import fast_engine
from core.errors import CoreError
from core.model import Model
from core.trace import Trace
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.widgets.problem import fragment, problem

REST = 0.5  # seconds
WAITS = 0.4  # seconds between two looks
AGREE = 1e-5
"""The largest difference in float32 that counts as agreement, for every number at every step."""


def parity(model: Model, run: Trace) -> None:
    """Draw the badge, or the button that asks for it."""
    if not state.recall("parity wanted"):
        st.button(
            t("parity.check"),
            icon=":material/balance:",
            type="tertiary",
            help=f"{t('parity.help')} {_recorded_by(run)}",
            on_click=state.remember,
            args=("parity wanted", True),
            key="parity",
        )
        return
    question = (model.digest, cache.digest(run.inputs))
    if state.recall("parity question") != question:
        state.remember("parity question", question)
        state.remember("parity since", time.monotonic())
    if state.recall("parity answered") == question:
        _badge(model, run)
    else:
        fragment(_wait, run_every=WAITS)(model, run, question)


def _wait(model: Model, run: Trace, question: tuple[str, str]) -> None:
    st.badge(t("parity.waiting"), icon=":material/hourglass_empty:", color="gray")
    if time.monotonic() - state.recall("parity since") < REST:
        return
    if cache.parity(model, run).done():
        state.remember("parity answered", question)
        st.rerun()


def _badge(model: Model, run: Trace) -> None:
    try:
        found = cache.parity(model, run).result()
    except CoreError as error:
        problem(error)
        st.button(t("parity.again"), on_click=_ask_again, args=(model, run), key="parity again")
        return
    agree = found.value <= AGREE
    st.badge(
        t("parity.difference", value=found.value, engine=t(f"parity.by.{run.engine}")),
        icon=":material/check:" if agree else ":material/priority_high:",
        color="green" if agree else "red",
        help=t("parity.where", layer=found.layer, quantity=found.quantity)
        + f" {_recorded_by(run)}",
    )


def _recorded_by(run: Trace) -> str:
    """Which engine recorded what is shown, and why not the faster one."""
    engine_state, why = fast_engine.state()
    if run.engine != "fast" and engine_state in ("failed", "absent"):
        return t("parity.recorded.failed", why=why or "Numba")
    return t(f"parity.recorded.{run.engine}")


def _ask_again(model: Model, run: Trace) -> None:
    cache.parity(model, run, again=True)
    state.remember("parity answered", None)
