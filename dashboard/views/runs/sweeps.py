"""Searches over settings: how each stands, what it tried, which settings mattered, who works."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import CoreError
from core.training.sweep.findings import SweepFindings, SweepTrial
from core.training.sweep.folder import Sweep, SweepStore
from core.training.sweep.space import Dimension
from dashboard import cache, figures, widgets
from dashboard.figures.parallel import Axis
from dashboard.i18n import t
from dashboard.views.runs.sweep_form import new_sweep, setting_title
from dashboard.widgets.chart import look, show
from dashboard.widgets.problem import plain
from dashboard.widgets.put_away import attempt, delete, told_apart, way_back
from dashboard.widgets.run_actions import lead_on
from dashboard.widgets.run_overview import Overview, overview
from dashboard.widgets.workers import workers

POLL = 2.0
KIND = "sweep"
"""What its actions are remembered by."""
FEWEST = 2
"""Trials that a picture of their differences needs."""


def sweeps(shown: Sequence[Overview]) -> None:
    """Draw the newest search, or the chosen one, and what begins another."""
    store = SweepStore(cache.store())
    known = {sweep.id: sweep for sweep in store.sweeps()}
    deleted = {sweep.id: sweep.name for sweep in store.deleted()}
    way_back(KIND, title=t("sweep.deleted"), deleted=deleted, bring_back=store.undelete)
    if known:
        chosen = st.selectbox(
            t("sweep.which"),
            list(known),
            format_func=told_apart({each.id: each.name for each in known.values()}).__getitem__,
            key="runs-sweep",
        )
        sweep = known[chosen]
        alive = sweep.is_at_work
        widgets.fragment(_sweep, run_every=POLL if alive else None)(sweep, ticking=alive)
    else:
        st.markdown(t("sweep.none"))
    new_sweep(store, shown)


def _sweep(sweep: Sweep, *, ticking: bool) -> None:
    if sweep.is_at_work != ticking:
        st.rerun()
    # Each part by itself: what one file no longer says takes none of the others away.
    found = SweepFindings()
    with widgets.guard():
        found = sweep.findings
    with widgets.guard():
        _standing(sweep, found)
    _actions(sweep)
    with widgets.guard():
        _pictures(sweep, found)
    _table(found)
    with widgets.guard():
        workers(sweep.board, key="sweep")


def _standing(sweep: Sweep, found: SweepFindings) -> None:
    """Draw how far it is, and its best run."""
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


def _actions(sweep: Sweep) -> None:
    """Draw what can be done: there is a way out of every state, of a broken one too."""
    store = SweepStore(cache.store())
    with st.container(horizontal=True, key="sweep-actions"):
        if sweep.is_at_work:
            st.button(
                t("sweep.cancel"), icon=":material/stop:", key=f"sweep-cancel-{sweep.id}",
                on_click=attempt, args=(KIND, sweep.cancel), disabled=sweep.is_asked_to_stop,
            )  # fmt: skip
            return
        if sweep.can_go_on:
            st.button(
                t("sweep.resume"), icon=":material/resume:", key=f"sweep-resume-{sweep.id}",
                on_click=attempt, args=(KIND, lambda: store.launch(sweep)),
            )  # fmt: skip
        st.button(
            t("sweep.delete"), icon=":material/delete:", type="tertiary",
            key=f"sweep-delete-{sweep.id}", help=t("sweep.delete.help"), on_click=delete,
            args=(KIND, sweep.id), kwargs={"name": sweep.name, "away": lambda: store.delete(sweep)},
        )  # fmt: skip


def _pictures(sweep: Sweep, found: SweepFindings) -> None:
    config = sweep.config
    ended = [trial for trial in found.trials if trial.value is not None]
    ended = [trial for trial in ended if all(_can_stand(trial, axis) for axis in config.dimensions)]
    if len(ended) < FEWEST:
        return
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


def _can_stand(trial: SweepTrial, axis: Dimension) -> bool:
    """Whether a trial has a place on an axis: settings may have come or gone since."""
    value = trial.values.get(axis.path)
    if not axis.log:
        return axis.path in trial.values
    return isinstance(value, int | float) and value > 0


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
