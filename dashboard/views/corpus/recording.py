"""Record a corpus of one's own: what it takes, the process that does it, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.corpus import source_from
from core.corpus.manifest import DTYPES, Dtype
from core.corpus.recording import in_words
from core.corpus.store import KeptCorpus
from core.data import TASKS
from core.data.keras_files import missing
from core.training.sources import SOURCES as SOURCE_OF
from dashboard import cache, reader, state
from dashboard.fields import Choice, Text, Whole
from dashboard.i18n import labels, t
from dashboard.views.corpus.choosing import CORPUS, FIRST_LOOK, PAGES
from dashboard.widgets import Reading, fragment, plain
from dashboard.widgets.downloading import told_download
from dashboard.widgets.opening import folded
from dashboard.widgets.problem import guard, problem
from dashboard.widgets.put_away import attempt, delete, way_back
from dashboard.widgets.run_overview import duration
from dashboard.widgets.workers import workers

SOURCES = ("task", "folder", "column", "imdb", "reuters", "treebank", "run")
READ_AS_IDS = ("imdb", "reuters", "treebank")
SOURCE = state.declare(Choice(name="corpus_of", default="task", options=SOURCES, pages=PAGES))
OF_TASK = state.declare(
    Choice(name="corpus_task", default="sentiment", options=tuple(TASKS), pages=PAGES)
)
PATH = state.declare(Text(name="corpus_path", default=None, limit=500, url=None, pages=PAGES))
OF_COLUMN = state.declare(
    Text(name="corpus_column", default=None, limit=100, url=None, pages=PAGES)
)
TEXTS = state.declare(
    Whole(name="corpus_texts", default=1_000, low=1, high=50_000_000, pages=PAGES)
)
PRECISION = state.declare(
    Choice(name="corpus_dtype", default="float16", options=DTYPES, pages=PAGES)
)
KIND = "corpus"
"""What its actions are remembered by."""


def record(reading: Reading) -> None:
    """Draw what is recorded or could be, folded."""
    with folded(t("corpus.record"), t("corpus.record.seen"), key="corpus-record") as is_open:
        if not is_open:
            return
        known = reader.corpora().all()
        with guard():
            _new(reading)
        working = any(kept.is_at_work for kept in known)
        fragment(_kept, run_every=1.0 if working else None)(working=working)


def _described() -> Mapping[str, Any] | None:
    """What is to be recorded as plain data; None where something is still to be named."""
    most, path = state.get(TEXTS), (state.get(PATH) or "").strip()
    match state.get(SOURCE):
        case "task":
            return {"kind": "task", "name": state.get(OF_TASK), "count": min(most, 5_000)}
        case "folder":
            return {"kind": "folder", "path": path, "most": most} if path else None
        case "column":
            column = (state.get(OF_COLUMN) or "").strip()
            found = {"kind": "column", "path": path, "column": column, "most": most}
            return found if path else None
        case "imdb" | "reuters" as name:
            options = {"test_examples": most} | ({"folder": path} if path else {})
            return {"kind": "data", "source": name, "options": options, "name": name}
        case "treebank" as name:
            options = {"folder": path}
            found = {"kind": "data", "source": name, "options": options, "name": name}
            return found | {"most": most} if path else None
    task = state.get(state.TASK)
    if not task.startswith(state.RUN):
        return None
    run = reader.store().run(task.removeprefix(state.RUN))
    data = run.config.data
    return {
        "kind": "data", "source": data.source, "options": dict(data.options), "most": most,
        "seed": run.config.seed, "base": str(run.folder), "name": run.label.name,
    }  # fmt: skip


def _new(reading: Reading) -> None:
    names = {name: t(f"corpus.source.{name}") for name in SOURCES}
    with st.container(horizontal=True, vertical_alignment="bottom", key="corpus-source"):
        st.selectbox(
            t("corpus.source"), SOURCES, format_func=names.__getitem__, width=240,
            **state.bind(SOURCE),
        )  # fmt: skip
        source = state.get(SOURCE)
        if source == "task":
            tasks = labels("reading", "task")
            st.selectbox(
                t("corpus.source.of"), tuple(TASKS), format_func=tasks.__getitem__, width=200,
                **state.bind(OF_TASK),
            )  # fmt: skip
        if source in ("folder", "column", *READ_AS_IDS):
            st.text_input(
                t("corpus.path"), width=280, help=t("corpus.path.help"), **state.bind(PATH)
            )
        if source == "column":
            st.text_input(t("corpus.column"), width=150, **state.bind(OF_COLUMN))
        st.number_input(t("corpus.texts"), TEXTS.low, TEXTS.high, width=150, **state.bind(TEXTS))
        st.segmented_control(
            t("corpus.dtype"), DTYPES, required=True, help=t("corpus.dtype.help"),
            **state.bind(PRECISION),
        )  # fmt: skip
    described = _described()
    if described is None:
        st.info(t(f"corpus.missing.{'run' if source == 'run' else 'path'}"))
        return
    dtype: Dtype = "float32" if state.get(PRECISION) == "float32" else "float16"
    absent = _absent(source)
    if absent:
        told_download(absent)  # nothing is fetched before it was said
    else:
        _told_plan(reading, described, dtype=dtype)
    st.button(
        t("corpus.start"), icon=":material/fiber_manual_record:", type="primary",
        key="corpus-start", on_click=attempt,
        args=(KIND, lambda: _begin(reading, described, dtype=dtype)),
    )  # fmt: skip


def _absent(source: str) -> tuple[str, ...]:
    """The files that a source would have to download first."""
    if source not in READ_AS_IDS or (state.get(PATH) or "").strip():
        return ()
    return missing(SOURCE_OF[source].downloads)


def _told_plan(reading: Reading, described: Mapping[str, Any], *, dtype: Dtype) -> None:
    with st.spinner(t("corpus.planning")):
        planned = cache.recording_plan(reading.model, described, dtype=dtype)
    st.markdown(
        t(
            "corpus.plan",
            texts=planned.texts if planned.texts is not None else "?",
            steps=f"{planned.steps:,}",
            size=in_words(planned.bytes),
            time=duration(planned.seconds),
        )
    )


def _begin(reading: Reading, described: Mapping[str, Any], *, dtype: Dtype) -> None:
    kept = reader.corpora().begin(
        reading.model, source_from(described), dtype=dtype, origin=state.get(state.TASK)
    )
    state.put(CORPUS, kept.id)


def _kept(*, working: bool) -> None:
    """Those that are kept, how far they are, and what can be done with them."""
    corpora = reader.corpora()
    known = corpora.all()
    if working and not any(kept.is_at_work for kept in known):
        st.rerun()  # the page around it shows another corpus from now on
    deleted = {kept.id: kept.name for kept in corpora.deleted()}
    way_back(KIND, title=t("corpus.deleted"), deleted=deleted, bring_back=corpora.undelete)
    for kept in known:
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"kept-{kept.id}"
        ):
            _one(kept)


def _one(kept: KeptCorpus) -> None:
    progress, busy = kept.progress, kept.is_at_work
    with st.container(), guard():  # one that is damaged takes away neither the others nor its own
        st.markdown(f"**{plain(kept.name, most=60)}** · {_how_far(kept)}")
        if busy and progress is not None and progress.total > 0:
            st.progress(min(max(progress.steps / progress.total, 0.0), 1.0))
        if not busy and kept.failure is not None:
            problem(kept.failure)
        if not busy and kept.began:
            kept.corpus()  # what is wrong with it is said
        workers(kept.board, key=f"corpus-{kept.id}")
    if busy:
        st.button(
            t("corpus.cancel"), icon=":material/stop:", key=f"corpus-cancel-{kept.id}",
            on_click=attempt, args=(KIND, kept.cancel), disabled=kept.is_asked_to_stop,
        )  # fmt: skip
        return
    if not kept.is_whole:
        st.button(
            t("corpus.resume"), icon=":material/resume:", key=f"corpus-resume-{kept.id}",
            on_click=attempt, args=(KIND, kept.launch),
        )  # fmt: skip
    st.button(
        t("corpus.delete"), icon=":material/delete:", type="tertiary",
        key=f"corpus-delete-{kept.id}", on_click=_delete, args=(kept,),
    )  # fmt: skip


def _delete(kept: KeptCorpus) -> None:
    def away() -> None:
        reader.corpora().delete(kept)
        if state.get(CORPUS) == kept.id:
            state.put(CORPUS, FIRST_LOOK)

    delete(KIND, kept.id, name=kept.name, away=away)


def _how_far(kept: KeptCorpus) -> str:
    progress = kept.progress
    if progress is None:
        return t("corpus.state.starting" if kept.is_at_work else "corpus.state.stopped")
    facts = {
        "texts": progress.texts,
        "steps": f"{progress.steps:,}",
        "total": f"{progress.total:,}",
        "size": in_words(progress.bytes_total),
        "left": "?" if progress.seconds is None else duration(progress.seconds),
    }
    if progress.state != "finished" and not kept.is_at_work:
        return t("corpus.state.stopped_at", **facts)
    if progress.state == "finished":
        if not kept.is_whole:  # what is wrong is said beneath
            return t("corpus.state.damaged")
        lost = max(kept.corpus().errors.values(), default=0.0)
        return t("corpus.state.finished", **facts, lost=f"{lost:.1g}")
    return t(f"corpus.state.{progress.state}", **facts)
