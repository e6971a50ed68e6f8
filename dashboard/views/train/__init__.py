"""Train a network and watch it learn, from outside and from inside.

The page opens with a picture: the newest run, alive or not; without one, with experiments that are
one press away, beside what the first of them looks like when it has finished. Training is done by
processes of its own, so the page may be closed at any time.
"""

from __future__ import annotations

import streamlit as st

from core.errors import CoreError
from core.training.run_folder import Run
from dashboard import cache, state, widgets
from dashboard.i18n import labels, t
from dashboard.origins.run_name import run_name
from dashboard.views import Page
from dashboard.views.train import fields
from dashboard.views.train.comparisons import comparisons
from dashboard.views.train.counted import counted
from dashboard.views.train.example import finished_example
from dashboard.views.train.form import fill_in
from dashboard.views.train.live import live
from dashboard.views.train.plan import Given, called, planned, start
from dashboard.views.train.presets import presets
from dashboard.views.train.watched import PAGES, VIEW, WATCHED, watch
from dashboard.widgets.run_actions import outcome

PAGE = Page(key="train", section="train", icon=":material/model_training:", order=40)


def render() -> None:
    """Draw the run that is watched, or what could be trained."""
    runs = cache.store().runs()
    view = state.get(VIEW)
    if not (runs or state.chosen(VIEW) or state.get(WATCHED)):
        view = "presets"  # what there is to watch is nobody's own
    st.segmented_control(
        t("train.view"),
        VIEW.known(),
        format_func=labels("train", "view.of").__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.bind(VIEW, showing=view),
    )
    if view == "watch":
        live(_watched(runs))
    elif view == "presets":
        outcome()
        st.markdown(t("train.presets.why") if runs else t("train.welcome"))
        started = presets(beside=None if runs else finished_example)
        watch(comparisons() or started)
    else:
        _own()


def _watched(runs: list[Run]) -> Run:
    """Draw which run is watched, and return it: the newest unless another is chosen.

    Those that ship stand after the reader's own; who has one alone need not choose.
    """
    known = {run.id: run for run in cache.store().runs_and_examples()}
    chosen = state.get(WATCHED)
    if chosen not in known:
        chosen = next(iter(known))
    if len(runs) != 1 or chosen != runs[0].id:
        names = {run.id: run_name(run) for run in known.values()}
        st.selectbox(
            t("train.watched"),
            list(known),
            format_func=names.__getitem__,
            label_visibility="collapsed",
            **state.bind(WATCHED, showing=chosen),
        )
    else:
        st.subheader(run_name(runs[0]), anchor=False)
    return known[chosen]


def _own() -> None:
    given = fill_in()
    if given is not None:
        with widgets.guard():
            _offer(given)
    st.button(t("train.reset"), on_click=_reset, type="tertiary", icon=":material/restart_alt:")


def _offer(given: Given) -> None:
    """Draw what would be trained, and the button that does it."""
    configs = planned(given)
    at_once = cache.store().at_once
    st.markdown(
        t("train.plan.one")
        if len(configs) == 1
        else t("train.plan.many", count=len(configs), at_once=at_once)
    )
    st.caption(counted(configs))
    if st.button(t("train.start"), type="primary", icon=":material/play_arrow:", key="train-start"):
        try:
            label = called(state.get(fields.NAME) or "", alone=len(configs) == 1)
            runs = start(configs, files=given.files, label=label)
        except CoreError as error:
            widgets.problem(error)
            return
        watch(runs[0].id)


def _reset() -> None:
    state.reset(*(field for field in state.FIELDS.values() if field.pages == PAGES
                  and field not in (VIEW, WATCHED)))  # fmt: skip
