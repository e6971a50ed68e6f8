"""Every run as a row of one table: sortable, to be narrowed down, rows to be chosen.

The table's identity is the set of runs in it, so that what is chosen stays while their numbers
change, and is put anew when a run comes or goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import streamlit as st

from core.training.errors import BrokenRun
from dashboard import cache, state
from dashboard.fields import Choice, Flag, Names, Text
from dashboard.i18n import labels, t
from dashboard.origins.run_name import layers_said, source_said
from dashboard.widgets.run_overview import Overview

PAGES = ("runs",)
MOST_CHOSEN = 8
ALL = "all"
_GROUPS = {
    ALL: (),
    "live": ("queued", "starting", "preparing", "training", "testing"),
    "finished": ("finished",),
    "ended": ("cancelled", "failed", "died", "broken"),
}


def _ids() -> tuple[str, ...]:
    return tuple(run.id for run in cache.store().runs_and_examples())


CHOSEN = state.declare(
    Names(name="runs", default=(), options=_ids, least=0, most=MOST_CHOSEN, pages=PAGES)
)
WORDS = state.declare(Text(name="r_words", default=None, limit=200, pages=PAGES))
STANDING = state.declare(Choice(name="r_state", default=ALL, options=tuple(_GROUPS), pages=PAGES))
EXAMPLES = state.declare(Flag(name="r_examples", default=False, pages=PAGES))
OF_CELLS = state.declare(
    Names(name="r_cells", default=(), options=state.CELLS, least=0, most=3, pages=PAGES)
)


def with_examples(own: Sequence[Overview]) -> bool:
    """Whether the runs that ship are listed: for who has none, wants them, or came for one."""
    ids = {run.id for run in cache.store().examples()}
    chosen: tuple[str, ...] = state.get(CHOSEN)
    return not own or state.get(EXAMPLES) or not ids.isdisjoint(chosen)


def narrow(everything: Sequence[Overview]) -> list[Overview]:
    """Draw what narrows the table down, and return the runs that are left."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs-narrow"):
        st.text_input(
            t("runs.words"), placeholder=t("runs.words.placeholder"), width=260,
            label_visibility="collapsed", **state.bind(WORDS, showing=state.get(WORDS) or ""),
        )  # fmt: skip
        st.segmented_control(
            t("runs.standing"), tuple(_GROUPS), required=True, label_visibility="collapsed",
            format_func=labels("runs", "standing.of").__getitem__, **state.bind(STANDING),
        )  # fmt: skip
        st.pills(
            t("train.cells"), state.CELLS, selection_mode="multi", label_visibility="collapsed",
            format_func=labels("quantity").__getitem__, **state.bind(OF_CELLS),
        )  # fmt: skip
        st.toggle(t("runs.examples"), help=t("run.example.why"), **state.bind(EXAMPLES))
    return [seen for seen in everything if _is_wanted(seen)]


def _is_wanted(seen: Overview) -> bool:
    group = _GROUPS[state.get(STANDING)]
    cells = state.get(OF_CELLS)
    if group and seen.state not in group:
        return False
    if cells and (seen.config is None or seen.config.network.cell not in cells):
        return False
    source = seen.config.data.source if seen.config else ""
    about = f"{seen.name} {seen.label.note} {source} {seen.run.id}".casefold()
    return all(word in about for word in (state.get(WORDS) or "").casefold().split())


def table(shown: Sequence[Overview]) -> list[Overview]:
    """Draw the table and return the runs that are chosen in it, at most MOST_CHOSEN."""
    ids = [seen.run.id for seen in shown]
    places = [at for at, found in enumerate(ids) if found in state.get(CHOSEN)]
    event: Any = st.dataframe(
        _columns(shown),
        column_config=_config(),
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": places}},
        key=f"runs-{cache.digest(ids)}",
        height=min(40 + 35 * len(ids), 400),
    )
    rows = [at for at in event["selection"]["rows"] if at < len(ids)]
    if len(rows) > MOST_CHOSEN:
        st.caption(t("runs.most", most=MOST_CHOSEN))
    chosen = tuple(ids[at] for at in rows[:MOST_CHOSEN])
    if chosen != state.get(CHOSEN):
        state.put(CHOSEN, chosen)
    return [shown[at] for at in rows[:MOST_CHOSEN]]


def _columns(shown: Sequence[Overview]) -> dict[str, list[Any]]:
    """The columns by their titles."""
    rows = [_row(seen) for seen in shown]
    names = ("name", "state", "begun", "data", "network", "metric", "loss", "validation", "epochs",
             "seconds", "parameters", "rate", "batch", "seed", "note")  # fmt: skip
    return {t(f"runs.column.{name}"): [row.get(name) for row in rows] for name in names}


def _row(seen: Overview) -> dict[str, Any]:
    row: dict[str, Any] = {"name": seen.name, "note": seen.label.note}
    brought = seen.brought
    is_log = brought is not None and brought.kind == "log"
    row["state"] = t("run.word.log" if is_log else f"run.word.{seen.state}")
    if seen.status is not None:
        if not seen.run.is_example:
            row["begun"] = datetime.fromtimestamp(seen.status.created).astimezone()
        row |= {"epochs": seen.status.epoch, "seconds": seen.status.seconds}
    if brought is not None:
        row |= {"data": t(f"run.kind.{brought.kind}"), "network": brought.network or None}
        row["rate"] = brought.learning_rate
    elif seen.config is not None:
        config = seen.config
        row |= {"data": source_said(config), "network": layers_said(config), "seed": config.seed}
        row |= {"rate": config.optimizer.learning_rate, "batch": config.fit.batch}
    if seen.result is not None:
        row |= {"metric": seen.result["metric"], "loss": seen.result["loss"]}
    count = seen.described.get("parameters")
    row["parameters"] = count if isinstance(count, int) else None
    best = seen.status.best_epoch if seen.status else None
    with suppress(BrokenRun):
        row["validation"] = cache.validation_metric(seen.run, epoch=best)
    return row


def _config() -> dict[str, Any]:
    of = st.column_config
    told = {
        "name": of.TextColumn(width=260, pinned=True),
        "state": of.TextColumn(width=110),
        "begun": of.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        "metric": of.NumberColumn(format="%.4f", help=t("runs.column.metric.help")),
        "loss": of.NumberColumn(format="%.4f"),
        "validation": of.NumberColumn(format="%.4f", help=t("runs.column.validation.help")),
        "seconds": of.NumberColumn(format="%.0f"),
        "rate": of.NumberColumn(format="%.6g"),
    }
    return {t(f"runs.column.{name}"): how for name, how in told.items()}
