"""Where the gradient of each loss went: back to which token, and by which ways.

The step one looks at is the one at which the text is taken to end. What depends on it is one
fragment, as on Memory; the triangle itself is computed once for a text.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import cells
from core.analysis import questions
from core.analysis.expressions import show_number
from core.analysis.one_run import serves_all_losses
from core.analysis.series import spread
from core.analysis.triangle import REACHED, Triangle, difference_from_one
from core.cells.ways_back import ABOVE, KEPT
from core.losses import default_loss
from dashboard import cache, figures, state, widgets
from dashboard.fields import Choice
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.widgets import Reading, plain
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import about
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.stepper import clock, stepper, tick

PAGE = Page(key="paths", section="why", icon=":material/alt_route:", order=40)

OWN = "own"
ASKED = state.declare(
    Choice(name="asked", default=OWN, options=(OWN, *map(str, range(32))), pages=("paths",))
)
MOST_CELLS = 125_000
"""Losses × steps that are drawn; of a longer text, losses at evenly spread steps."""
MOST_APART = 64
"""Losses of a model whose beginnings have to be read one by one."""


def render() -> None:
    """Draw the pickers, the picture, one sentence about the chosen loss, and its checks."""
    with st.container():
        reading = widgets.reading()
    if not state.chosen(state.STEP):
        state.put(state.STEP, reading.trace.time - 1)
    every = clock()
    widgets.fragment(_explore, run_every=every)(reading, ticking=every is not None)


def _explore(reading: Reading, *, ticking: bool) -> None:
    tick(ticking=ticking, last=reading.trace.time - 1)
    layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="paths-controls"):
            step = stepper(reading.tokens)
            pick_layer(reading.model)
            _pick_asked(reading)
        with widgets.guard():
            _answer(reading, layer=layer, step=step)


def _classes(reading: Reading) -> tuple[str, ...]:
    """The names of the classes that a loss can ask for; () where it asks for tokens or numbers."""
    model = reading.model
    if questions.predicts_tokens(model) or questions.answers_numbers(model):
        return ()
    return classes_of(model) or tuple(map(str, range(questions.classes(model))))


def _chosen(reading: Reading) -> str:
    """What the loss asks for: OWN, or the number of a class as text."""
    asked = state.get(ASKED)
    return asked if asked != OWN and int(asked) < len(_classes(reading)) else OWN


def _pick_asked(reading: Reading) -> None:
    names = _classes(reading)
    if not names:
        return
    said = {OWN: t("paths.asked.own")}
    said |= {str(at): t("paths.asked.class", name=name) for at, name in enumerate(names[:32])}
    st.selectbox(
        t("paths.asked"), tuple(said), format_func=said.__getitem__, width=230,
        label_visibility="collapsed", help=t("paths.asked.help"),
        **state.bind(ASKED, showing=_chosen(reading)),
    )  # fmt: skip


def _answer(reading: Reading, *, layer: int, step: int) -> None:
    model, trace, asked = reading.model, reading.trace, _chosen(reading)
    wanted = questions.targets(model, trace, answer=None if asked == OWN else int(asked))
    most = max(2, MOST_CELLS // trace.time)
    if not serves_all_losses(model, trace):
        most = min(most, MOST_APART)
    ends = spread(trace.time, most=most)
    loss = default_loss(model.activation)
    with st.spinner(t("paths.busy")):
        found = cache.triangle(model, trace, wanted, layer=layer, ends=ends, loss=loss)
    row = found.row_of(step)
    picture = figures.triangle(found, row=row, tokens=reading.tokens, **widgets.look())
    seen = about(reading, step=int(found.ends[row]))
    said = _sentence(reading, found, row=row)
    widgets.show(picture, name="triangle", about=seen, arrays=trace, said=said)
    st.container(key="paths-said").markdown(said)
    st.markdown(t("paths.lead"))
    apart = difference_from_one(found, model, trace, wanted, row=row, layer=layer, loss=loss)
    told = [_check(found, apart=apart), _cost(found, steps=trace.time)]
    if not model.readout:
        told.append(t("paths.unread"))
    st.caption(" ".join(told))


def _sentence(reading: Reading, found: Triangle, *, row: int) -> str:
    """Say how far back the loss of one row reaches, and by which way most of it came."""
    tokens, end = reading.tokens, int(found.ends[row])
    facts = {"until": plain(tokens[end], most=24), "step": end + FIRST}
    largest = float(np.nanmax(found.norms[row], initial=0.0))
    if not np.isfinite(found.norms[row, : end + 1]).all():
        return t("paths.overflow", **facts)
    if not largest > 0:
        return t("paths.none", **facts)
    reach, ways = found.reach(row), found.ways(row)
    if reach == end or not ways:
        return t("paths.alone" if end else "paths.first", **facts)
    way, share = next(iter(ways.items()))
    return t(
        "paths.reach",
        **facts,
        token=plain(tokens[reach], most=24),
        reached=reach + FIRST,
        part=show_number(100 * float(found.norms[row, reach]) / largest, 2),
        limit=show_number(100 * REACHED, 2),
        way=_way(way, found.state),
        share=show_number(100 * share, 3),
    )


def _way(way: str, memory: str) -> str:
    if way == KEPT:
        return t("paths.way.kept", memory=t(f"quantity.{memory}").lower())
    if way == ABOVE:
        return t("paths.way.above")
    if way in cells.values():
        return t("paths.way.gate", gate=t(f"quantity.{way}").lower())
    return t("paths.way.gate", gate=way)


def _check(found: Triangle, *, apart: float) -> str:
    return t(
        "paths.check",
        difference=show_number(found.difference, 2),
        apart=show_number(apart, 2),
    )


def _cost(found: Triangle, *, steps: int) -> str:
    losses = len(found.ends)
    return t(f"paths.cost.{'all' if losses == steps else 'some'}", losses=losses, steps=steps)
