"""What names and shapes in a file of weights leave open, as small selectors with defaults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import CoreError
from core.importers.formats import format_of
from core.importers.keras.unconfigured import inspect_weights
from core.importers.limits import Limits
from core.importers.questions import Answer, Question
from core.importers.torch.state_dict import inspect_state_dict
from dashboard import state
from dashboard.i18n import labels, t
from dashboard.origins.upload import Brought
from dashboard.views.model.upload import read_again
from dashboard.widgets.problem import plain, problem

_REFUSED = "model answer refused"
_NAMED = (
    *("padding", "max_norm", "readout", "activation", "mask", "returns", "direction", "resets"),
    *("merge", "edges", "norm"),
)
"""Kinds of questions whose answers have words; others are names of functions, and numbers."""


def questions(found: Brought) -> None:
    """Draw them; another answer reads the file again. The file has passed the child by now."""
    try:
        form, asked = _asked(found)
    except CoreError as error:
        problem(error)
        return
    if not asked:
        return
    st.subheader(t("model.questions"), anchor=False, help=t(f"model.questions.help.{form}"))
    with st.container(horizontal=True, key="model-questions"):
        for question in asked:
            _ask(found, question)
    (key, _), refused = state.recall(_REFUSED) or (("", ""), None)
    if refused is not None and key.startswith(_key(found)):
        problem(refused)


def _asked(found: Brought) -> tuple[str, Sequence[Question]]:
    """Whose file it is, and what it leaves open: nothing where a configuration came with it."""
    hints = found.options.get("hints")
    form = format_of(found.data, name=found.file, limits=Limits())
    if form in ("safetensors", "torch"):
        return "torch", inspect_state_dict(found.data, hints=hints).questions
    if form == "h5" and hints is not None and "config" not in found.options:
        return "keras", inspect_weights(found.data, hints=hints).questions
    return "", ()


def _ask(found: Brought, question: Question) -> None:
    key = f"{_key(found)}{question.key}-{_said(question, question.answer)}"
    options = tuple(dict.fromkeys((question.answer, *question.options)))
    said = {at: _said(question, option) for at, option in enumerate(options)}
    about = plain(question.about, most=40) or t("model.question.model")
    chosen = st.selectbox(
        t(f"model.question.{question.kind}", about=about),
        range(len(options)),
        format_func=said.__getitem__,
        help=t(f"model.question.{question.kind}.help"),
        disabled=len(options) == 1,
        width=260,
        key=key,
    )
    tried, _ = state.recall(_REFUSED) or (("", ""), None)
    if options[chosen] != question.answer:
        # A refused answer stays chosen above its sentence, and is tried once.
        if tried != (key, options[chosen]):
            _answer(found, question, options[chosen], key=key)
    elif tried[0] == key:
        state.remember(_REFUSED, None)


def _key(found: Brought) -> str:
    """What the keys of a file's questions begin with."""
    return f"model-question-{found.id}-"


def _answer(found: Brought, question: Question, answer: Answer, *, key: str) -> None:
    """Read the file with another answer; what is refused is remembered with the answer."""
    hints: dict[str, Any] = dict(found.options.get("hints") or {})
    hints[question.key] = list(answer) if isinstance(answer, tuple) else answer
    state.remember(_REFUSED, None)
    try:
        read_again(found, hints=hints)
    except CoreError as error:
        state.remember(_REFUSED, ((key, answer), error))
        return
    st.rerun()


def _said(question: Question, answer: Answer) -> str:
    """An answer as a reader sees it; names of modules and functions are shown as they are."""
    if isinstance(answer, tuple):
        return " → ".join(answer)
    named = labels("model", "answer") if question.kind in _NAMED else {}
    return named.get(answer, answer) or t("model.none")
