"""One run as a page lists it: whatever of its files can be read, and a sentence for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from core.analysis.history import History
from core.errors import CoreError
from core.training.brought import OWN, Brought
from core.training.config import RunConfig
from core.training.errors import BrokenRun, CurvesOnly
from core.training.label import Label
from core.training.run_folder import Run
from core.training.status import Status
from dashboard import cache
from dashboard.i18n import t
from dashboard.origins.run_name import run_name
from dashboard.widgets.problem import plain

METRICS = ("accuracy", "perplexity", "mean_squared_error")
MINUTE, HOUR = 60, 3_600
MEGABYTE = 1_000_000


@dataclass(frozen=True, eq=False)
class Overview:
    """What a run's small files say; None for one that is broken, and in `problem` why."""

    run: Run
    label: Label
    config: RunConfig | None
    status: Status | None
    result: Mapping[str, Any] | None
    problem: CoreError | None

    @property
    def name(self) -> str:
        """What it is called, in the reader's language."""
        return run_name(self.run)

    @property
    def live(self) -> bool:
        """Whether its worker waits or works."""
        return self.status is not None and self.status.live

    @property
    def brought(self) -> Brought | None:
        """Where it came from, if it was not trained here; None where nobody can say."""
        try:
            return cache.brought(self.run)
        except BrokenRun:
            return None

    @property
    def state(self) -> str:
        """How it stands, "broken" where nobody can say."""
        known = self.config is not None or self.brought is not None
        return self.status.state if self.status is not None and known else "broken"

    @property
    def epochs(self) -> int | None:
        """How many epochs it trains for, None where nobody said."""
        if self.brought is not None:
            return self.brought.epochs
        return None if self.config is None else self.config.fit.epochs

    @property
    def metric_name(self) -> str:
        """What its metric is."""
        found = self.described.get("metric")
        return found if found in (*METRICS, OWN) else METRICS[0]

    @property
    def metric_said(self) -> str:
        """What its metric is called: by its script, where that has a name of its own for it."""
        if self.metric_name == OWN and self.brought is not None and self.brought.metric:
            return plain(self.brought.metric, most=40)
        return t(f"figures.metric.{self.metric_name}")

    @property
    def described(self) -> Mapping[str, Any]:
        """What its data and network are, {} until that is known or where it is broken."""
        try:
            return cache.described(self.run) or {}
        except BrokenRun:
            return {}

    @cached_property
    def history(self) -> History:
        """What it wrote, for figures. Raises BrokenRun."""
        status = self.status or Status()
        return History.of(
            cache.batches(self.run),
            cache.epochs(self.run),
            cell=self.config.network.cell if self.config else "",
            per_epoch=status.batches,
            best_epoch=status.best_epoch,
            stopped=status.stopped_early,
        )


def overview(run: Run) -> Overview:
    """Read what a run says of itself. Never raises for what is in its files."""
    found: dict[str, Any] = {}
    problem: CoreError | None = None
    reads: dict[str, Callable[[], Any]] = {
        "result": lambda: run.result,
        "config": lambda: cache.config(run),
        "status": lambda: run.status,
        "described": lambda: cache.described(run),
    }
    for name, read in reads.items():
        try:
            found[name] = read()
        except CurvesOnly:  # known not to have any
            found[name] = None
        except CoreError as error:
            found[name], problem = None, error
    del found["described"]  # read again where it is shown, and then there or {}
    return Overview(run=run, label=run.label, problem=problem, **found)


def overviews(*, examples: bool = False) -> list[Overview]:
    """Return every run there is, the newest first; with `examples`, those that ship after them."""
    store = cache.store()
    return [overview(run) for run in (store.runs_and_examples() if examples else store.runs())]


def mark_example(run: Run) -> None:
    """Draw that a run ships with the project, and what that means; nothing for any other."""
    if run.is_example:
        with st.container(horizontal=True, vertical_alignment="center", key=f"mark-{run.id}"):
            st.badge(t("run.example"), icon=":material/school:")
            st.caption(t("run.example.why"))


def duration(seconds: float) -> str:
    """Return a time in words, in at most two units."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return t("run.duration.seconds", seconds=whole)
    if whole < HOUR:
        return t("run.duration.minutes", minutes=whole // MINUTE, seconds=whole % MINUTE)
    return t("run.duration.hours", hours=whole // HOUR, minutes=whole % HOUR // MINUTE)
