"""Searches over settings: how each stands, what it tried, which settings mattered, who works."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import CoreError
from core.training.sweep.folder import Sweep, SweepFindings, SweepStore, SweepTrial
from dashboard import cache, figures, widgets
from dashboard.figures.parallel import Axis
from dashboard.i18n import t
from dashboard.views.runs.sweep_form import new_sweep, setting_title
from dashboard.widgets.chart import look, show
from dashboard.widgets.problem import plain
from dashboard.widgets.run_actions import attempt, lead_on
from dashboard.widgets.run_overview import Overview, overview
from dashboard.widgets.workers import workers

POLL = 2.0
LIVE = ("queued", "searching")
FEWEST = 2
"""Trials that a picture of their differences needs."""


def sweeps(shown: Sequence[Overview]) -> None:
    """Draw the newest search, or the chosen one, and what begins another."""
    store = SweepStore(cache.store())
    known = {sweep.id: sweep for sweep in store.sweeps()}
    if known:
        chosen = st.selectbox(
            t("sweep.which"),
            list(known),
            format_func=lambda identifier: known[identifier].name,
            key="runs-sweep",
        )
        sweep = known[chosen]
        with widgets.guard():
            alive = sweep.state in LIVE
            widgets.fragment(_sweep, run_every=POLL if alive else None)(sweep, ticking=alive)
    else:
        st.markdown(t("sweep.none"))
    new_sweep(store, shown)


def _sweep(sweep: Sweep, *, ticking: bool) -> None:
    if (sweep.state in LIVE) != ticking:
        st.rerun()
    found = sweep.findings
    _standing(sweep, found)
    ended = [trial for trial in found.trials if trial.value is not None]
    if len(ended) >= FEWEST:
        _pictures(sweep, found, ended)
    _table(found)
    workers(sweep.board, key="sweep")


def _standing(sweep: Sweep, found: SweepFindings) -> None:
    """Draw how far it is, its best run, and what can be done."""
    config, state = sweep.config, sweep.state
    counts = {
        name: sum(trial.state == name for trial in found.trials)
        for name in ("finished", "pruned", "failed")
    }
    st.markdown(
        t(
            "sweep.standing",
            state=t(f"sweep.state.{state}"),
            begun=len(found.trials),
            total=config.count,
            finished=counts["finished"],
            pruned=counts["pruned"],
            failed=counts["failed"],
        )
    )
    error = sweep.error
    if error is not None:
        try:
            widgets.problem(error.error())
        except ValueError:
            st.error(plain(error.name))
    best = next((trial for trial in found.trials if trial.number == found.best), None)
    if best is not None:
        told = ", ".join(f"{setting_title(path)} {_said(v)}" for path, v in best.values.items())
        measure, value = t(f"sweep.measure.{config.measure}"), f"{best.value:.4g}"
        st.markdown(t("sweep.best", measure=measure, value=value, settings=plain(told)))
        try:
            lead_on(overview(cache.store().run(best.run)))
        except CoreError as gone:
            widgets.problem(gone)
    with st.container(horizontal=True, key="sweep-actions"):
        if state in LIVE:
            st.button(
                t("sweep.cancel"), icon=":material/stop:", key=f"sweep-cancel-{sweep.id}",
                on_click=attempt, args=(sweep.cancel,), disabled=sweep.file("cancel").exists(),
            )  # fmt: skip
        elif state != "finished":
            st.button(
                t("sweep.resume"), icon=":material/resume:", key=f"sweep-resume-{sweep.id}",
                on_click=attempt, args=(lambda: SweepStore(cache.store()).launch(sweep),),
            )  # fmt: skip


def _pictures(sweep: Sweep, found: SweepFindings, ended: Sequence[SweepTrial]) -> None:
    config = sweep.config
    axes = [
        Axis(setting_title(each.path), [trial.values[each.path] for trial in ended], log=each.log)
        for each in config.dimensions
    ]
    measure = Axis(t(f"sweep.measure.{config.measure}"), [trial.value for trial in ended])
    show(figures.parallel(axes, measure, rising=found.rising, **look()), name="parallel")
    if found.importance:
        shares = {setting_title(path): share for path, share in found.importance.items()}
        show(figures.importance(shares, **look()), name="importance")
        st.caption(t("sweep.importance.how"))


def _table(found: SweepFindings) -> None:
    if not found.trials:
        return
    paths = list(found.trials[0].values)
    columns: dict[str, list[object]] = {
        t("sweep.trial"): [trial.number + 1 for trial in found.trials]
    }
    rows: dict[str, list[object]] = {**columns}
    rows |= {
        setting_title(path): [_said(trial.values.get(path)) for trial in found.trials]
        for path in paths
    }
    rows[t("runs.column.state")] = [t(f"sweep.trial.of.{trial.state}") for trial in found.trials]
    rows[t("runs.column.epochs")] = [trial.epoch for trial in found.trials]
    rows[t("sweep.value")] = [
        None if trial.value is None else float(f"{trial.value:.5g}") for trial in found.trials
    ]
    st.dataframe(rows, hide_index=True, key="sweep-trials")


def _said(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
