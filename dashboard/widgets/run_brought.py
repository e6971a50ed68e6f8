"""A run that was not trained here: what is known of it, and what it cannot do, in words."""

from __future__ import annotations

import streamlit as st

from core.training.brought import Brought
from dashboard.i18n import t
from dashboard.widgets.problem import plain
from dashboard.widgets.run_overview import Overview

PROGRAMS = {"keras": "Keras", "torch": "PyTorch", "tensorboard": "TensorBoard", "csv": "CSV"}


def mark_brought(seen: Overview) -> None:
    """Draw where a run came from, and what that means; nothing for one that was trained here."""
    brought = seen.brought
    if brought is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"brought-{seen.run.id}"):
        icon = ":material/terminal:" if brought.kind == "script" else ":material/description:"
        st.badge(t(f"run.kind.{brought.kind}"), icon=icon)
        st.caption(_why(brought))


def _why(brought: Brought) -> str:
    program = PROGRAMS[brought.program]
    if brought.kind == "log":
        return t("run.log.why", program=program, source=plain(brought.source, most=120))
    if brought.cell is None:
        return t("run.script.curves", program=program)
    return t("run.script.why", program=program)


def facts_of(brought: Brought) -> dict[str, str]:
    """Return what its source said of itself, by its titles; what it did not say is left out."""
    told = {
        "program": PROGRAMS[brought.program],
        "source": brought.source,
        "network": brought.network,
        "optimizer": brought.optimizer,
        "rate": "" if brought.learning_rate is None else f"{brought.learning_rate:.6g}",
        "loss": brought.loss,
        "metric": brought.metric,
        "epochs": "" if brought.epochs is None else f"{brought.epochs:,}",
    }
    return {t(f"run.fact.{name}"): text for name, text in told.items() if text}
