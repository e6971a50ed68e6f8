"""The vocabulary of a model that came without one: dropped, built, begun and come back to."""

from __future__ import annotations

import json

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

import core
from core.text import Vocabulary
from dashboard import tabs
from tests.dashboard.brought import drop, file_of, network
from tests.dashboard.conftest import go_to


def only(app: AppTest) -> core.Model:
    [found] = app.session_state["kept.brought"].values()
    model: core.Model = found.model
    return model


def test_a_vocabulary_is_dropped_beside_it(open_app):
    app = drop(open_app("model"), "a.npz", file_of(network(words=False)))
    assert only(app).vocabulary is None
    words = b"[PAD]\n[UNK]\nthe\nfilm\n"
    app = drop(app, "words.txt", words, at=1)
    assert not app.exception
    app.button(key="model-words-use").click().run()
    assert not app.exception
    vocabulary = only(app).vocabulary
    assert vocabulary is not None
    assert vocabulary.encode("the film ends").ids.tolist() == [2, 3, 1]
    app.button(key="model-words-drop").click().run()
    assert only(app).vocabulary is None


def shows(app: AppTest) -> dict:
    """What the form of the vocabulary shows, by the names of what it asks."""
    asked = {"words split", "words fold", "words way", "words text", "words unit"}
    widgets = (*app.selectbox, *app.text_area, *app.button_group)
    return {w.key: w.value for w in widgets if str(w.key).split(".")[1] in asked}


def test_a_vocabulary_that_was_begun_is_there_when_one_comes_back(open_app):
    app = drop(open_app("model"), "a.npz", file_of(network(words=False)))
    app = drop(app, "words.txt", b"the\nfilm\n", at=1)
    app.selectbox(key="widget.words split.").set_value("character").run()
    app.selectbox(key="widget.words fold.").set_value("lower").run()
    before = shows(app)
    assert {"character", "lower"} <= set(before.values())
    go_to(go_to(app, "gates"), "model")
    assert shows(app) == before
    app.button(key="model-words-use").click().run()
    vocabulary = only(app).vocabulary
    assert (vocabulary.tokens[:2], vocabulary.unit) == (("the", "film"), "character")
    # And once it is used: the page, and all others, go on with it.
    go_to(go_to(app, "gates"), "model")
    assert only(app).vocabulary == vocabulary
    assert app.button(key="model-words-drop")
    app.button(key="model-words-drop").click().run()
    app.button(key="model-words-forget").click().run()
    assert not [b for b in app.button if b.key == "model-words-use"]


def test_a_text_for_a_vocabulary_is_there_when_one_comes_back(open_app):
    app = drop(open_app("model"), "a.npz", file_of(network(words=False)))
    app.button_group(key="widget.words way.").set_value("build").run()
    app.text_area(key="widget.words text.").set_value("the film the end").run()
    app.button_group(key="widget.words unit.").set_value("character").run()
    before = shows(app)
    go_to(go_to(app, "home"), "model")
    assert shows(app) == before
    app.button(key="model-words-use").click().run()
    assert only(app).vocabulary == Vocabulary.build(["the film the end"], unit="character", most=10)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_keras_tokenizer_is_read_by_its_own_settings(open_app, language):
    app = drop(open_app("model", language=language), "a.npz", file_of(network(words=False)))
    config = {"word_index": '{"-": 1, "the": 2, "Film": 3}', "num_words": 3, "lower": False,
              "filters": "!", "split": "|", "oov_token": "-"}  # fmt: skip
    app = drop(app, "t.json", json.dumps(json.dumps({"config": config})).encode(), at=1)
    assert not app.exception
    [told] = [caption.value for caption in app.caption if "Tokenizer" in caption.value]
    assert "num_words" in told
    assert "|" in told.replace("&#124;", "|")
    app.button(key="model-words-use").click().run()
    vocabulary = only(app).vocabulary
    assert vocabulary is not None
    assert vocabulary.encode("the!Film|The|the").ids.tolist() == [2, 1, 1, 2]


def test_a_vocabulary_that_was_begun_is_there_after_a_reload(open_app, monkeypatch):
    app = drop(open_app("model"), "a.npz", file_of(network(words=False)))
    app = drop(app, "words.txt", b"the\nfilm\n", at=1)
    app.selectbox(key="widget.words split.").set_value("character").run()
    tab = app.session_state["kept.tab"].id
    monkeypatch.setattr(ContextProxy, "cookies", {tabs.COOKIE: f"reload.{tab}"})
    again = open_app("model")
    assert shows(again) == shows(app)
    again.button(key="model-words-use").click().run()
    assert only(again).vocabulary == Vocabulary(("the", "film"), "character", first=0, unknown=None)
