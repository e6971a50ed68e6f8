"""The same text through up to three models: where their answers part, and why."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.analysis.guesses import Answers
from dashboard import figures, state, widgets
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.compare.comparing import Comparison, comparing
from dashboard.views.compare.counts import counts
from dashboard.views.compare.insides import controls, insides, insides_apart
from dashboard.views.compare.notice import alike, ends, notice
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.film import film
from dashboard.widgets.opening import folded
from dashboard.widgets.problem import plain
from dashboard.widgets.stepper import clock, stepper, tick

PAGE = Page(key="compare", section="look", icon=":material/compare:", order=20)


def render() -> None:
    """Draw the readings: their answers, their insides, and what they cost."""
    comparison = comparing()
    film()
    answers = {
        each.key: answers_of(each.reading)
        for each in comparison.entries
        if each.reading.model.readout and not slow_answers(each.reading)
    }
    if comparison.linked:
        with st.container(key="notice"):
            widest = notice(comparison, answers)
        if not state.chosen(state.STEP):
            state.put(state.STEP, min(widest, comparison.first.trace.time - 1))
        pause_between = clock()
        widgets.fragment(_explore, run_every=pause_between)(
            comparison, answers, ticking=pause_between is not None
        )
    else:
        _apart(comparison, answers)
    with folded(t("compare.count"), t("compare.count.see"), key="counts") as wanted:
        if wanted:
            st.caption(t("compare.count.help"))
            counts(comparison)


def _apart(comparison: Comparison, answers: Mapping[str, Answers]) -> None:
    """Models whose steps are not the same: a sentence, and each by itself."""
    told = ", ".join(
        t("compare.apart.count", title=plain(each.title, most=60), count=len(each.reading.tokens))
        for each in comparison.entries
    )
    said = t("compare.apart", counts=told)
    if answers:
        said += " " + t("compare.apart.ends", said=ends(comparison, answers))
    st.markdown(said)
    widgets.fragment(insides_apart)(comparison, answers)


def _explore(comparison: Comparison, answers: Mapping[str, Answers], *, ticking: bool) -> None:
    tick(ticking=ticking, last=comparison.first.trace.time - 1)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="compare-controls"):
            step = stepper(comparison.first.tokens)
            layer = controls(comparison)
        insides(comparison, answers, layer=layer, step=step)
        if not answers or not alike(answers):
            return
        ahead = next(iter(answers.values())).targets is not None
        title = t("compare.answers.next" if ahead else "compare.answers")
        with folded(title, t("compare.answers.see"), key="compare-answers") as wanted:
            if wanted:
                _answers(comparison, answers, step)


def _answers(comparison: Comparison, answers: Mapping[str, Answers], step: int) -> None:
    shown = [each for each in comparison.entries if each.key in answers]
    picture = figures.compare_answers(
        {each.title: answers[each.key] for each in shown},
        cells=[each.cell for each in shown],
        tokens=comparison.first.tokens,
        step=step,
        **widgets.look(),
    )
    picture.draw.update_layout(height=270, margin={"t": 40})
    widgets.show(
        picture,
        name="compare-answers",
        about=comparison.about(step=step),
        arrays=widgets.Together({each.key: each.reading.trace for each in comparison.entries}),
    )
