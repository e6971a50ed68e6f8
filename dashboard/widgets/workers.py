"""Who works, at which task each is, and what was tried again: wherever `core.scale` works."""

from __future__ import annotations

import streamlit as st

from core.scale import Board
from dashboard.i18n import t
from dashboard.i18n.reasons import told
from dashboard.widgets.opening import folded
from dashboard.widgets.problem import plain


def workers(board: Board | None, *, key: str) -> None:
    """Draw it, folded; nothing where nobody but the process itself works. `key` is the page's."""
    if board is None:
        return
    total = "?" if board.total is None else board.total
    seen = t(
        "workers.seen", count=len(board.workers), finished=board.finished, total=total,
        retried=board.retried,
    )  # fmt: skip
    with folded(t("workers.title"), seen, key=f"{key}-workers") as is_open:
        if not is_open:
            return
        where = "dask" if board.address else "processes"
        st.caption(t(f"workers.{where}", address=plain(board.address)))
        names = list(dict.fromkeys((*board.workers, *board.done)))
        doing = [board.doing.get(name) for name in names]
        st.dataframe(
            {
                t("workers.worker"): names,
                t("workers.there"): [t(f"workers.there.{name in board.workers}") for name in names],
                t("workers.at"): [None if at is None else at + 1 for at in doing],
                t("workers.done"): [board.done.get(name, 0) for name in names],
            },
            hide_index=True,
            key=f"{key}-workers-table",
        )
        if board.retries:
            st.dataframe(
                {
                    t("workers.again"): [retry.place + 1 for retry in board.retries],
                    t("workers.worker"): [retry.worker for retry in board.retries],
                    t("workers.why"): [told({"why": retry.why})["why"] for retry in board.retries],
                },
                hide_index=True,
                key=f"{key}-retries",
            )
