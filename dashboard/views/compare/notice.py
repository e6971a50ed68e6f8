"""Where the answers of several models part, or what they are, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.analysis.disagreement import disagreement
from core.analysis.guesses import Answers
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.views.compare.comparing import Comparison
from dashboard.widgets.problem import plain

AGREE = 0.05
"""Probabilities nearer than this all along a text are no disagreement worth a sentence."""


def alike(answers: Mapping[str, Answers]) -> bool:
    """Whether all answer the same question: as many outputs, of one kind, of no other names."""
    kinds = {(each.values.shape[1], each.activation) for each in answers.values()}
    names = {tuple(each.classes) for each in answers.values() if each.classes}
    return len(kinds) == 1 and len(names) <= 1


def notice(comparison: Comparison, answers: Mapping[str, Answers]) -> int:
    """Say in one sentence where the answers part, and return that step; else the last."""
    tokens = comparison.first.tokens
    last = len(tokens) - 1
    if len(comparison.entries) < 2:
        st.markdown(_alone(comparison))
        return last
    if len(answers) < 2:
        st.markdown(t("compare.notice.silent" if comparison.named else "compare.notice.one"))
        return last
    if not alike(answers):
        st.markdown(t("compare.apart.questions", said=ends(comparison, answers)))
        return last
    found = disagreement([each.values for each in answers.values()])
    if found.distance < AGREE:
        st.markdown(t("compare.notice.agree", distance=found.distance))
        return last
    said = _all(comparison, answers, found.step)
    token = plain(tokens[found.step], most=30)
    st.markdown(t("compare.notice.part", step=found.step + FIRST, token=token, said=said))
    return found.step


def ends(comparison: Comparison, answers: Mapping[str, Answers]) -> str:
    """What each model answers to the whole text."""
    return _all(comparison, answers, -1)


def _all(comparison: Comparison, answers: Mapping[str, Answers], step: int) -> str:
    return ", ".join(
        t(
            "compare.notice.said",
            cell=plain(each.title, most=60),
            answer=_said(answers[each.key], step),
        )
        for each in comparison.entries
        if each.key in answers
    )


def _alone(comparison: Comparison) -> str:
    if comparison.named:
        return t("compare.notice.models")
    return t("compare.notice.alone" if len(origin().cells) < 2 else "compare.notice.one")


def _said(found: Answers, step: int) -> str:
    if not found.probable:
        return ", ".join(f"{value:.3g}" for value in found.values[step][:4])
    name, share = found.guesses(step)[0]
    return f"“{plain(name, most=20)}” {share:.2f}"
