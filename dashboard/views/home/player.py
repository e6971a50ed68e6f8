"""Watching a text being read, token by token: a play that stops by itself.

Where it stands is no choice that lasts: nobody shares a half-read sentence, and the step that other
pages look at is not moved by it. It belongs to one text and one model, so whoever types or picks
another sees that one whole. Playing is a fragment that runs itself again; a fragment cannot change
its own clock, so starting and stopping run the page once.
Not chosen: Plotly's frames, which play in the browser but know neither the sentence beside the
picture nor the reader who types on meanwhile.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.i18n import t

PAUSE = 0.7
"""Seconds that each step is shown: a reader's pace, with time to see what changed."""

_KEPT = "player"


@dataclass(frozen=True)
class _Play:
    of: str
    step: int
    since: float
    running: bool = True


def clock(of: str) -> float | None:
    """Return how often the fragment has to run itself, in seconds; None: never.

    `of` names what is read: model and text.
    """
    play = _play(of)
    return PAUSE if play is not None and play.running else None


def step_of(of: str) -> int | None:
    """Return the step read last; None when nothing is being read, so that all of it is shown."""
    play = _play(of)
    return None if play is None else play.step


def tick(of: str, *, last: int, ticking: bool) -> int | None:
    """Move on if it is time and return the step read last; None: all of it has been read.

    Call it first in the fragment, which runs with `clock`.
    """
    play = _play(of)
    if ticking != (clock(of) is not None):
        st.rerun()
    if play is None:
        return None
    now = time.monotonic()
    # A little early is on time: the browser's clock and ours are not one.
    if not play.running or now - play.since < 0.8 * PAUSE:
        return min(play.step, last)
    if play.step >= last:
        state.remember(_KEPT, None)
        st.rerun()
    state.remember(_KEPT, _Play(of, play.step + 1, now))
    return play.step + 1


def play_button(of: str, *, last: int) -> None:
    """Draw the button that starts, halts and resumes the play. Key K, as on the other pages."""
    running = clock(of) is not None
    st.button(
        t("home.pause") if running else t("home.play"),
        icon=":material/pause:" if running else ":material/play_arrow:",
        shortcut="K",
        on_click=_toggle,
        args=(of,),
        disabled=last == 0,
        key="play",
    )


def _play(of: str) -> _Play | None:
    found: _Play | None = state.recall(_KEPT)
    return found if found is not None and found.of == of else None


def _toggle(of: str) -> None:
    play = _play(of)
    step = 0 if play is None else play.step
    running = play is None or not play.running
    state.remember(_KEPT, _Play(of, step, time.monotonic(), running))
