"""Which epoch of a run one looks at: back, play, on, and a slider from the first to the last.

The epoch is a choice that all pages share (`state.EPOCH`); the play is not: it belongs to one run
on one page. Playing is a fragment that runs itself again, as with the stepper, and only one of the
two plays at a time. Keys: U back, I play and pause, O on, above J, K, L of the stepper.
Not chosen: the player of the first page, whose place is forgotten when it ends.
"""

from __future__ import annotations

import time

import streamlit as st

from core.training.run_folder import Run
from dashboard import state
from dashboard.i18n import t
from dashboard.origins.run import epoch_of
from dashboard.widgets import stepper

PAUSE = 0.9
"""Seconds that each epoch is shown."""
FEWEST = 2
"""Epochs whose models are there, from which on there is something to play."""
_PLAYING, _SINCE = "epochs playing", "epochs playing since"


def playable(run: Run) -> bool:
    """Whether there is something to play."""
    return len(run.model_epochs) >= FEWEST


def clock(run: Run) -> float | None:
    """Return how often the fragment has to run itself, in seconds; None: never."""
    return PAUSE if _playing(run) else None


def tick(run: Run, *, ticking: bool) -> None:
    """Move on if it is time; call it first in the fragment, which runs with `clock`."""
    if not playable(run):  # deleted in another window since: the page around says so
        st.rerun()
    if stepper.clock() is not None:
        pause()
    if ticking != _playing(run):
        st.rerun()
    now = time.monotonic()
    # A little early is on time: the browser's clock and ours are not one.
    if not ticking or now - state.recall(_SINCE, 0.0) < 0.8 * PAUSE:
        return
    later = [epoch for epoch in run.model_epochs if epoch > (epoch_of(run) or 0)]
    if not later:
        pause()
        st.rerun()
    state.put(state.EPOCH, later[0])
    state.remember(_SINCE, now)


def pause() -> None:
    """Stop the play, if it is running."""
    state.remember(_PLAYING, None)


def show(epoch: int) -> None:
    """Look at an epoch that was picked by hand."""
    pause()
    state.put(state.EPOCH, epoch)


def show_nearest(run: Run, epoch: float) -> None:
    """Look at the epoch nearest to one, among those whose model is there."""
    show(min(run.model_epochs, key=lambda each: abs(each - epoch)))


def scrubber(run: Run) -> int:
    """Draw the controls and return the epoch that is shown."""
    epochs, shown = run.model_epochs, epoch_of(run)
    assert shown is not None  # `playable` said so
    playing, at = _playing(run), epochs.index(shown)
    play = t("film.pause") if playing else t("film.play")
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="epochs")
    buttons = row.container(horizontal=True, gap=None, width="content", key="epochs-buttons")
    buttons.button(
        t("film.back"), icon=":material/fast_rewind:", shortcut="U", key="epoch-back",
        help=t("film.back"),
        on_click=_walk, args=(run, -1), disabled=at == 0,
    )  # fmt: skip
    buttons.button(
        play, shortcut="I", help=play, key="epoch-play",
        icon=":material/pause:" if playing else ":material/movie:",
        on_click=_toggle, args=(run,),
    )  # fmt: skip
    buttons.button(
        t("film.on"), icon=":material/fast_forward:", shortcut="O", key="epoch-on",
        help=t("film.on"),
        on_click=_walk, args=(run, 1), disabled=at == len(epochs) - 1,
    )  # fmt: skip
    with row:
        pick_epoch(run)
    return shown


def pick_epoch(run: Run) -> None:
    """Draw the slider alone."""
    shown = epoch_of(run)
    named = {epoch: name(epoch, final=run.final_epoch) for epoch in run.model_epochs}
    bound = state.bind(state.EPOCH, showing=shown, then=pause)
    if _playing(run):  # it only shows: a tick may overtake the browser, see `stepper`
        bound = {"key": bound["key"], "disabled": True}
    st.select_slider(
        t("film.epoch"),
        run.model_epochs,
        format_func=named.__getitem__,
        label_visibility="collapsed",
        **bound,
    )


def name(epoch: int, *, final: int | None) -> str:
    """Return what an epoch is called: before training, its number, and whether it is the run's."""
    if epoch == 0:
        return t("film.before")
    return t("film.after.final" if epoch == final else "film.after", epoch=epoch)


def _playing(run: Run) -> bool:
    return bool(state.recall(_PLAYING) == (run.id, state.recall("page")))


def _walk(run: Run, by: int) -> None:
    epochs = run.model_epochs
    at = epochs.index(epoch_of(run) or epochs[0]) + by
    show(epochs[max(0, min(at, len(epochs) - 1))])


def _toggle(run: Run) -> None:
    if _playing(run):
        pause()
        return
    stepper.pause()
    if epoch_of(run) == run.model_epochs[-1]:
        state.put(state.EPOCH, run.model_epochs[0])
    state.remember(_PLAYING, (run.id, state.recall("page")))
    state.remember(_SINCE, time.monotonic())
