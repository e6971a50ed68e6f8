"""Names for a model's classes: a small form, one field a class, or a list of them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.analysis.questions import answers_numbers, classes, predicts_tokens
from core.model import Model
from dashboard import cache
from dashboard.i18n import t

MOST_FIELDS = 8
"""Classes up to which each has a field of its own; of more, the names are typed as lines."""
MOST_CHARACTERS = 60


def can_be_named(model: Model) -> bool:
    """Whether its answers are classes, which people may call as they like."""
    return bool(model.readout) and not predicts_tokens(model) and not answers_numbers(model)


def name_answers(model: Model, *, key: str, keep: Callable[[tuple[str, ...]], object]) -> None:
    """Draw the form in a popover; `keep` takes the names, or () for none, and the page runs anew.

    Draws nothing for a model whose answers are no classes.
    """
    if not can_be_named(model):
        return
    count = classes(model)
    known = tuple(model.card.get("answers", ()))
    with st.popover(t("reading.names"), icon=":material/label:", key=f"names-{key}"):
        st.caption(t("reading.names.help"))
        # Named by what it begins with: fields keep what they hold as long as their names stay.
        form = f"names-form-{key}-{cache.digest([model.digest, known])}"
        with st.form(form, border=False):
            typed = _fields(known or ("",) * count, form)
            saved = st.form_submit_button(t("reading.names.save"), type="primary")
            dropped = bool(known) and st.form_submit_button(t("reading.names.drop"))
        if dropped:
            keep(())
            st.rerun()
        if not saved:
            return
        names = tuple(name.strip() or str(at) for at, name in enumerate(typed))
        if len(names) != count:
            st.error(t("reading.names.count", found=len(names), count=count))
        elif len(set(names)) < count:
            st.error(t("reading.names.twice"))
        else:
            keep(names)
            st.rerun()


def _fields(known: tuple[str, ...], form: str) -> list[str]:
    if len(known) <= MOST_FIELDS:
        return [
            st.text_input(
                t("reading.names.of", number=at),
                name,
                placeholder=str(at),
                max_chars=MOST_CHARACTERS,
                key=f"{form}-{at}",
            )
            for at, name in enumerate(known)
        ]
    shown = "\n".join(name or str(at) for at, name in enumerate(known))
    text = st.text_area(t("reading.names.lines", count=len(known)), shown, key=f"{form}-lines")
    return [line[:MOST_CHARACTERS] for line in text.rstrip("\n").split("\n")]
