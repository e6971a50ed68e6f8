"""A text from another text: an encoder reads, a decoder writes, and perhaps looks back.

Above what was read and what was written, linked with the attention between them; beneath, the gates
of both halves. A press on an alternative has it written and the model go on from there. What the
beam, the teacher and the length of the source do is folded, each with a sentence.
"""

from __future__ import annotations

import streamlit as st

from core.analysis.alignment import Alignment, alignment
from core.analysis.surprise import bits_of
from core.generate import Translation
from core.text import visible
from dashboard import cache, figures, state, widgets
from dashboard.components.translating import Linked, translating
from dashboard.components.writing import Fork, Token
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.translate import settings
from dashboard.views.translate.beams import beams
from dashboard.views.translate.context import context
from dashboard.views.translate.insides import DECODER, ENCODER, insides
from dashboard.views.translate.lengths import lengths
from dashboard.views.translate.models import translators
from dashboard.views.translate.said import about, answered, first_look, looked, made
from dashboard.views.translate.teacher import teacher

PAGE = Page(key="translate", section="work", icon=":material/translate:", order=20)
ALTERNATIVES = 6
MATRIX = "attention"


def render() -> None:
    """Draw the source and its model, both texts with the attention, the gates, and the rest."""
    if not translators():
        st.info(t("translate.nothing"), icon=":material/info:")
        return
    settings.pick()
    model = settings.model()
    found = cache.translated(model, settings.source(), forced=settings.forced())
    looks = alignment(found.trace)
    if not state.chosen(settings.STEP):
        state.put(settings.STEP, first_look(found, looks))
    step = state.fit(settings.STEP, high=len(found.tokens) - 1)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _texts(found, looks, step)
        st.markdown(f"{answered(found)} {looked(found, looks, step=step)}")
        st.caption(made(model))
    with right:
        if looks is None:
            st.markdown(t("translate.no_attention"))
        else:
            _matrix(found, looks)
    insides(found, looks, step=step)
    if looks is not None:
        context(found, looks, step=step)
    beams(found)
    teacher(found)
    lengths()


def _texts(found: Translation, looks: Alignment | None, step: int) -> None:
    target = [
        Token(
            visible(token),
            bits_of(found.probabilities[at, found.ids[at]]),
            written=True,
            alternatives=found.alternatives(at, most=ALTERNATIVES),
        )
        for at, token in enumerate(found.tokens)
    ]
    translating(
        tuple(map(visible, found.source.tokens)),
        target,
        key="translating",
        looks=None if looks is None else looks.weights,
        step=step,
        forced=found.forced,
        linked=Linked(ENCODER, DECODER, f"chart-{MATRIX}"),
        on_step=lambda at: state.put(settings.STEP, at),
        on_fork=_forked,
    )


def _forked(place: Fork) -> None:
    settings.force(place.at, place.text)


def _matrix(found: Translation, looks: Alignment) -> None:
    picture = figures.attention(
        looks,
        source=tuple(map(visible, found.source.tokens)),
        target=tuple(map(visible, found.tokens)),
        **widgets.look(),
    )
    widgets.show(picture, name=MATRIX, about=about(found), arrays=found.trace)
