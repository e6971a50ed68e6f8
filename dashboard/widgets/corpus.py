"""Which texts are read: the task's own test set, the essays that ship, or a file of one's own."""

from __future__ import annotations

import re

import streamlit as st

from core.data.task import Example
from core.text.lines import lines_of
from dashboard import cache, state
from dashboard.fields import Choice
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.origins.bundled import OfTask
from dashboard.origins.run import OfRun
from dashboard.widgets.encoding import decoded_upload
from dashboard.widgets.opening import box

TASK, ESSAYS, FILE = "task", "essays", "file"
CORPUS = state.declare(
    Choice(
        name="read_from", default=TASK, options=(TASK, ESSAYS, FILE), pages=("units", "automaton")
    )
)


def pick_corpus() -> tuple[Example, ...]:
    """Draw the choice of texts and return them. Raises CoreError for a file that is none."""
    uploaded: tuple[Example, ...] = ()
    with box(t("units.corpus"), key="texts-read", icon=":material/library_books:"):
        st.segmented_control(
            t("units.corpus"),
            CORPUS.known(),
            format_func=lambda name: t(f"units.corpus.{name}"),
            required=True,
            **state.bind(CORPUS),
        )
        if state.get(CORPUS) == FILE:
            uploaded = _uploaded()
    own = _own() if state.get(CORPUS) == TASK else ()
    return uploaded or own or cache.essays()


def _own() -> tuple[Example, ...]:
    """The test set of the task that the model learned; () where it is none that is drawn."""
    found = origin()
    if isinstance(found, OfTask):
        return cache.task_texts(found.name, {})
    if isinstance(found, OfRun):
        return cache.task_texts(found.run.config.data.source, found.run.config.data.options)
    return ()


def _uploaded() -> tuple[Example, ...]:
    """The paragraphs of a file, or its lines where it has no blank ones."""
    file = st.file_uploader(t("units.corpus.upload"), type=["txt", "md"], key="corpus-file")
    if file is None:
        st.caption(t("units.corpus.waiting"))
        return ()
    text = decoded_upload(file, key="corpus-encoding").text
    parts = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else lines_of(text)
    return tuple(Example(part) for part in parts if part.strip())
