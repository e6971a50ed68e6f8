"""A run as it happens: a fragment that looks into its folder again and again while it is alive.

A fragment cannot change its own clock, so a run that begins or ends draws the page once. What the
fragment shows is read from files, so a page that is reloaded, or a second one, shows the same.
"""

from __future__ import annotations

import streamlit as st

from core.training.run_folder import Run
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.views.train.inside import inside
from dashboard.views.train.offline import offline
from dashboard.views.train.status import status_of
from dashboard.views.train.watched import HELD
from dashboard.widgets.problem import fragment, guard
from dashboard.widgets.run_actions import actions, come_or_gone, outcome
from dashboard.widgets.run_brought import mark_brought
from dashboard.widgets.run_curves import curves, pick_look
from dashboard.widgets.run_overview import Overview, mark_example, overview

POLL = 1.0
"""Seconds. A number is on the screen within two seconds of being written."""


def live(run: Run) -> None:
    """Draw a run, again and again while it is alive."""
    ticking = _follows(overview(run))
    fragment(_watch, run_every=POLL if ticking else None)(run.id, ticking=ticking)


def _follows(seen: Overview) -> bool:
    """Whether the page moves with a run. One that is asked to stop is followed to its end."""
    return seen.live and (not state.get(HELD) or seen.run.file("cancel").exists())


def _watch(identifier: str, *, ticking: bool) -> None:
    if come_or_gone():
        st.rerun()  # a press here draws this part alone, and the list of runs stands outside
    with guard():
        seen = overview(cache.store().run(identifier))
        if _follows(seen) != ticking:
            st.rerun()
        outcome()
        mark_example(seen.run)
        mark_brought(seen)
        status_of(seen)
        offline(seen)
        actions(seen)
        with guard():
            _curves(seen)
        inside(seen)


def _curves(seen: Overview) -> None:
    history = seen.history
    if not (history.places.size or history.ends.size):
        st.info(t("run.nothing_yet") if seen.live else t("run.nothing"))
        return
    pick_look()
    if seen.live:
        st.toggle(t("run.hold"), help=t("run.hold.help"), **state.bind(HELD))
    with st.container(key="run-curves"):
        curves(
            {seen.name: history}, metric=seen.metric_name, called=seen.metric_said,
            levels=levels_of(seen),
        )  # fmt: skip


def levels_of(seen: Overview) -> dict[str, dict[str, float]]:
    """Return what a run can be compared with: chance, the score that solves it, the reference."""
    described = seen.described
    found: dict[str, dict[str, float]] = {"loss": {}, "metric": {}}
    for key in ("chance", "solved"):
        value = described.get(key)
        if isinstance(value, int | float):
            found["metric"][key] = float(value)
    reference = (seen.result or {}).get("reference")
    for measure in ("metric", "loss"):
        if isinstance(reference, dict) and isinstance(reference.get(measure), int | float):
            found[measure]["reference"] = float(reference[measure])
    return found
