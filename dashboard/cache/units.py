"""What units do over a corpus, and the automaton that states walk on: both read many texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import data
from core.analysis.activity import Activity, activity
from core.analysis.automaton import Automaton
from core.analysis.automaton import automaton as core_automaton
from core.analysis.probes import Probe, probes
from core.analysis.selectivity import Selectivity, selectivity
from core.analysis.token_features import TokenFeatures, token_features
from core.analysis.units import Units
from core.analysis.units import units as core_units
from core.data import characters
from core.data.task import Example
from core.model import Model
from core.scale import Board, elsewhere
from core.training.sources import SOURCES, prepare
from core.training.sources.drawn import TEST_SEED, DrawnOptions
from dashboard.cache.digest import digest

TEXTS = 400
"""Of a task that draws as many as one likes."""


@dataclass(frozen=True, eq=False)
class Studied:
    """All that a corpus told of the units of a layer, and who read it elsewhere, if anybody did."""

    read: Activity
    features: TokenFeatures
    selectivity: Selectivity
    probes: tuple[Probe, ...]
    units: Units
    board: Board | None = None


def task_texts(source: str, options: Mapping[str, Any]) -> tuple[Example, ...]:
    """Return test texts of a task that draws them, with their answers where it ships with models.

    () for a source that reads files. Raises CoreError.
    """
    return _task_texts(source, json.dumps(dict(options), sort_keys=True))


def essays() -> tuple[Example, ...]:
    """Return the paragraphs of the project's own texts, in both languages."""
    return tuple(
        Example(paragraph)
        for language in characters.LANGUAGES
        for paragraph in (
            *characters.paragraphs(language, "test"),
            *characters.paragraphs(language, "train"),
        )
    )


def studied(
    model: Model, texts: tuple[Example, ...], *, layer: int, quantity: str, classes: tuple[str, ...]
) -> Studied:
    """Return what texts tell of the units of a layer. Raises as `core.analysis.activity` does."""
    return _studied(model.digest, _key(texts), layer, quantity, classes, model, texts)


def automaton(model: Model, texts: tuple[Example, ...]) -> Automaton:
    """Return the automaton of a network on some texts. Raises as `core.analysis.automaton`."""
    return _automaton(model.digest, _key(texts), model, texts)


def _key(texts: tuple[Example, ...]) -> str:
    return digest([[text.text, text.answer, list(text.steps)] for text in texts])


@st.cache_resource(max_entries=8, show_spinner=False)
def _automaton(
    model_key: str, texts_key: str, _model: Model, _texts: tuple[Example, ...]
) -> Automaton:
    del model_key, texts_key
    return core_automaton(_model, _texts)


@st.cache_resource(max_entries=16, show_spinner=False)
def _task_texts(source: str, options: str) -> tuple[Example, ...]:
    if source in data.TASKS:
        return data.TASKS[source].generate(TEXTS, seed=TEST_SEED, side="test")
    known = SOURCES.get(source)
    if known is None or not issubclass(known.options, DrawnOptions):
        return ()
    few = {"train_examples": 10, "test_examples": TEXTS}
    test = prepare(source, json.loads(options) | few, seed=0, validation=0.0).test
    return () if test.texts is None else tuple(Example(test.texts(at)) for at in range(len(test)))


# Few, because one of them may hold 100 MB.
@st.cache_resource(max_entries=4, show_spinner=False)
def _studied(
    model_key: str,
    texts_key: str,
    layer: int,
    quantity: str,
    classes: tuple[str, ...],
    _model: Model,
    _texts: tuple[Example, ...],
) -> Studied:
    del model_key, texts_key
    with elsewhere() as by:
        read = activity(_model, _texts, layer=layer, quantity=quantity, by=by)
        features = token_features(read, classes=classes)
        found = selectivity(_model, read, features, by=by)
        board = None if by is None else by.board
    return Studied(read, features, found, probes(read, features), core_units(read), board)
