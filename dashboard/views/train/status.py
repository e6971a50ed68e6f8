"""How a run stands, in words and numbers: progress, scores, pace, memory, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.analysis.history import column
from core.training.errors import BrokenRun
from core.training.status import Status
from dashboard import i18n, state
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.i18n.reasons import told
from dashboard.widgets.cards import Card, cards
from dashboard.widgets.problem import plain, problem
from dashboard.widgets.run_overview import MEGABYTE, Overview, duration

Told = tuple[str, str, tuple[str, ...]]
"""A number: what it is, the number, and what to add."""
ICONS = {
    "queued": ":material/hourglass_empty:",
    "starting": ":material/rocket_launch:",
    "preparing": ":material/database:",
    "training": ":material/model_training:",
    "testing": ":material/grading:",
    "finished": ":material/check_circle:",
    "cancelled": ":material/stop_circle:",
    "failed": ":material/error:",
    "died": ":material/heart_broken:",
    "broken": ":material/broken_image:",
}
_LOG_LINES = 20


def status_of(seen: Overview) -> None:
    """Draw all of it. A run that failed says its sentence, one that died the end of its log."""
    st.markdown(f"{ICONS[seen.state]} {state_said(seen)}")
    if seen.status is None or seen.state == "broken":
        if seen.problem is not None:
            problem(seen.problem)
        return
    for note in seen.status.notes:
        st.warning(failure_said(note), icon=":material/rule:")
    if seen.live and seen.epochs is not None:
        st.progress(share_done(seen.status, epochs=seen.epochs))
    _numbers(seen, seen.status)
    if seen.status.state == "failed":
        st.error(failure_said(seen.status.error), icon=":material/error:")
    elif seen.status.state == "died":
        said = t("run.died") if seen.brought is None else t("run.script.died")
        st.error(said, icon=":material/heart_broken:")
    if seen.status.state in ("failed", "died") and seen.run.log_end.strip():
        lines = seen.run.log_end.strip().splitlines()[-_LOG_LINES:]
        with st.expander(t("run.log"), expanded=seen.status.state == "died"):
            st.code("\n".join(lines), language=None, wrap_lines=True)


def state_said(seen: Overview) -> str:
    """Return how a run stands as a sentence in Markdown."""
    status = seen.status
    if status is None or seen.state == "broken":
        return t("run.state.broken")
    known = max(status.epoch, 1) if seen.epochs is None else seen.epochs
    facts: dict[str, Any] = {"epoch": status.epoch, "epochs": known}
    if seen.brought is not None and seen.brought.kind == "log":
        return t("run.state.log", **facts)
    match status.state:
        case "training" if seen.brought is not None:
            facts |= {"epoch": status.epoch + 1, "batch": status.batch}
            if seen.epochs is None:
                return t("run.state.script.open", **facts)
            return t("run.state.script", **facts | {"epoch": min(status.epoch + 1, known)})
        case "training" if status.epoch == status.batch == 0:
            return t("run.state.compiling")
        case "training":
            facts |= {"epoch": min(status.epoch + 1, facts["epochs"]), "batch": status.batch}
            return t("run.state.training", **facts, batches=status.batches)
        case "preparing":
            return t("run.state.preparing", share=f"{status.share:.0%}", doing=plain(status.doing))
        case "finished":
            stopped = "early" if status.stopped_early else "finished"
            return t(f"run.state.{stopped}", **facts, time=duration(status.seconds))
        case "cancelled" | "failed" | "died":
            return t(f"run.state.{status.state}", **facts)
    return t(f"run.state.{status.state}")


def score_said(kind: str, value: float) -> str:
    """Return a score with the digits that matter: three decimals of an accuracy."""
    return f"{value:.3f}" if kind == "accuracy" else f"{value:.4g}"


def share_done(status: Status, *, epochs: int) -> float:
    """Return how much of a run is done, from 0 to 1; nothing is counted before training."""
    if status.state == "testing":
        return 1.0
    under_way = status.batch / status.batches if status.batches else 0.0
    return float(min(1.0, max(0.0, (status.epoch + under_way) / epochs)))


def failure_said(error: Mapping[str, Any] | None) -> str:
    """Return the sentence of an error that a worker wrote down, in the reader's language."""
    name = str((error or {}).get("name", ""))
    facts = (error or {}).get("facts")
    known = i18n.strings(i18n.language(), "errors")
    if name not in known or not isinstance(facts, dict):
        return t("run.failed.unknown")
    try:
        return known[name].format(**{key: _fact(value) for key, value in told(facts).items()})
    except (KeyError, ValueError):  # another version's words for other facts
        return t("run.failed.unknown")


def _fact(written: object) -> object:
    """Facts are written as texts; sentences want numbers to be numbers."""
    text = str(written)
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if re.fullmatch(r"-?\d{1,18}\.\d+(e[-+]?\d{1,3})?", text):
        return float(text)
    return plain(text, most=300)


def _numbers(seen: Overview, status: Status) -> None:
    surface = theme.SURFACE[state.mode()]
    shown = [*_scores(seen), *_pace(status)]
    if shown:
        cards(
            [Card(name, number, "", below, surface.accent) for name, number, below in shown],
            key="run-numbers",
            surface=surface,
            least=130,
        )


def _scores(seen: Overview) -> list[Told]:
    """The test scores once there are some, else the latest of validation, else of training."""
    if seen.result is not None:
        below = (t("run.epoch.of", epoch=seen.result.get("epoch", "?")), *_reference(seen.result))
        return [
            _score(seen, "test", "metric", seen.result["metric"], below),
            _score(seen, "test", "loss", seen.result["loss"], ()),
        ]
    try:
        history = seen.history
    except BrokenRun:
        return []  # said where the curves would be
    found: list[Told] = []
    for measure in ("metric", "loss"):
        for key, wanted in (("validation", f"validation_{measure}"), ("training", measure)):
            values = column(history.epochs, wanted)
            known = np.flatnonzero(np.isfinite(values))
            if known.size:
                below = (t("run.epoch.of", epoch=int(history.ends[known[-1]])),)
                found.append(_score(seen, key, measure, values[known[-1]], below))
                break
    return found


def _score(seen: Overview, part: str, measure: str, value: float, below: tuple[str, ...]) -> Told:
    if measure == "loss":
        return t(f"run.{part}", measure=t("figures.loss")), score_said("loss", value), below
    name = seen.metric_said
    return t(f"run.{part}", measure=name), score_said(seen.metric_name, value), below


def _reference(result: Mapping[str, Any]) -> tuple[str, ...]:
    reference = result.get("reference")
    metric = reference.get("metric") if isinstance(reference, dict) else None
    if not isinstance(metric, int | float):
        return ()
    return (t("run.reference", value=score_said(str(result.get("metric_name")), metric)),)


def _pace(status: Status) -> list[Told]:
    found: list[Told] = []
    if status.live and status.examples_per_second:
        pace = t("run.pace.number", count=status.examples_per_second)
        found.append((t("run.pace"), pace, ()))
    if status.state == "training" and status.seconds_left is not None:
        found.append((t("run.left"), duration(status.seconds_left), ()))
    if not status.live and status.seconds:
        found.append((t("run.took"), duration(status.seconds), ()))
    if status.memory:
        megabytes = t("run.memory.number", count=status.memory / MEGABYTE)
        found.append((t("run.memory"), megabytes, ()))
    return found
