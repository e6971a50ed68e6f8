"""Models, and texts as the ids of their vocabularies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, cast

import numpy as np
import streamlit as st

import core
from core.analysis.typed import encode
from core.bundled import bundled_model
from core.model import Model
from core.padding import length_of
from core.text import PADDING, UNKNOWN, Encoded, Padding, Scaling, Unit, Vocabulary, tokenize
from core.text.decode import Decoded, decode
from core.text.table import Table, read_table
from core.text.vocabulary import normal_form
from dashboard import state
from dashboard.cache.digest import digest

Header = Literal["first row", "none"]

ROWS = 4_096
"""Rows of an untrained model's embedding: a fixed number, so that a new word changes no weight."""

MOST_READ = 6_000_000
"""Characters: the works of Shakespeare, in seconds. A longer text gets a sentence at once."""


@st.cache_resource(max_entries=16, show_spinner=False)
def bundled(identifier: str) -> Model:
    """Return a model that ships with the project, such as "sentiment-lstm"."""
    return bundled_model(identifier)


def untrained(cell: str, *, words: str, split: Unit, **settings: Any) -> Model:
    """Return an untrained model that knows the tokens of a text, up to ROWS of them.

    `settings` are those of `core.new_model`. The ids follow the order of first appearance, so
    that what is typed at the end changes nothing before it.
    """
    return _untrained(digest(words), split, cell, words, **settings)


def precise(model: Model, *, readout: Any) -> Model:
    """Return a model in float64, answering at the "last" or at "every" step.

    A model that pools its steps answers once, whatever is asked.
    """
    found = _precise(model.digest, readout, model)
    # What its answers are called is no part of what it computes, and may have changed meanwhile.
    return found if found.card == model.card else replace(found, card=model.card)


def encoded(words: str, model: Model) -> Encoded:
    """Return what was typed, as a model reads it. Raises as `core.analysis.typed.encode` does.

    Padding stands where the reader has chosen, and numbers are scaled as they have.
    """
    padding = cast(Padding, state.get(state.PADDING))
    scaling = state.get(state.SCALING)
    key = (digest(words), model.digest, length_of(model))
    return _encoded(*key, padding, scaling or "", words, model)


@st.cache_resource(max_entries=4, show_spinner=False)
def decoded(file: str, _data: bytes, *, encoding: str | None, language: str) -> Decoded:
    """Return an upload, named by its id, as text. Raises as `core.text.decode` does."""
    del file
    return decode(_data, encoding, language=language)


@st.cache_resource(max_entries=4, show_spinner=False)
def table(file: str, encoding: str, _words: str, *, header: Header = "first row") -> Table:
    """Return an upload, read in some encoding, as a table. Raises as `read_table` does."""
    del file, encoding
    return read_table(_words, header=header)


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(cell: str, **settings: Any) -> Model:
    return core.new_model(cell, vocabulary=ROWS, **settings)


@st.cache_resource(max_entries=16, show_spinner=False)
def _untrained(key: str, split: Unit, cell: str, _words: str, **settings: Any) -> Model:
    del key
    split_up = tokenize(_words, split, limit=MOST_READ)
    seen = dict.fromkeys(normal_form(token, split) for token in dict.fromkeys(split_up))
    known = tuple(token for token in seen if token not in (PADDING, UNKNOWN))[: ROWS - 2]
    return replace(_drawn(cell, **settings), vocabulary=Vocabulary(known, split))


@st.cache_resource(max_entries=16, show_spinner=False)
def _precise(key: str, readout: Any, _model: Model) -> Model:
    del key
    exact = _model.astype(np.float64)
    return exact if exact.pooled else exact.with_readout(readout)


@st.cache_resource(max_entries=8, show_spinner=False)
def _encoded(
    key: str,
    model_key: str,
    length: int | None,
    padding: Padding,
    scaling: str,
    _words: str,
    _model: Model,
) -> Encoded:
    del key, model_key, length
    scaled = Scaling.from_text(scaling)
    found = encode(_model, _words, limit=MOST_READ, padding=padding, scaling=scaled)
    for array in (found.ids, found.known, found.inputs):
        array.flags.writeable = False
    return found
