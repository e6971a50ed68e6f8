"""The check against the framework that wrote a file, done when the reader asks for it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import streamlit as st

from core.errors import CoreError
from core.importers.formats import format_of
from core.importers.limits import Limits
from core.importers.original.check import FRAMEWORKS
from dashboard import cache, state
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins.upload import Brought
from dashboard.widgets.parity import AGREE
from dashboard.widgets.problem import fragment, problem

EVERY = 0.5
"""Seconds between looks at what another process makes."""


def original(found: Brought) -> None:
    """Draw the button with its warning, or what came of it."""
    framework = FRAMEWORKS.get(format_of(found.data, name=found.file, limits=Limits()))
    if framework is None:
        return
    st.subheader(t("model.original"), anchor=False, help=t("model.original.help"))
    asked = f"original of {found.id} {found.model.digest}"
    if not state.recall(asked):
        with st.container(horizontal=True, vertical_alignment="center", key="model-original"):
            st.button(
                t("model.original.check", framework=framework), icon=":material/balance:",
                on_click=state.remember, args=(asked, True), key="model-original-check",
            )  # fmt: skip
            st.caption(t(f"model.original.{framework.lower()}"), width="stretch")
        return
    future = cache.original(
        found.model, found.data, identifier=found.id, name=found.file, options=found.options
    )
    if not wait(future, said=t("model.original.waiting", framework=framework)):
        return
    try:
        answer = future.result()
    except CoreError as error:
        problem(error)
        return
    agree = answer.value <= AGREE * max(1.0, answer.largest)
    where = "step" if answer.time is not None else "once"
    st.badge(
        t("model.original.difference", framework=framework, value=answer.value),
        icon=":material/check:" if agree else ":material/priority_high:",
        color="green" if agree else "red",
    )
    st.caption(
        t(
            f"model.original.at.{where}",
            sequence=answer.batch + FIRST,
            step=(answer.time or 0) + FIRST,
            output=answer.unit + FIRST,
            largest=answer.largest,
        )
    )


def wait(future: Future[Any], *, said: str) -> bool:
    """Return whether it is there; until then draw what is being done, and look again."""
    if future.done():
        return True
    fragment(_look, run_every=EVERY)(future, said)
    return False


def _look(future: Future[Any], said: str) -> None:
    st.badge(said, icon=":material/hourglass_empty:", color="gray")
    if future.done():
        st.rerun()
