"""The sentences of known senses as a model reads them, and what its vectors are worth there."""

from __future__ import annotations

import streamlit as st

from core.analysis.senses import Occurrences, SenseTask, corpus, sense_task
from core.model import Model


def sense_corpus(model: Model) -> Occurrences:
    """Return the labelled occurrences. Raises as `core.analysis.senses.corpus` does."""
    return _corpus(model.digest, model)


def senses_named(model: Model) -> SenseTask:
    """Return how often the sense is named from each level, and from their mixture."""
    return _named(model.digest, model)


@st.cache_resource(max_entries=4, show_spinner=False)
def _corpus(key: str, _model: Model) -> Occurrences:
    del key
    found = corpus(_model)
    found.vectors.flags.writeable = False
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _named(key: str, _model: Model) -> SenseTask:
    del key
    return sense_task(_model, sense_corpus(_model))
