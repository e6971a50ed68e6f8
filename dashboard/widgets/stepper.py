"""Which step one looks at: back, play, on, and a slider that names the token.

Playing is a fragment that runs itself again (`run_every`), so the page around it stands still.
A fragment cannot change its own clock, so starting and stopping run the page once. Whoever picks
a step by hand stops the play. Keys: J back, K play and pause, L on, as in video players; letters,
because arrows already move sliders and the canvas's cursor.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.fields import Choice
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets.problem import plain

SPEEDS = {"slow": 1.2, "normal": 0.6, "fast": 0.25}
"""Seconds that each step is shown."""


SPEED = state.declare(
    Choice(name="speed", default="normal", options=tuple(SPEEDS), url=None, pages=("gates",))
)
_PLAYING, _SINCE = "playing", "playing since"


def clock() -> float | None:
    """Return how often the fragment with the stepper has to run itself, in seconds; None: never."""
    return _pause() if state.recall(_PLAYING) else None


def tick(*, ticking: bool, last: int) -> None:
    """Move on if it is time; call it first in the fragment, which runs with `clock`."""
    if ticking != bool(state.recall(_PLAYING)):
        st.rerun()
    now = time.monotonic()
    # A little early is on time: the browser's clock and ours are not one.
    if not ticking or now - state.recall(_SINCE, 0.0) < 0.8 * _pause():
        return
    step = state.get(state.STEP)
    if step >= last:
        pause()
        st.rerun()
    state.put(state.STEP, step + 1)
    state.remember(_SINCE, now)


def pause() -> None:
    """Stop the play, if it is running: for callbacks of whoever picks a step by hand."""
    state.remember(_PLAYING, False)  # noqa: FBT003


def go_to(step: int) -> None:
    """Look at a step that was picked by hand."""
    pause()
    state.put(state.STEP, step)


def stepper(tokens: Sequence[str]) -> int:
    """Draw the controls and return the step's index."""
    last = len(tokens) - 1
    step = state.fit(state.STEP, high=last)
    playing = bool(state.recall(_PLAYING))
    play = t("gates.step.pause") if playing else t("gates.step.play")
    # Labels are heard, the same words as help are seen under the pointer: see frame.css.
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="stepper")
    buttons = row.container(horizontal=True, gap=None, width="content", key="stepper-buttons")
    buttons.button(
        t("gates.step.back"), icon=":material/skip_previous:", shortcut="J",
        help=t("gates.step.back"),
        on_click=_walk, args=(-1, last), disabled=step == 0, key="step-back",
    )  # fmt: skip
    buttons.button(
        play, shortcut="K", help=play,
        icon=":material/pause:" if playing else ":material/play_arrow:",
        on_click=_toggle, args=(last,), disabled=last == 0, key="step-play",
    )  # fmt: skip
    buttons.button(
        t("gates.step.on"), icon=":material/skip_next:", shortcut="L", help=t("gates.step.on"),
        on_click=_walk, args=(1, last), disabled=step == last, key="step-on",
    )  # fmt: skip
    with row:
        if last == 0:
            st.markdown(f"**1** {plain(tokens[0], most=40)}")
        else:
            bound = state.bind(state.STEP, then=pause)
            if playing:
                # It only shows. A tick may overtake the browser and bring along where the slider
                # was before, which must not count as a choice.
                bound = {"key": bound["key"], "disabled": True}
            st.select_slider(
                t("gates.step"),
                range(last + 1),
                format_func=lambda at: f"{at + FIRST} · {tokens[at][:24]}",
                label_visibility="collapsed",
                **bound,
            )
    return step


def pick_speed() -> None:
    """Draw the picker of how fast the play is."""
    st.segmented_control(
        t("gates.speed"),
        tuple(SPEEDS),
        format_func=lambda name: t(f"gates.speed.{name}"),
        required=True,
        **state.bind(SPEED),
    )


def _pause() -> float:
    return SPEEDS[state.get(SPEED)]


def _walk(by: int, last: int) -> None:
    pause()
    state.put(state.STEP, max(0, min(state.get(state.STEP) + by, last)))


def _toggle(last: int) -> None:
    starts = not state.recall(_PLAYING)
    if starts and state.get(state.STEP) >= last:
        state.put(state.STEP, 0)
    state.remember(_PLAYING, starts)
    state.remember(_SINCE, time.monotonic())
