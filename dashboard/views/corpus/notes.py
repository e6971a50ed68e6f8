"""A user's own labels beside a corpus: brought as a table, and asked for with the rest."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from core.corpus import Corpus
from core.corpus.annotating import annotate, kept_beside
from core.errors import CoreError
from dashboard import state
from dashboard.fields import Text
from dashboard.i18n import t
from dashboard.views.corpus.choosing import PAGES
from dashboard.widgets import plain
from dashboard.widgets.encoding import decoded_upload
from dashboard.widgets.problem import problem

MEGABYTES = 20
LONGEST = 60
ANNOTATED = state.declare(
    Text(name="sought_annotation", default=None, limit=60, url=None, pages=PAGES)
)
BESIDE = state.declare(Text(name="annotations", default=None, limit=60, url=None, pages=PAGES))


def bring(corpus: Corpus) -> None:
    """Draw the uploader; a table that does not fit the corpus is a sentence."""
    with st.popover(t("corpus.notes.bring"), icon=":material/label:", key="corpus-notes"):
        st.caption(t("corpus.notes.why"))
        file = st.file_uploader(
            t("corpus.notes.file"), type=["tsv", "txt"], max_upload_size=MEGABYTES,
            key=f"corpus-notes-{corpus.folder.name}",
        )  # fmt: skip
        if file is None:
            return
        try:
            written = decoded_upload(file, key="corpus-notes-encoding").text
            name = PurePath(file.name).stem[:LONGEST]
            count = annotate(corpus, written, name=name)
        except CoreError as error:
            problem(error)
            return
        st.success(t("corpus.notes.kept", count=count, name=plain(name)))


def pick(corpus: Corpus) -> tuple[str, str]:
    """Draw which annotations are asked for, and which label; "" for none, or for any."""
    known = kept_beside(corpus)
    if not known:
        return "", ""
    if state.get(BESIDE) not in known:
        state.reset(BESIDE)
    names = {"": t("corpus.notes.none")} | {name: plain(name) for name in known}
    st.selectbox(
        t("corpus.notes"), tuple(names), format_func=lambda name: names.get(name, name), width=170,
        **state.bind(BESIDE, showing=state.get(BESIDE) or ""),
    )  # fmt: skip
    beside = state.get(BESIDE) or ""
    if not beside:
        return "", ""
    st.text_input(t("corpus.notes.label"), width=170, **state.bind(ANNOTATED))
    return beside, (state.get(ANNOTATED) or "").strip()
