"""Accuracy by the length of the source: what the last state loses, and looking back does not."""

from __future__ import annotations

import streamlit as st

from core.analysis.lengths import Group, by_length
from dashboard import cache, figures, widgets
from dashboard.i18n import t
from dashboard.views.translate.models import labels_of, siblings
from dashboard.views.translate.settings import chosen
from dashboard.widgets.caption import named
from dashboard.widgets.opening import folded
from dashboard.widgets.problem import plain


def lengths() -> None:
    """Draw the accuracy of the models of one task, as it was measured on its test set."""
    known = siblings(chosen())
    called = labels_of(known)
    groups = {called[each]: found for each in known if (found := _groups(each))}
    if not groups:
        return
    with folded(t("translate.lengths"), t("translate.lengths.see"), key="lengths") as wanted:
        if not wanted:
            return
        st.markdown(_sentence(groups))
        picture = figures.lengths(groups, **widgets.look())
        widgets.show(picture, name="lengths", about=named(groups))


def _groups(identifier: str) -> tuple[Group, ...]:
    """What the card of a model says of its test set, by length; () where it says nothing."""
    rows = cache.bundled(identifier).card.get("by_length")
    if not isinstance(rows, list) or not rows:
        return ()
    counts = [
        Group(row["length"], row["length"], round(row["whole"] * row["examples"]), row["examples"])
        for row in rows
    ]
    return by_length(counts)


def _sentence(groups: dict[str, tuple[Group, ...]]) -> str:
    """Say who answers the longest sources best and worst, and what both do with the shortest."""
    order = sorted(groups, key=lambda name: groups[name][-1].share)
    worst, best = order[0], order[-1]
    longest = groups[best][-1]
    return t(
        "translate.said.lengths",
        length="–".join(dict.fromkeys(map(str, (longest.shortest, longest.longest)))),
        best=plain(best),
        worst=plain(worst),
        high=f"{longest.share:.0%}",
        low=f"{groups[worst][-1].share:.0%}",
        start=f"{groups[best][0].share:.0%}",
        begin=f"{groups[worst][0].share:.0%}",
    )
