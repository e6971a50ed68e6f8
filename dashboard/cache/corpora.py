"""Recorded corpora: a small one of the model's own texts, and what was found in any of them."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.corpus import Corpus, Plan, drawn, listed, plan, record, source_from
from core.corpus.chance import Chance, Over, by_chance, of_labels, of_tokens
from core.corpus.manifest import Dtype
from core.corpus.pattern import Matches, find
from core.corpus.stretch import Pattern
from core.data import TASKS
from core.errors import OutOfRange
from core.model import Model
from dashboard.cache.digest import digest

FEW = 150
"""Texts of the corpus that a page begins with; recording them takes a fraction of a second."""
MOST = 500
"""Places that are looked for, and that statistics are of."""
TIMES = 19


def first_corpus(model: Model, *, task: str, texts: Sequence[str]) -> Corpus:
    """Return a corpus of test texts of a task, or of some texts where it is none of the tasks."""
    key = digest([model.digest, task, *texts])
    return Corpus.open(_first(key, model, task, tuple(texts)).path)


class _Folder:
    """A folder that goes when nobody holds it any more, or the process ends."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="unrolled-corpus-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@st.cache_resource(max_entries=8, show_spinner=False)
def _first(key: str, _model: Model, task: str, texts: tuple[str, ...]) -> _Folder:
    del key
    folder = _Folder()
    source = drawn(task, count=FEW) if task in TASKS else listed(texts)
    try:
        record(_model, source, folder.path)
    except OutOfRange:  # a task with fewer texts than that
        record(_model, drawn(task, count=20), folder.path)
    return folder


def places(corpus: Corpus, pattern: Pattern) -> Matches:
    """Return the best places of a pattern."""
    return _places(str(corpus.folder), corpus.steps, pattern, corpus)


@st.cache_resource(max_entries=64, show_spinner=False)
def _places(folder: str, steps: int, pattern: Pattern, _corpus: Corpus) -> Matches:
    del folder, steps
    return find(_corpus, pattern, most=MOST)


def chance(corpus: Corpus, pattern: Pattern, *, units: int) -> Chance:
    """Return how often as many units are on together in shuffles."""
    return _chance(str(corpus.folder), corpus.steps, pattern, units, corpus)


@st.cache_resource(max_entries=64, show_spinner=False)
def _chance(folder: str, steps: int, pattern: Pattern, units: int, _corpus: Corpus) -> Chance:
    del folder, steps
    return by_chance(_corpus, pattern, units=units, times=TIMES)


def over_represented(corpus: Corpus, pattern: Pattern) -> tuple[tuple[Over, ...], tuple[Over, ...]]:
    """Return which tokens and which labels the places have too often."""
    return _over(str(corpus.folder), corpus.steps, pattern, corpus)


@st.cache_resource(max_entries=64, show_spinner=False)
def _over(
    folder: str, steps: int, pattern: Pattern, _corpus: Corpus
) -> tuple[tuple[Over, ...], tuple[Over, ...]]:
    del folder, steps
    found = places(_corpus, pattern)
    return of_tokens(_corpus, found), of_labels(_corpus, found)


def recording_plan(model: Model, described: Mapping[str, Any], *, dtype: Dtype) -> Plan:
    """Return what a recording takes. Raises as `core.corpus.plan` does."""
    key = digest([model.digest, str(sorted(described.items())), dtype])
    return _plan(key, model, described, dtype)


@st.cache_resource(max_entries=32, show_spinner=False)
def _plan(key: str, _model: Model, _described: Mapping[str, Any], _dtype: Dtype) -> Plan:
    del key
    return plan(_model, source_from(_described), dtype=_dtype)
