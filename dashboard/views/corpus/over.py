"""Which tokens and labels the places have too often to be chance."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.corpus import Corpus
from core.corpus.chance import Over
from core.corpus.stretch import Pattern
from dashboard import cache
from dashboard.i18n import t
from dashboard.widgets import plain
from dashboard.widgets.opening import folded

MOST = 12


def represented(corpus: Corpus, pattern: Pattern) -> None:
    """Draw both as tables, folded."""
    with folded(t("corpus.over"), t("corpus.over.seen"), key="corpus-over") as is_open:
        if not is_open:
            return
        tokens, labels = cache.over_represented(corpus, pattern)
        sure = [row.name for row in tokens if row.is_found]
        st.markdown(
            t(
                "corpus.over.said",
                count=len(sure),
                names=", ".join(plain(name, most=20) for name in sure[:6]),
            )
            if sure
            else t("corpus.over.none")
        )
        left, right = st.columns(2)
        with left:
            _table(tokens, name="token")
        with right:
            _table([row for row in labels if row.name], name="label")


def _table(rows: Sequence[Over], *, name: str) -> None:
    if not rows:
        return
    st.dataframe(
        {
            t(f"corpus.over.{name}"): [row.name for row in rows[:MOST]],
            t("corpus.over.count"): [row.count for row in rows[:MOST]],
            t("corpus.over.expected"): [round(row.expected, 2) for row in rows[:MOST]],
            t("corpus.over.q"): [f"{row.q:.2g}" for row in rows[:MOST]],
        },
        hide_index=True,
        key=f"corpus-over-{name}",
    )
