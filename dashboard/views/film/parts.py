"""The parts of the film: the gates of one epoch, the gradient of all, paths, and their likeness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.cka import ALIKE, FEWEST, Estimate, settled
from core.analysis.looks import Inside
from core.analysis.questions import answers_numbers
from core.analysis.series import spread
from core.model import Model
from core.nodes import LayerTrace
from core.training import filming
from core.training.filming import Frame, Script
from core.training.run_folder import Run
from dashboard import cache, figures, i18n, state
from dashboard.components.heatmaps import Column, Panel, Picked, heatmaps, pack, themed
from dashboard.fields import Choice
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels, t
from dashboard.widgets.answers import classes_named
from dashboard.widgets.caption import About, about, about_cells
from dashboard.widgets.chart import look, show
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.colouring import colouring, options
from dashboard.widgets.panels import panels
from dashboard.widgets.reading import Reading
from dashboard.widgets.text import Passage

KEY = "film-picture"
MOST_STEPS = 400
"""Steps of the gradient that are drawn: of more, so many evenly spread."""
ESTIMATE = state.declare(
    Choice(name="cka", default="plain", options=("plain", "debiased"), pages=("film",))
)


@dataclass(frozen=True, eq=False)
class Film:
    """A run's film of one text: which epochs, which layer, and what is drawn of all of them.

    `model` is that of any epoch, to ask what all of them have in common.
    """

    run: Run
    model: Model
    passage: Passage
    script: Script
    layer: int
    epochs: tuple[int, ...]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens as they are drawn."""
        return self.passage.tokens

    @cached_property
    def frames(self) -> list[Frame]:
        """What is drawn of each epoch. Raises CoreError."""
        return cache.frames(self.run, self.script, layer=self.layer, epochs=self.epochs)

    @property
    def reach(self) -> dict[str, float]:
        """The largest absolute value of each state over all epochs."""
        first = self.frames[0].reach
        return {name: max(frame.reach[name] for frame in self.frames) for name in first}

    @property
    def about(self) -> About:
        """What its pictures are about, of the epoch that is looked at."""
        return about_cells([self.model.layers[self.layer].cell], text=self.passage.text)

    def nearest(self, epoch: int) -> int:
        """The epoch of the film that is nearest to one; of a long run not all are in it."""
        return min(self.epochs, key=lambda each: abs(each - epoch))

    def reading(self, model: Model, *, epoch: int) -> Reading:
        """One epoch's model and what it did with the text. Raises BrokenRun."""
        return Reading(model, self.passage, cache.filmed(self.run, self.script, epoch=epoch)[1])


def panels_of(film: Film, run: LayerTrace) -> list[Panel]:
    """Return gates and states of one epoch, on scales that hold those of all epochs."""
    reach = film.reach
    return [
        # What an activation bounds has its scale from that; only a memory grows.
        replace(each, low=-reach[each.key], high=reach[each.key])
        if reach.get(each.key) and each.high != 1
        else each
        for each in panels(run, mode=state.mode())
    ]


def picture(film: Film, reading: Reading, *, more: Callable[[], None]) -> None:
    """Draw gates and states of one epoch, on scales that hold those of all epochs.

    `more` draws what else its menu offers.
    """
    run, mode, layer = reading.trace.layers[film.layer], state.mode(), film.layer
    step = state.fit(state.STEP, high=reading.trace.time - 1)
    unit = state.fit(state.UNIT, high=run.units - 1)
    strip = options(reading, run)[0]
    whole = about(reading)  # the canvas knows the step

    def make() -> bytes:
        column = Column(
            key="text",
            title="",
            tokens=reading.tokens,
            panels=panels_of(film, run),
            strip=colouring(reading, run, strip, layer=layer, unit=unit).strip(mode),
            unknown=~reading.passage.encoded.known,
            masked=() if run.mask is None else ~run.mask[0],
        )
        return pack(
            [column],
            key=KEY,
            palette=themed(mode),
            words=labels("heatmaps"),
            file_name=whole.stem("film"),
            caption=whole.line("film"),
        )

    inputs = cache.digest(reading.trace.inputs)
    named = (
        *(reading.model.digest, inputs, reading.tokens, layer, strip, sorted(film.reach.items())),
        classes_named(reading.model),
    )
    twin = figures.gates(reading.trace, layer=layer, tokens=reading.tokens, **look())
    seen = about(reading, step=step)
    with menu(
        twin, name="film", key=KEY, about=seen, arrays=reading.trace, shown="canvas", more=more
    ):
        heatmaps(
            cache.picture("film", *named, mode, i18n.language(), whole, make=make),
            key=KEY,
            step=step,
            unit=unit,
            on_pick=_take,
        )


def gradient(film: Film, *, epoch: int) -> None:
    """Draw how much gradient reached each step, epoch by epoch; a sentence where none is asked."""
    values = [frame.gradient for frame in film.frames if frame.gradient is not None]
    if len(values) < len(film.frames):
        st.info(t("film.gradient.none"), icon=":material/info:")
        return
    if answers_numbers(film.model):
        st.caption(t("film.gradient.numbers"))
    time = len(film.tokens)
    kept = spread(time, most=MOST_STEPS)
    if len(kept) < time:
        st.caption(t("film.gradient.thinned", shown=len(kept), steps=time))
    inside = Inside(
        layer=str(film.layer + FIRST),
        cell=film.run.config.network.cell,
        places=np.asarray(film.epochs, dtype=np.float64),
        steps=(kept + FIRST).astype(np.float64),
        gradient=np.stack(values)[:, kept].astype(np.float64),
        saturation={},
    )
    reach = figures.reach(inside, tokens=film.tokens, cursor=epoch, **look())
    show(reach, name="film-gradient", about=film.about)


def paths(film: Film, *, epoch: int) -> None:
    """Draw the way of the hidden state along the text."""
    found = cache.paths(film.run, film.script, layer=film.layer, epochs=film.epochs)
    picture = figures.trajectories(
        found, epochs=film.epochs, epoch=film.nearest(epoch), tokens=film.tokens, **look()
    )
    show(picture, name="trajectories", about=film.about)


def likeness(film: Film, scripts: Sequence[Script]) -> None:
    """Draw how alike the states of every two epochs are, and say when they had settled."""
    count = sum(len(script.inputs) for script in scripts)
    estimate: Estimate = "debiased" if state.get(ESTIMATE) == "debiased" else "plain"
    if count < FEWEST[estimate]:
        st.info(t("film.cka.short", count=count), icon=":material/info:")
        return
    with st.spinner(t("film.busy")):
        found = cache.alignment(
            film.run, scripts, layer=film.layer, epochs=film.epochs, estimate=estimate
        )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(_settled(found, film.epochs))
        compared = min(count, filming.MOST_EXAMPLES)
        st.caption(t("film.cka.of", texts=len(scripts), tokens=compared))
        if compared < count:
            st.caption(t("film.cka.thinned", tokens=count))
        st.segmented_control(
            t("film.cka.estimate"),
            ESTIMATE.known(),
            format_func=labels("film", "cka.estimate.of").__getitem__,
            required=True,
            help=t("film.cka.estimate.help"),
            **state.bind(ESTIMATE),
        )
    with right:
        show(figures.cka(found, epochs=film.epochs, **look()), name="cka", about=film.about)


def _settled(found: NDArray[np.float64], epochs: Sequence[int]) -> str:
    first = settled(found)
    if first is None:
        return t("film.cka.moving", least=ALIKE)
    if epochs[first] == 0:
        return t("film.cka.never", least=ALIKE)
    return t("film.cka.settled", epoch=epochs[first], least=ALIKE)


def _take(picked: Picked) -> None:
    state.put(state.STEP, picked.step)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)
