"""What names and shapes in a file of PyTorch's leave open, as small selectors with defaults."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import CoreError
from core.importers.formats import format_of
from core.importers.limits import Limits
from core.importers.torch.questions import Answer, Question
from core.importers.torch.state_dict import inspect_state_dict
from dashboard import state
from dashboard.i18n import labels, t
from dashboard.origins.upload import Brought
from dashboard.views.model.upload import read_again
from dashboard.widgets.problem import plain, problem

_REFUSED = "model answer refused"


def questions(found: Brought) -> None:
    """Draw them; another answer reads the file again. The file has passed the child by now."""
    if format_of(found.data, name=found.file, limits=Limits()) not in ("safetensors", "torch"):
        return
    try:
        asked = inspect_state_dict(found.data, hints=found.options.get("hints")).questions
    except CoreError as error:
        problem(error)
        return
    if not asked:
        return
    st.subheader(t("model.questions"), anchor=False, help=t("model.questions.help"))
    with st.container(horizontal=True, key="model-questions"):
        for question in asked:
            _ask(found, question)
    refused: CoreError | None = state.recall(_REFUSED)
    if refused is not None:
        problem(refused)


def _ask(found: Brought, question: Question) -> None:
    key = f"model-question-{found.id}-{question.key}-{_said(question, question.answer)}"
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
    if options[chosen] != question.answer:
        _answer(found, question, options[chosen])


def _answer(found: Brought, question: Question, answer: Answer) -> None:
    hints: dict[str, Any] = dict(found.options.get("hints") or {})
    hints[question.key] = list(answer) if isinstance(answer, tuple) else answer
    state.remember(_REFUSED, None)
    try:
        read_again(found, hints=hints)
    except CoreError as error:
        state.remember(_REFUSED, error)
    st.rerun()


def _said(question: Question, answer: Answer) -> str:
    """An answer as a reader sees it; names of modules and functions are shown as they are."""
    if isinstance(answer, tuple):
        return " → ".join(answer)
    kinds = ("padding", "max_norm", "readout", "activation")
    named = labels("model", "answer") if question.kind in kinds else {}
    return named.get(answer, answer) or t("model.none")
