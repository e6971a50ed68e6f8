"""The checks of the methods: what each leaves unexplained, and whether its order means anything."""

from __future__ import annotations

import streamlit as st

from core.analysis.attribution import Attribution
from core.analysis.faithfulness import Verdict
from dashboard import cache, figures, state, widgets
from dashboard.i18n import t
from dashboard.widgets import Reading
from dashboard.widgets.caption import About

MUCH = 0.6
"""An agreement with itself on shuffled weights from which on a method is suspicious."""


def checks(reading: Reading, found: tuple[Attribution, ...], *, answer: str, about: About) -> None:
    """Draw the curves of deletion, the table of all checks, and what they say."""
    step = -1 if found[0].step is None else found[0].step
    with st.spinner(t("attribution.busy")):
        judged = cache.verdicts(reading.model, reading.trace, output=found[0].output, step=step)
    st.markdown(verdict(judged))
    picture = figures.faithfulness(judged, answer=answer, **widgets.look())
    widgets.show(picture, name="faithfulness", about=about)
    columns = {
        t("attribution.method"): [_name(each) for each in judged],
        t("attribution.residual"): [each.found.residual for each in judged],
        t("attribution.deletion"): [each.deletion.mean for each in judged],
        t("attribution.insertion"): [each.insertion.mean for each in judged],
        t("attribution.agreement"): [each.agreement for each in judged],
        t("attribution.control"): [each.control for each in judged],
    }
    numbers = {
        name: st.column_config.NumberColumn(name, format="%.3f") for name in list(columns)[1:]
    }
    st.dataframe(columns, hide_index=True, column_config=numbers)
    st.caption(t("attribution.checks.text"))


def verdict(judged: tuple[Verdict, ...]) -> str:
    """Say which method finds the tokens that matter, and which would say the same of noise."""
    best = min(judged, key=lambda each: each.sign * each.deletion.mean)
    told = t("attribution.best", method=_name(best))
    suspicious = [_name(each) for each in judged if each.control > MUCH]
    if suspicious:
        told += " " + t("attribution.suspicious", methods=", ".join(suspicious))
    return told


def _name(each: Verdict) -> str:
    return figures.labels(state.language())[f"attribution.{each.found.method}"]
