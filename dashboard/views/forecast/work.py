"""Work that takes a while, done a little at a time, so that it can be watched and stopped.

It belongs to one session and to what it was begun for; the page asks for a little more of it each
time it is drawn. Each piece is kept by the cache, so that nothing is done twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.errors import CoreError
from dashboard import state
from dashboard.i18n import t

TICK = 0.5
"""Seconds between two looks at it."""


@dataclass(eq=False)
class Work:
    """Pieces of work, and what came of those that are done: what was made, or why it was not."""

    key: object
    pieces: Sequence[Any]
    make: Callable[[Any], Any] = field(repr=False)
    made: list[tuple[Any, Any]] = field(default_factory=list)
    stopped: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.stopped or len(self.made) == len(self.pieces)

    def advance(self, *, seconds: float) -> None:
        """Go on for so long, and for a piece at least."""
        until = time.monotonic() + seconds
        while not self.done:
            piece = self.pieces[len(self.made)]
            try:
                self.made.append((piece, self.make(piece)))
            except CoreError as error:
                self.made.append((piece, error))
            if time.monotonic() > until:
                return

    def stop(self) -> None:
        """Let it be what it is."""
        self.stopped = True


def work_of(name: str, key: object) -> Work | None:
    """Return the session's work of that name, if it was begun for this key."""
    kept: Work | None = state.recall(f"work {name}")
    return kept if kept is not None and kept.key == key else None


def begin(name: str, work: Work) -> None:
    """Let this be the session's work of that name."""
    state.remember(f"work {name}", work)


def progress(work: Work, *, key: str) -> None:
    """Draw how far it is, with a button that stops it, and go on a little."""
    work.advance(seconds=TICK)
    if work.done:
        st.rerun()  # what follows stands outside of this fragment
    count, total = len(work.made), len(work.pieces)
    row = st.container(horizontal=True, vertical_alignment="center", key=f"{key}-busy")
    row.button(
        t("forecast.stop"), icon=":material/stop_circle:", on_click=work.stop, key=f"{key}-stop"
    )
    row.progress(count / total, text=t("forecast.busy", count=count, total=total))
