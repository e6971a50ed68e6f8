"""Which run is watched, and what of the page is seen."""

from __future__ import annotations

import streamlit as st

from dashboard import cache, state
from dashboard.fields import Choice, Flag

PAGES = ("train",)
NEWEST = ""
VIEW = state.declare(
    Choice(name="t_view", default="watch", options=("watch", "presets", "own"), pages=PAGES)
)
WATCHED = state.declare(
    Choice(
        name="run",
        default=NEWEST,
        options=lambda: (NEWEST, *(run.id for run in cache.store().runs_and_examples())),
        pages=PAGES,
    )
)
HELD = state.declare(Flag(name="held", default=False, url=None, pages=PAGES))
"""Whether the page stands still: a chart that is drawn anew forgets what was pointed at."""


def watch(identifier: str | None) -> None:
    """Go and watch a run that was started just now; without one, stay."""
    if identifier is not None:
        state.put(WATCHED, identifier)
        state.put(VIEW, "watch")
        state.reset(HELD)
        st.rerun()
