"""Which tokens an answer came from, by several methods, and whether they can be believed.

The methods stand beside each other because none of them is the truth; the checks below are such
that a method which does not explain is seen not to.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.analysis.attribution import Attribution
from core.analysis.expressions import show_number
from dashboard import cache, figures, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.attribution.checks import checks
from dashboard.widgets import Reading, plain
from dashboard.widgets.caption import about
from dashboard.widgets.opening import folded
from dashboard.widgets.outputs import output_name, pick_output
from dashboard.widgets.stepper import clock, stepper, tick

PAGE = Page(key="attribution", section="why", icon=":material/format_color_text:", order=60)


def render() -> None:
    """Draw the pickers, one sentence, the shares by every method, and the checks."""
    with st.container():
        reading = widgets.reading()
    every = clock() if reading.trace.outputs.ndim == 3 else None
    widgets.fragment(_explore, run_every=every)(reading, ticking=every is not None)


def _explore(reading: Reading, *, ticking: bool) -> None:
    several = reading.trace.outputs.ndim == 3
    step = -1
    with st.container(gap="xsmall", key="explored"):
        if several:
            tick(ticking=ticking, last=reading.trace.time - 1)
        with st.container(horizontal=True, vertical_alignment="center", key="attribution-controls"):
            if several:
                step = stepper(reading.tokens)
            output = pick_output(reading, step)
        with widgets.guard():
            _answer(reading, output=output, step=step)


def _answer(reading: Reading, *, output: int, step: int) -> None:
    with st.spinner(t("attribution.busy")):
        found = cache.attributions(reading.model, reading.trace, output=output, step=step)
    answer = output_name(reading, output)
    tokens = reading.tokens
    seen = about(reading, step=found[0].step)
    said = sentence(found, tokens, answer=answer)
    st.container(key="attribution-said").markdown(said)
    picture = figures.attribution(found, answer=answer, tokens=tokens, **widgets.look())
    widgets.show(picture, name="attribution", about=seen, said=said)
    st.caption(_check(found))
    with folded(t("attribution.checks"), t("attribution.checks.see"), key="checks") as wanted:
        if wanted:
            checks(reading, found, answer=answer, about=seen)
    with folded(t("attribution.methods"), t("attribution.methods.see"), key="methods") as wanted:
        if wanted:
            st.markdown(t("attribution.methods.text"))


def sentence(found: tuple[Attribution, ...], tokens: tuple[str, ...], *, answer: str) -> str:
    """Say which token moved the answer most, and how many of the methods say the same."""
    reference = next(each for each in found if each.method == "integrated_gradients")
    moved = reference.answer - reference.baseline
    sign = 1 if moved >= 0 else -1
    first = int(np.argmax(sign * reference.shares))
    others = [each for each in found if each is not reference]
    agreeing = [each for each in others if int(np.argmax(sign * each.shares)) == first]
    return t(
        "attribution.up" if sign > 0 else "attribution.down",
        token=plain(tokens[first], most=24),
        step=first + FIRST,
        answer=plain(answer, most=40),
        share=show_number(abs(float(reference.shares[first])), 3),
        moved=show_number(abs(moved), 3),
        agreeing=len(agreeing),
        others=len(others),
    )


def _check(found: tuple[Attribution, ...]) -> str:
    reference = next(each for each in found if each.method == "integrated_gradients")
    return t(
        "attribution.check",
        total=show_number(float(reference.shares.sum()), 5),
        moved=show_number(reference.answer - reference.baseline, 5),
        residual=show_number(reference.residual, 2),
    )
