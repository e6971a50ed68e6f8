"""Who translates what, and what it is made to write: the choices of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st

from core.generate import MOST_BEAMS
from core.model import Model
from dashboard import state
from dashboard.fields import Choice, Text, Whole
from dashboard.i18n import language, t
from dashboard.views.translate.models import labels_of, model_of, task_of, translators
from dashboard.widgets.opening import box

PAGES = ("translate",)
TRANSLATOR = state.declare(
    Choice(name="translator", default="dates-attention", options=translators, pages=PAGES)
)
SOURCE = state.declare(Text(name="tr_source", default=None, limit=2_000, pages=PAGES))
FORCED = state.declare(Text(name="tr_forced", default=None, limit=2_000, pages=PAGES))
TEACHER = state.declare(Text(name="tr_teacher", default=None, limit=2_000, pages=PAGES))
BEAMS = state.declare(Whole(name="tr_beams", default=3, low=1, high=MOST_BEAMS, pages=PAGES))
STEP = state.declare(
    Whole(name="tr_step", default=0, low=0, high=state.MOST_STEPS, pages=PAGES, always=True)
)
"""Of the target, counting what was written from 0."""


def model() -> Model:
    """Return the chosen model. Raises CoreError where it cannot be opened."""
    return model_of(chosen())


def chosen() -> str:
    """Return the id of the chosen model, the first there is where that is gone."""
    known = TRANSLATOR.known()
    identifier = state.get(TRANSLATOR)
    return identifier if identifier in known else known[0]


def source() -> str:
    """Return the reader's text, or a sample that the model knows."""
    text = state.get(SOURCE)
    return samples()[0] if text is None else text


def samples() -> tuple[str, ...]:
    """Return texts of the model's card, in the reader's language where there are."""
    known = model().card.get("samples")
    if not isinstance(known, Mapping):  # the card of a file may hold anything
        return (t("translate.sample"),)
    told = known.get(language()) or known.get("en") or ()
    return tuple(str(text) for text in told) or (t("translate.sample"),)


def forced() -> dict[int, str]:
    """Return the tokens that have to be written, by their step; what a link got wrong is none."""
    try:
        found = json.loads(state.get(FORCED) or "{}")
        return {int(at): str(token) for at, token in found.items()}
    except (ValueError, AttributeError):
        return {}


def force(at: int, token: str) -> None:
    """Have a token written at a step; what was forced after it belonged to another answer."""
    kept: Mapping[int, str] = {step: each for step, each in forced().items() if step < at}
    state.put(FORCED, json.dumps({**kept, at: token}, ensure_ascii=False))
    state.put(STEP, at)


def pick() -> None:
    """Draw the source and who translates, and the rest behind a button."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="translate-controls"):
        st.text_input(
            t("translate.source"),
            help=t("translate.source.help"),
            width=420,
            **state.bind(SOURCE, showing=source(), then=_free),
        )
        known = TRANSLATOR.known()
        st.selectbox(
            t("translate.model"),
            known,
            format_func=labels_of(known).__getitem__,
            width=300,
            help=t("translate.model.help"),
            **state.bind(TRANSLATOR, showing=chosen(), then=_another),
        )
        with box(t("translate.more"), key="translate-more"):
            _pick_more()
        if forced():
            st.button(t("translate.free"), icon=":material/undo:", on_click=_free)


def _pick_more() -> None:
    shown = samples()
    if len(shown) > 1:
        st.caption(t("translate.samples"))
        for at, text in enumerate(shown):
            st.button(text, key=f"sample-{at}", on_click=_take, args=(text,), width="stretch")
    st.number_input(
        t("translate.beams"), BEAMS.low, BEAMS.high, help=t("translate.beams.help"),
        **state.bind(BEAMS),
    )  # fmt: skip
    st.text_input(
        t("translate.teacher"),
        help=t("translate.teacher.help"),
        **state.bind(TEACHER, showing=state.get(TEACHER) or ""),
    )


def _take(text: str) -> None:
    state.put(SOURCE, text)
    _free()


def _free() -> None:
    state.reset(FORCED, STEP, TEACHER)


def _another() -> None:
    """Another task has other texts; the same task with another attention keeps the reader's."""
    before, now = state.recall("translator task", task_of(TRANSLATOR.default)), task()
    if before != now:
        state.reset(SOURCE)
    state.remember("translator task", now)
    _free()


def task() -> str:
    """Return what the chosen model was trained on."""
    return task_of(chosen())
