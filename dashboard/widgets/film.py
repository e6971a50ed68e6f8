"""The film of a run on a page that shows one model: its epochs, its probes, its losses.

The strip is a fragment. Whatever moves the epoch in it, the page around is drawn anew with the
model of that epoch; a probe text is one press away. Where no run is chosen, nothing is drawn.
"""

from __future__ import annotations

import streamlit as st

from core.analysis.history import History
from core.training.run_folder import Run
from dashboard import cache, figures, state
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.origins.run import OfRun, epoch_of, probes_of
from dashboard.widgets.caption import about_runs
from dashboard.widgets.chart import look, show
from dashboard.widgets.epochs import clock, playable, scrubber, show_nearest, tick
from dashboard.widgets.opening import box
from dashboard.widgets.problem import fragment, plain
from dashboard.widgets.text import current_text
from dashboard.widgets.upload import take


def film(task: str | None = None) -> None:
    """Draw the strip where the chosen model, or that of a value of `state.TASK`, is a run's."""
    found = origin(task)
    if not isinstance(found, OfRun) or not playable(found.run):
        return
    every = clock(found.run)
    fragment(_strip, run_every=every)(found.run, drawn=_shown(found.run), ticking=every is not None)


def _shown(run: Run) -> tuple[int | None, str | None]:
    return epoch_of(run), state.get(state.TEXT)


def _strip(run: Run, *, drawn: tuple[int | None, str | None], ticking: bool) -> None:
    tick(run, ticking=ticking)
    if _shown(run) != drawn:
        st.rerun()  # the page around shows the model of that epoch, and that text
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="film"):
        epoch = scrubber(run)
        with box(t("film.heading"), icon=":material/movie:", told=t("film.help"), key="film-box"):
            probes(run)
            losses(run, epoch=epoch)


def probes(run: Run) -> None:
    """Draw the texts that were recorded after every epoch, one press each."""
    texts = dict.fromkeys(probes_of(run).values())
    if not texts:
        return
    with st.container(horizontal=True, gap="small", key="probes"):
        for at, text in enumerate(texts):
            shown = current_text() == text
            st.button(
                plain(text, most=60),
                key=f"probe-{at}",
                on_click=take,
                args=(text,),
                type="tertiary",
                icon=":material/check:" if shown else ":material/arrow_forward:",
            )


def losses(run: Run, *, epoch: int) -> None:
    """Draw the loss of each epoch with the cursor; a point that is picked moves it."""
    history = History.of(None, cache.epochs(run), cell=run.config.network.cell)

    def pick(at: int) -> None:
        show_nearest(run, float(history.ends[at]))

    picture = figures.epoch_losses(history, final=run.final_epoch, cursor=epoch, **look())
    show(picture, name="epoch-losses", about=about_runs([run]), on_pick=pick)
