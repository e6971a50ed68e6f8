"""The small form that begins a search: around which run, over which settings, how."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import CoreError
from core.scale import SCHEDULER
from core.training.config import RunConfig
from core.training.given_files import given_files
from core.training.presets import PRESETS
from core.training.sweep.config import SweepConfig
from core.training.sweep.folder import SweepStore
from core.training.sweep.space import LAYERS, searchable
from dashboard import widgets
from dashboard.i18n import labels, t
from dashboard.widgets.opening import folded
from dashboard.widgets.problem import plain
from dashboard.widgets.run_overview import Overview

RANGES = {
    "optimizer.learning_rate": "1e-4..1e-1 log",
    "network.cell": "simple_rnn, lstm, gru",
    "network.units": "8..64 log",
    LAYERS: "1, 2",
    "network.embedding": "8..64 log",
    "network.dropout": "0..0.5",
    "optimizer.clip": "none, 0.5, 1",
    "fit.batch": "16, 32, 64",
}
"""The settings that the form offers, and what it suggests for each."""
FIRST = ("optimizer.learning_rate", "network.cell")
PRESET = "preset:"


def setting_title(path: str) -> str:
    """Return what a setting is called; its path where the form has no word for it."""
    own = {"network.cell": t("sweep.cell"), LAYERS: t("sweep.layers")}
    return own.get(path) or labels("setting").get(path, path)


def new_sweep(store: SweepStore, shown: Sequence[Overview]) -> None:
    """Draw the form, folded, and start what it asks for."""
    with folded(t("sweep.new"), t("sweep.new.seen"), key="sweep-new") as is_open:
        if is_open:
            with widgets.guard():
                _form(store, _bases(shown))


@dataclass(frozen=True)
class _Base:
    """What a search can be around; `folder`: where a run keeps data of its own."""

    title: str
    config: RunConfig
    folder: Path | None = None

    @property
    def files(self) -> Mapping[str, bytes]:
        """The data that every trial needs. Raises BrokenRun."""
        return {} if self.folder is None else given_files(self.config, self.folder)


def _bases(shown: Sequence[Overview]) -> Mapping[str, _Base]:
    """The runs that are shown, and the quick forms of presets."""
    found = {
        seen.run.id: _Base(plain(seen.name, most=60), seen.config, seen.run.folder)
        for seen in shown
        if seen.config is not None
    }
    return found | {PRESET + name: _Base(name, known.quick) for name, known in PRESETS.items()}


def _form(store: SweepStore, bases: Mapping[str, _Base]) -> None:
    left, right = st.columns(2)
    with left:
        base = st.selectbox(
            t("sweep.base"),
            list(bases),
            format_func=lambda key: bases[key].title,
            help=t("sweep.base.help"),
            key="sweep-base",
        )
        config = bases[base].config
        offered = [path for path in RANGES if path in searchable(config)]
        paths = st.multiselect(
            t("sweep.space"),
            offered,
            default=[path for path in FIRST if path in offered],
            format_func=setting_title,
            key=f"sweep-space-{base}",
        )
    with right:
        method = st.segmented_control(
            t("sweep.method"),
            ("tpe", "random", "grid"),
            default="tpe",
            format_func=labels("sweep", "method.of").__getitem__,
            required=True,
            help=t("sweep.method.help"),
            key="sweep-method",
        )
        trials = st.number_input(
            t("sweep.trials"), 1, 1_000, 20, key="sweep-trials-count", disabled=method == "grid"
        )
        measure = st.selectbox(
            t("sweep.measure"),
            ("validation_loss", "validation_metric", "loss", "metric"),
            format_func=labels("sweep", "measure").__getitem__,
            key="sweep-measure",
        )
        prune = st.toggle(
            t("sweep.prune"), value=True, help=t("sweep.prune.help"), key="sweep-prune"
        )
    space = {
        path: st.text_input(
            setting_title(path), RANGES[path], help=t("sweep.range.help"), key=f"sweep-range-{path}"
        )
        for path in paths
    }
    scheduler = os.environ.get(SCHEDULER, "")
    st.caption(
        t("sweep.by.dask", address=plain(scheduler)) if scheduler
        else t("sweep.by.processes")
    )  # fmt: skip
    name = st.text_input(t("sweep.name"), max_chars=120, key="sweep-name")
    if not st.button(
        t("sweep.start"), type="primary", icon=":material/play_arrow:", key="sweep-start"
    ):
        return
    try:
        asked = SweepConfig.read(
            {
                "base": config.to_json(),
                "space": space,
                "method": method,
                "trials": trials,
                "measure": measure,
                "prune": prune,
            }
        )
        store.start(asked, name=name.strip(), files=bases[base].files)
    except CoreError as error:
        widgets.problem(error)
        return
    st.rerun()
