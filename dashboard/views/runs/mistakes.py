"""What a finished run got wrong on test data: which classes it mixes up, and its worst mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.analysis.confusion import Confusion
from core.training.answer_names import name_answers as name_run_answers
from dashboard import cache, figures
from dashboard.i18n import t
from dashboard.widgets.caption import about_runs
from dashboard.widgets.chart import look, show
from dashboard.widgets.naming import name_answers
from dashboard.widgets.problem import guard, plain
from dashboard.widgets.run_actions import attempt, can_open, choose_model, opened
from dashboard.widgets.run_overview import Overview

AT_ONCE = 10
MOST_CHARACTERS = 240


def mistakes(chosen: Sequence[Overview]) -> None:
    """Draw both for one of the chosen runs."""
    finished = {seen.run.id: seen for seen in chosen if seen.result is not None}
    if not finished:
        st.info(t("runs.choose_finished"))
        return
    names = {identifier: seen.name for identifier, seen in finished.items()}
    identifier = next(iter(finished))
    if len(finished) > 1:
        identifier = st.selectbox(
            t("train.watched"), list(finished), format_func=names.__getitem__, key="runs-mistaken"
        )
    seen = finished[identifier]
    opened(seen.run)
    found = cache.answered(seen.run)
    if found is None or seen.metric_name != "accuracy":
        st.info(t("runs.no_classes"))
        return
    with guard():
        name_answers(
            cache.run_model(seen.run),
            key=seen.run.id,
            keep=lambda names: attempt(lambda: name_run_answers(seen.run, names)),
        )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _confusion(seen, found)
    with right:
        _worst(seen)


def _confusion(seen: Overview, found: dict[str, Any]) -> None:
    answers = cache.answer_names(seen.run)
    counts = Confusion.of(found["outputs"], found["targets"], answers=answers)
    st.subheader(t("runs.confusion"), anchor=False, help=t("runs.confusion.help"))
    show(figures.confusion(counts, **look()), name="confusion", about=about_runs([seen.run]))


def _worst(seen: Overview) -> None:
    """The mistakes it was surest of, some at a time, each a press away from Gates."""
    found = cache.mistakes(seen.run)
    st.subheader(t("runs.worst"), anchor=False, help=t("runs.worst.help"))
    if not found:
        st.info(t("runs.no_mistakes"))
        return
    pages = -(-len(found) // AT_ONCE)
    page = 1
    if pages > 1:
        page = st.segmented_control(
            t("runs.worst.page"), range(1, pages + 1), default=1, required=True,
            label_visibility="collapsed", key=f"runs-worst-{seen.run.id}",
        )  # fmt: skip
    for at, mistake in enumerate(found[(page - 1) * AT_ONCE : page * AT_ONCE]):
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"mistake-{at}"
        ):
            _mistake(seen, mistake, at)


def _mistake(seen: Overview, mistake: dict[str, Any], at: int) -> None:
    text = str(mistake["text"])
    shown = plain(text, most=MOST_CHARACTERS) if text else t("runs.worst.no_text")
    called = cache.renamed_answers(seen.run)
    said = {name: str(mistake[name]) for name in ("target", "answer")}
    facts = {name: plain(called.get(own, own), most=40) for name, own in said.items()}
    probability = mistake["probability"]
    sure = f"{probability:.1%}" if isinstance(probability, int | float) else "–"
    with st.container():
        st.markdown(shown)
        st.caption(t("runs.worst.of", **facts, probability=sure))
    if text and can_open(seen.run):
        st.button(
            t("runs.worst.open"), icon=":material/view_agenda:", key=f"mistake-open-{at}",
            on_click=choose_model, args=(seen.run, text), width="content",
        )  # fmt: skip
