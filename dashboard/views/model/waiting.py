"""Waiting for what another process makes, without holding the page."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import streamlit as st

EVERY = 0.5
"""Seconds between looks."""


def wait(future: Future[Any], *, said: str) -> bool:
    """Return whether it is there; until then draw what is being done, and look again."""
    if future.done():
        return True
    st.fragment(_look, run_every=EVERY)(future, said)
    return False


def _look(future: Future[Any], said: str) -> None:
    st.badge(said, icon=":material/hourglass_empty:", color="gray")
    if future.done():
        st.rerun()
