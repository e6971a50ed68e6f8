"""How far does a gradient find its way back? Knobs on one side, the answer on the other."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

import streamlit as st

from core.analysis.questions import answers_numbers
from dashboard import cache, figures, state, widgets
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.views import Page
from dashboard.views.gradients import knobs
from dashboard.views.gradients.backward import clipping, forget_gates, jacobians, units
from dashboard.views.gradients.chain import Chain, about_chains, chain, class_names, weights
from dashboard.views.gradients.lives import asked, lives, notice, why
from dashboard.widgets.film import film
from dashboard.widgets.model import shown_cells
from dashboard.widgets.opening import opening, reader
from dashboard.widgets.text import readable, say_unknown

PAGE = Page(key="gradients", section="why", icon=":material/trending_down:", order=30)

HEIGHT = 380  # pixels: with the cards above it, it ends where a small screen does
LONG = 100_000  # steps × units from which on the page says that it works


def render() -> None:
    """Draw the knobs, the half-life of each cell, the norms, and what lies behind them."""
    knobs.follow_task()
    with opening(reader(_shown(), task=state.get(knobs.WEIGHTS))):
        knobs.pick_weights()
        knobs.pick_cells()
    film(state.get(knobs.WEIGHTS))
    text = _readable()
    with st.container(key="gradients"):
        left, right = st.columns([1, 2.8], gap="medium")
        with left:
            _knobs(text)
        with right:
            found = _chains(text)
            _norms(found)
            _unknown(text)
    _behind(found)


def _readable() -> str:
    """Return a text that can be read: this one, else the last that could be, with a sentence."""
    encoded, error = readable(lambda text: (text, cache.encoded(text, weights(_shown()[0], text))))
    if error is not None:
        widgets.problem(error)
    return encoded[0]


def _unknown(text: str) -> None:
    if state.get(knobs.SOURCE) != "text":
        return
    whole, length = cache.encoded(text, weights(_shown()[0], text)), state.get(state.LENGTH)
    if len(whole) != length:
        cut = "first" if len(whole) > length else "repeated"
        st.caption(t(f"gradients.read.{cut}", steps=length, total=len(whole), count=len(whole)))
    say_unknown(whole.part(0, length))


def _shown() -> tuple[str, ...]:
    return shown_cells(origin(state.get(knobs.WEIGHTS)).cells)


def _knobs(text: str) -> None:
    knobs.pick_reading()
    if state.get(knobs.WEIGHTS) == state.UNTRAINED:
        knobs.pick_weights_drawn()
    model = weights(_shown()[0], text)
    knobs.pick_loss(class_names(model), numbers=answers_numbers(model))
    knobs.pick_limits()


def _chains(text: str) -> dict[str, Chain]:
    shown = _shown()
    place = st.container(key="lives")
    length = state.get(state.LENGTH)
    long = length * state.get(state.UNITS) > LONG
    with place.empty(), st.spinner(t("gradients.busy", length=length)) if long else nullcontext():
        found = {cell: chain(cell, text) for cell in shown}
    with place:
        lives(found)
    return found


def _norms(found: Mapping[str, Chain]) -> None:
    norms = {t(f"quantity.{cell}"): each.norms for cell, each in found.items()}
    first = next(iter(found.values()))
    picture = figures.gradients(norms, tokens=first.tokens, **widgets.look())
    picture.draw.update_layout(height=HEIGHT)
    said, about = notice(found), about_chains(found)
    widgets.show(picture, name="gradients", about=about, arrays=_everything(found), said=said)
    read = f"{t('gradients.norms.help')}\n\n{t('gradients.card.help')}"
    st.markdown(said, help=read)
    st.caption(" ".join(filter(None, (asked(found), why(found)))))


def _behind(found: Mapping[str, Chain]) -> None:
    """Draw what lies behind the lines, one tab at a time: only what is open is computed."""
    parts = {
        "units": units,
        "jacobian": jacobians,
        "forgetting": forget_gates,
        "clipping": clipping,
    }
    tabs = st.tabs(
        [t(f"gradients.{name}.title") for name in parts], key="gradients-behind", on_change="rerun"
    )
    for tab, draw in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab, widgets.guard():
                draw(found, _everything(found))


def _everything(found: Mapping[str, Chain]) -> widgets.Together:
    return widgets.Together(
        {cell: each.trace for cell, each in found.items()},
        {cell: each.gradients for cell, each in found.items()},
    )
