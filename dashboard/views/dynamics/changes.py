"""What is left of a change of the state, and the pace at which changes fade or grow."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.analysis.expressions import show_exponential, show_number
from core.analysis.nudges import difference_from_nudge
from core.analysis.spectra import Spectra
from dashboard import cache, figures, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets import Reading, plain
from dashboard.widgets.caption import about

STEADY = 1e-3
"""Exponents so near to zero neither fade nor grow on any text that is read here."""


def changes(reading: Reading, *, layer: int, step: int) -> None:
    """Draw the singular values along the text, with a sentence and their check."""
    found = _spectra(reading, layer=layer, step=step)
    said = _left(reading, found, layer=layer)
    st.markdown(said)
    picture = figures.spectra(found, tokens=reading.tokens, **widgets.look())
    seen = about(reading, step=step)
    widgets.show(picture, name="spectra", about=seen, arrays=reading.trace, said=said)
    run = reading.trace.layers[layer]
    apart = difference_from_nudge(reading.model.layers[layer], run, step)
    size = run.units * len(run.record.states)
    st.caption(
        f"{t('dynamics.changes.lead')} "
        f"{t('dynamics.changes.check', difference=show_number(apart, 2))} "
        f"{t('dynamics.changes.cost', steps=reading.trace.time, size=size)}"
    )


def pace(reading: Reading, *, layer: int, step: int) -> None:
    """Draw the Lyapunov exponents as they settle, and say what the largest one means."""
    found = _spectra(reading, layer=layer, step=step)
    said = _pace(found)
    st.markdown(said)
    picture = figures.lyapunov(found, tokens=reading.tokens, **widgets.look())
    seen = about(reading, step=step)
    widgets.show(picture, name="lyapunov", about=seen, arrays=reading.trace, said=said)
    st.caption(f"{t('dynamics.pace.lead')} {t('dynamics.pace.check', gap=_gap(found))}")


def _spectra(reading: Reading, *, layer: int, step: int) -> Spectra:
    with st.spinner(t("dynamics.changes.busy")):
        return cache.spectra(reading.model, reading.trace, layer=layer, step=step)


def _left(reading: Reading, found: Spectra, *, layer: int) -> str:
    """Say how much of a change at the step read first is left at the chosen one."""
    run, tokens = reading.trace.layers[layer], reading.tokens
    first = 0 if run.direction == "forward" else reading.trace.time - 1
    facts = {"until": plain(tokens[found.step], most=24), "step": found.step + FIRST}
    if found.step == first:
        return t("dynamics.changes.one", **facts)
    log = float(found.log_singular[first, 0])
    facts |= {"token": plain(tokens[first], most=24), "first": first + FIRST}
    if np.isneginf(log):
        return t("dynamics.changes.shut", **facts)
    return t(
        "dynamics.changes.left",
        **facts,
        left=show_exponential(log, 2),
        hidden=show_exponential(float(found.log_hidden[first]), 2),
    )


def _pace(found: Spectra) -> str:
    """Say what the largest exponent means for two states that are close."""
    largest = float(found.exponents[0])
    if np.isnan(largest):
        return t("dynamics.pace.none")
    if np.isneginf(largest):
        return t("dynamics.pace.forgets")
    shown = show_number(largest, 3)
    if abs(largest) < STEADY:
        return t("dynamics.pace.steady", largest=shown)
    steps = show_number(math.log(2) / abs(largest), 3)
    if largest > 0:
        return t("dynamics.pace.parts", largest=shown, steps=steps)
    return t("dynamics.pace.meets", largest=shown, steps=steps)


def _gap(found: Spectra) -> str:
    """How much the largest exponent still moved over the last quarter of what was counted."""
    known = found.so_far[np.isfinite(found.so_far[:, 0]), 0]
    if len(known) < 2:
        return "–"
    ordered = known if found.direction == "forward" else known[::-1]
    last = ordered[-max(2, len(ordered) // 4) :]
    return show_number(float(np.ptp(last)), 2)
