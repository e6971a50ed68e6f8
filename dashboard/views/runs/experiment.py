"""Experiments: the runs that were started together, summed up over their seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dashboard import cache, figures, i18n
from dashboard.figures.experiment import interval_said
from dashboard.i18n import t
from dashboard.widgets.chart import look, show
from dashboard.widgets.opening import folded
from dashboard.widgets.run_overview import Overview, duration

if TYPE_CHECKING:
    from core.training.experiment import Summary

THE_CHOSEN = ""
MOST_BANDS = 9


def experiments(everything: Sequence[Overview], chosen: Sequence[Overview]) -> None:
    """Draw the picker of experiments and what one of them says."""
    found: dict[str, list[Overview]] = {}
    for seen in everything:
        if seen.config is not None and seen.config.experiment is not None:
            found.setdefault(seen.config.experiment, []).append(seen)
    ours = [seen for seen in chosen if seen.brought is None]
    if len(ours) < len(chosen):
        st.caption(t("runs.differences.ours"))
    offered = {THE_CHOSEN: ours} if len(ours) > 1 else {}
    offered |= found
    if not offered:
        st.info(t("runs.no_experiment"))
        return
    names = {key: _name(key, own) for key, own in offered.items()}
    key = st.selectbox(
        t("runs.experiment"), list(offered), format_func=names.__getitem__, key="runs-experiment"
    )
    _summed_up(offered[key])


def _name(key: str, own: Sequence[Overview]) -> str:
    if key == THE_CHOSEN:
        return t("runs.experiment.chosen", count=len(own))
    return t("runs.experiment.name", name=own[-1].name, count=len(own))


def _summed_up(own: Sequence[Overview]) -> None:
    from core.training.experiment import summary

    readable = [seen for seen in own if seen.problem is None]
    found = summary([seen.run for seen in readable])
    metric = readable[0].metric_name if readable else "accuracy"
    groups = {_titled(each): _group(each) for each in found}
    if not groups:
        st.info(t("runs.no_experiment"))
        return
    words = figures.labels(i18n.language())
    finished = sum(each.metric.count for each in found)
    seeds = "several" if any(each.metric.count > 1 for each in found) else "alone"
    st.caption(t(f"runs.experiment.how.{seeds}", finished=finished, total=len(own)))
    show(figures.experiment(groups, metric=metric, **look()), name="experiment")
    _table(found, metric=words[f"metric.{metric}"])
    _bands(found, title=t("run.validation", measure=words[f"metric.{metric}"]), words=words)
    _statistics(found)


def _titled(each: Summary) -> str:
    """A group by what tells it from the others: its cell and units first, then the rest."""
    network = each.runs[0].config.network
    layers = ", ".join(map(str, network.units))
    told = [f"{t(f'quantity.{network.cell}')}({layers})"]
    shown = {"network.cell", "network.units"}
    told += [
        f"{path.rpartition('.')[2]} {value}"
        for path, value in each.settings.items()
        if path not in shown
    ]
    return ", ".join(told)


def _group(each: Summary) -> figures.Group:
    results = [run.result for run in each.runs]
    values = tuple(float(result["metric"]) for result in results if result is not None)
    return figures.Group(each.runs[0].config.network.cell, values, each.metric)


def _table(found: Sequence[Summary], *, metric: str) -> None:
    rows: dict[str, list[Any]] = {
        t("runs.setting"): [_titled(each) for each in found],
        t("runs.experiment.runs"): [f"{each.metric.count}/{len(each.runs)}" for each in found],
        metric: [interval_said(each.metric) for each in found],
        t("figures.loss"): [interval_said(each.loss) for each in found],
        t("run.took"): [
            duration(each.seconds.mean) if each.seconds.count else "–" for each in found
        ],
    }
    st.dataframe(rows, hide_index=True, key="runs-experiment-table")


def _bands(found: Sequence[Summary], *, title: str, words: Mapping[str, str]) -> None:
    from core.training.experiment import curves

    groups: dict[str, figures.Band] = {}
    for each in found[:MOST_BANDS]:
        frame = curves(each.runs, "validation_metric")
        if len(frame):
            columns = [
                frame[name].to_numpy(np.float64) for name in ("epoch", "mean", "low", "high")
            ]
            groups[_titled(each)] = figures.Band(each.runs[0].config.network.cell, *columns)
    if groups:
        show(figures.bands(groups, title=title, **look()), name="bands")


def _statistics(found: Sequence[Summary]) -> None:
    """How pre-activations spread over a batch, step by step, in the first run of each group."""
    title, seen = t("runs.statistics"), t("runs.statistics.seen")
    with folded(title, seen, key="runs-statistics") as is_open:
        if not is_open:
            return
        groups = {}
        for each in found[:MOST_BANDS]:
            run = next((run for run in each.runs if run.result is not None), None)
            statistics = None if run is None else cache.batch_statistics(run)
            if statistics is not None:
                groups[_titled(each)] = statistics
        if groups:
            show(figures.batch_statistics(groups, **look()), name="batch-statistics")
        st.caption(t("runs.statistics.why") if groups else t("runs.statistics.none"))
