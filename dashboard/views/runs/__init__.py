"""Every run there is: one table, and beneath it what the chosen ones did and got wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.errors import CoreError
from core.training.folders import KEPT_DAYS
from core.training.readers import rules
from core.training.store import RunStore
from dashboard import cache, widgets
from dashboard.i18n import t
from dashboard.origins.run_name import run_name
from dashboard.views import Page
from dashboard.views.runs.differences import differences
from dashboard.views.runs.experiment import experiments
from dashboard.views.runs.export import export
from dashboard.views.runs.logs import add_log, added
from dashboard.views.runs.mistakes import mistakes
from dashboard.views.runs.sweeps import sweeps
from dashboard.views.runs.table import narrow, table, with_examples
from dashboard.widgets.problem import plain
from dashboard.widgets.run_actions import actions, attempt, lead_on, outcome, undelete
from dashboard.widgets.run_brought import mark_brought
from dashboard.widgets.run_curves import curves, pick_look
from dashboard.widgets.run_overview import Overview, mark_example, overviews

PAGE = Page(key="runs", section="train", icon=":material/table_chart:", order=50)
POLL = 2.0
"""Seconds between looks at the runs, while one of them is alive."""
SHOWN = 3
"""So many of the newest runs are drawn as long as none is chosen."""


def render() -> None:
    """Draw everything, again and again while a run is alive."""
    alive = any(seen.live for seen in overviews())
    widgets.fragment(_runs, run_every=POLL if alive else None)(ticking=alive)


def _runs(*, ticking: bool) -> None:
    own = overviews()
    if any(seen.live for seen in own) != ticking:
        st.rerun()
    outcome()
    added()
    if (unreadable := cache.store().problem) is not None:
        widgets.problem(unreadable)
    everything = overviews(examples=True) if with_examples(own) else own
    if own:
        chosen = table(narrow(everything))
    else:
        st.markdown(t("runs.none"))
        if st.button(t("runs.go_and_train"), type="primary", icon=":material/model_training:"):
            widgets.open_page("train")
        chosen = table(everything)
    _damaged(everything)
    shown = chosen or [seen for seen in everything if seen.problem is None][:SHOWN]
    if not chosen and own:
        st.caption(t("runs.choose"))
    _details(everything, shown, chosen)
    _settings()


def _damaged(everything: Sequence[Overview]) -> None:
    broken = [seen for seen in everything if seen.problem is not None]
    if not broken:
        return
    with st.expander(t("runs.damaged", count=len(broken)), icon=":material/broken_image:"):
        for seen in broken:
            st.markdown(f"**{plain(seen.name, most=80)}** · {plain(str(seen.run.folder))}")
            if seen.problem is not None:
                widgets.problem(seen.problem)
            actions(seen)


def _details(
    everything: Sequence[Overview], shown: Sequence[Overview], chosen: Sequence[Overview]
) -> None:
    """Draw what one wants to know of the runs, one tab at a time: only what is open is read."""
    parts: dict[str, Callable[[], None]] = {
        "curves": lambda: _curves(shown),
        "differences": lambda: differences(shown),
        "experiments": lambda: experiments(everything, chosen),
        "sweeps": lambda: sweeps(shown),
        "mistakes": lambda: mistakes(shown),
        "export": lambda: export(shown),
        "manage": lambda: _manage(shown),
    }
    tabs = st.tabs([t(f"runs.tab.{name}") for name in parts], key="runs-details", on_change="rerun")
    for tab, draw in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab, widgets.guard():
                draw()


def _curves(shown: Sequence[Overview]) -> None:
    metrics = [(seen.metric_name, seen.metric_said) for seen in shown]
    metric, called = metrics[0] if metrics else ("accuracy", "")
    if len(set(metrics)) > 1:
        st.caption(t("runs.other_metric", metric=called))
    found = {}
    for seen in shown:
        if (seen.metric_name, seen.metric_said) != (metric, called):
            continue
        with widgets.guard():
            history = seen.history
            name = seen.name
            if history.places.size or history.ends.size:
                found[name if name not in found else f"{name} ({seen.run.id[-6:]})"] = history
    if not found:
        st.info(t("run.nothing_yet"))
        return
    pick_look(alone=len(found) == 1)
    curves(found, metric=metric, called=called)
    for seen in shown[:SHOWN]:
        if seen.state == "finished":
            lead_on(seen, name=True)


def _manage(shown: Sequence[Overview]) -> None:
    for seen in shown:
        if seen.problem is not None:
            continue  # among the damaged ones
        st.markdown(f"**{plain(seen.name, most=80)}**")
        mark_example(seen.run)
        mark_brought(seen)
        if seen.label.note:
            st.caption(plain(seen.label.note, most=1_000))
        actions(seen)


def _pick_at_once(store: RunStore) -> None:
    if store.is_shared:  # whoever runs the server has said it, for everybody
        st.caption(t("runs.at_once.shared", each=store.at_once, all=rules().runs_at_once))
        return
    count = st.number_input(
        t("runs.at_once"),
        1,
        64,
        store.at_once,
        help=t("runs.at_once.help"),
        # Named by what it begins with: another window may have changed it meanwhile.
        key=f"at-once-{store.at_once}",
    )
    if count != store.at_once:
        attempt(lambda: setattr(store, "at_once", int(count)))


def _settings() -> None:
    """Draw what belongs to no run: how many train at once, and those that were deleted."""
    store = cache.store()
    left, middle, right = st.columns(3)
    with middle:
        add_log()
    with left, st.popover(t("runs.settings"), icon=":material/tune:", key="runs-settings"):
        _pick_at_once(store)
        if not store.is_shared:
            st.caption(t("runs.folder", folder=plain(str(store.folder))))
    with right, st.popover(t("runs.deleted"), icon=":material/delete:", key="runs-deleted"):
        st.caption(t("runs.deleted.help", days=KEPT_DAYS))
        try:
            away = store.deleted()
        except CoreError as error:
            widgets.problem(error)
            return
        for run in away:
            st.button(
                plain(run_name(run), most=80), icon=":material/undo:", key=f"undelete-{run.id}",
                help=t("run.undo"), on_click=undelete, args=(run.id,), type="tertiary",
            )  # fmt: skip
        if not away:
            st.caption(t("runs.deleted.none"))
