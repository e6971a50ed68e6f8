"""What the changes did to the answer, and how far the state is off, in words and pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.analysis.changes import Difference
from core.analysis.expressions import show_number
from core.analysis.guesses import Answers
from dashboard import figures, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views.intervene.changes import Changed
from dashboard.widgets import plain
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import about


def answers(changed: Changed, *, step: int) -> Answers | None:
    """Return the answer before and after, in two rows; None of a model that gives none."""
    model = changed.reading.model
    if model.readout is None:
        return None
    rows = [run.outputs[0] for run in (changed.reading.trace, changed.trace)]
    values = np.stack([row[step] if row.ndim == 2 else row for row in rows])
    return Answers.of(values, activation=model.activation, classes=classes_of(model))


def sentence(changed: Changed, found: Difference, pair: Answers | None, *, step: int) -> str:
    """Say what became of the answer, and of the state; how to begin, where nothing is changed."""
    if not changed.done:
        return t("intervene.lead")
    return f"{_answered(changed, pair, step=step)} {_off(changed, found)}"


def _answered(changed: Changed, pair: Answers | None, *, step: int) -> str:
    if pair is None:
        return t("intervene.answer.none")
    facts = {"step": step + FIRST, "token": plain(changed.tokens[step], most=24)}
    where = "" if changed.reading.trace.outputs.ndim == 2 else t("intervene.answer.at", **facts)
    if not pair.probable:
        at = int(np.abs(pair.values[1] - pair.values[0]).argmax())
        before, after = (show_number(float(value), 3) for value in pair.values[:, at])
        name = plain(pair.name(at), most=40)
        kind = "number" if pair.values.shape[1] == 1 else "numbers"
        return where + t(f"intervene.answer.{kind}", name=name, before=before, after=after)
    (was, likely), (now, likely_now) = (pair.guesses(row, most=1)[0] for row in (0, 1))
    told = {"was": plain(was, most=40), "now": plain(now, most=40)}
    if was != now:
        return where + t("intervene.answer.other", **told, before=likely, after=likely_now)
    kind = "same" if f"{likely:.1%}" != f"{likely_now:.1%}" else "still"
    return where + t(f"intervene.answer.{kind}", **told, before=likely, after=likely_now)


def _off(changed: Changed, found: Difference) -> str:
    state = found.states[0]
    off = found.off(state)
    name = t(f"quantity.{state}").lower()
    if not off.any():
        return t("intervene.off.none", state=name)
    step = found.furthest
    return t(
        "intervene.off",
        state=name,
        step=step + FIRST,
        token=plain(changed.tokens[step], most=24),
        most=show_number(float(off[step]), 3),
        left=found.left,
    )


def pictures(
    changed: Changed, found: Difference, pair: Answers | None, *, step: int, said: str
) -> None:
    """Draw the answer before and after beside how far each state is off."""
    seen = about(changed.reading, step=step)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        if pair is not None:
            st.markdown(f"**{t('intervene.answer')}**")
            widgets.show(
                figures.counterfactual(pair, **widgets.look()),
                name="counterfactual",
                about=seen,
                said=said,
            )
    with right if pair is not None else left:
        st.markdown(f"**{t('intervene.moved')}**")
        widgets.show(
            figures.moved(found, tokens=changed.tokens, step=step, **widgets.look()),
            name="moved",
            about=seen,
            said=said,
        )
