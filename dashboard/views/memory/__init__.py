"""Who wrote what stands in a memory: a unit's state at one step, token by token.

What depends on the step is one fragment, as on Gates, whose choices these are too.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import cells
from core.analysis.expressions import show_number, symbols
from core.analysis.ledger import Ledger, ledger
from core.analysis.order import first_look
from core.cells.leaves import Gate
from core.nodes import LayerTrace
from dashboard import figures, state, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.widgets import Reading, plain
from dashboard.widgets.caption import about
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.stepper import clock, stepper, tick

PAGE = Page(key="memory", section="why", icon=":material/history_edu:", order=20)


def render() -> None:
    """Draw the pickers, one sentence about the chosen unit and step, the picture and its check."""
    with st.container():
        reading = widgets.reading()
    _begin(reading)
    every = clock()
    widgets.fragment(_explore, run_every=every)(reading, ticking=every is not None)


def _begin(reading: Reading) -> None:
    """Begin at the step read last, where every token has a share, and at the liveliest unit."""
    run = reading.trace.layers[state.fit(state.LAYER, high=len(reading.trace.layers) - 1)]
    if not state.chosen(state.STEP):
        state.put(state.STEP, reading.trace.time - 1 if run.direction == "forward" else 0)
    if not state.chosen(state.UNIT):
        state.put(state.UNIT, first_look(run)[1])


def _explore(reading: Reading, *, ticking: bool) -> None:
    tick(ticking=ticking, last=reading.trace.time - 1)
    layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
    run = reading.trace.layers[layer]
    unit = state.fit(state.UNIT, high=run.units - 1)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="memory-controls"):
            step = stepper(reading.tokens)
            pick_layer(reading.model)
            st.number_input(
                t("gates.unit"), 0, run.units - 1, width=130, label_visibility="collapsed",
                help=t("memory.unit.help"), **state.bind(state.UNIT),
            )  # fmt: skip
        with widgets.guard():
            _answer(reading, layer=layer, step=step, unit=unit)


def _answer(reading: Reading, *, layer: int, step: int, unit: int) -> None:
    run, tokens = reading.trace.layers[layer], reading.tokens
    book = ledger(run, step)
    said = _sentence(run, book, unit=unit, tokens=tokens)
    st.container(key="memory-said").markdown(said)
    picture = figures.ledger(
        reading.trace, layer=layer, step=step, unit=unit, tokens=tokens, **widgets.look()
    )
    seen = about(reading, step=step)
    widgets.show(picture, name="memory", about=seen, arrays=reading.trace, said=said)
    st.markdown(t("memory.lead"))
    cost = t("memory.cost", steps=reading.trace.time)
    st.caption(f"{_half_life(book, unit)} {_check(book, unit)} {cost}")


def _sentence(run: LayerTrace, book: Ledger, *, unit: int, tokens: tuple[str, ...]) -> str:
    """Say how much is left of what the token wrote that has the largest share."""
    facts = {
        "unit": unit,
        "until": plain(tokens[book.step], most=24),
        "step": book.step + FIRST,
        "memory": t(f"quantity.{book.memory}").lower(),
        "total": show_number(float(book.total[unit]), 3),
    }
    writers = book.largest(unit, most=2)
    earlier = [step for step in writers if step != book.step]
    if not earlier:
        return t("memory.fresh", **facts) if writers else t("memory.empty", **facts)
    wrote = earlier[0]
    return t(
        "memory.kept",
        **facts,
        gate=_gate(run),
        token=plain(tokens[wrote], most=24),
        written_at=wrote + FIRST,
        kept=show_number(100 * float(np.exp(book.log_kept[wrote, unit])), 3),
        share=show_number(float(book.shares[wrote, unit]), 3),
    )


def _gate(run: LayerTrace) -> str:
    """What keeps the memory: the gate by its name, else by its formula, 1 − i."""
    keeps = cells.get(run.cell).keeps()
    assert keeps is not None, "a ledger has been made of it"
    if isinstance(keeps, Gate):
        return t(f"quantity.{keeps.name}").lower()
    return t("memory.gate", form="".join(piece.text for piece in symbols(keeps)))


def _half_life(book: Ledger, unit: int) -> str:
    steps = float(book.half_life[unit])
    if np.isnan(steps):
        return t("memory.life.none")
    if np.isinf(steps):
        return t("memory.life.endless", unit=unit)
    return t("memory.life", unit=unit, steps=show_number(steps, 3))


def _check(book: Ledger, unit: int) -> str:
    return t(
        "memory.check",
        total=show_number(float(book.total[unit]), 6),
        state=show_number(float(book.state[unit]), 6),
        units=len(book.state),
        difference=show_number(book.difference, 2),
    )
