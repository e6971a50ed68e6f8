"""Models by one name, whatever their origin: what is offered, what it is called, what it gives."""

from __future__ import annotations

import pytest

import core
from core.training.shelf import Shelf
from dashboard import state
from dashboard.cache import kept_model
from dashboard.i18n import speak
from dashboard.origins.beside import UNITS, model_named, name_of, offered, task_of, titles
from tests.dashboard.brought import network
from tests.dashboard.runs import write_run


def test_every_kind_of_model_is_offered_and_no_two_are_called_alike(runs):
    run = write_run(runs, name="Reviews")
    for _ in range(2):
        Shelf().keep(network(), name="mine")
    names = offered()
    assert {"sentiment/lstm", "latch/gru", "untrained/gru/16", state.RUN + run.id} <= set(names)
    assert sum(name.startswith(state.MODEL) for name in names) == 2
    with speak("en"):
        called = titles(names)
    assert len(set(called.values())) == len(names)
    assert called["sentiment/lstm"] == "Sentiment (LSTM)"
    assert called["untrained/gru/16"] == "Untrained GRU(16)"
    assert called[state.RUN + run.id] == "Run: Reviews"


def test_a_name_gives_the_model_that_it_says(runs):
    run = write_run(runs, "gru", name="Reviews")
    kept = Shelf().keep(network(), name="mine")
    by_name = {
        "brackets/simple_rnn": core.bundled_model("brackets-simple_rnn"),
        state.RUN + run.id: run.model(),
        state.MODEL + kept.id: kept_model(kept),
    }
    for name, model in by_name.items():
        assert model_named(name, "a b", split="word").digest == model.digest


@pytest.mark.parametrize("split", ["word", "character"])
def test_an_untrained_model_has_the_units_and_the_tokens_asked_for(split):
    model = model_named("untrained/lstm/8", "ab cd", split=split)
    assert (model.layers[0].cell, model.layers[0].units) == ("lstm", 8)
    assert model.vocabulary.unit == split
    assert model.vocabulary.encode("ab").known.all()


def test_what_is_shown_has_a_name():
    assert name_of("latch", "gru", units=32) == "latch/gru"
    assert name_of("run:x", "gru", units=32) == "run:x"
    assert name_of("untrained", "gru", units=20) == "untrained/gru/16"
    for name in offered():
        assert task_of(name) in state.TASK.known()
    assert set(UNITS) == {int(name.rpartition("/")[2]) for name in offered() if "untrained" in name}
