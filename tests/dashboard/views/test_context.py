"""Context: what is said and drawn are the vectors of the reader's own sentences."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.context import neighbours, vectors
from core.analysis.senses import corpus, words_of_two_senses
from dashboard.i18n import speak, t

MODEL = "context-lstm"
TEXTS = {
    "en": ("the bank lent the farmer some money", "the boat drifted to the bank"),
    "ko": ("농부가 배를 타고 섬에 갔다", "의사가 칼로 배를 반으로 잘랐다"),
}


def said(app) -> str:
    return next(each.value for each in app.markdown if "**" in each.value)


@pytest.mark.parametrize(("language", "word"), [("en", "bank"), ("ko", "배")])
def test_the_sentence_is_that_of_these_vectors(open_app, language, word):
    texts = TEXTS[language]
    app = open_app("context", language=language, sentences="\n".join(texts), level="1")
    assert not app.exception
    assert not app.error
    model = core.bundled_model(MODEL)
    found = corpus(model).of(word)
    encoded = [model.encode(text) for text in texts]
    places = [words_of_two_senses(each.tokens)[word][0] for each in encoded]
    own = vectors(model, [each.ids for each in encoded], places)
    sentence = said(app)
    for number in range(2):
        near = neighbours(own[:, number], found.vectors, most=1)
        sense = found.sentences[int(near.places[1, 0])].sense
        assert f"“{sense.name[language]}”" in sentence
        assert f"{near.cosines[1, 0]:.2f}" in sentence
    assert f"{found.separation[1]:.2f}" in sentence
    other = open_app("context", language=language, sentences=texts[0], level="1")
    assert said(other) != sentence
    static = open_app("context", language=language, sentences="\n".join(texts), level="0")
    with speak(language):
        assert t("figures.senses.static") in said(static)
    assert np.isclose(found.separation[0], 0, atol=0.15)


def test_words_that_nobody_knows_are_named_and_nothing_is_lost(open_app):
    text = "the bank lent the zyzzyva some money"
    app = open_app("context", sentences=text)
    assert not app.error
    assert any("zyzzyva" in each.value for each in app.caption)
    with speak("en"):
        none = open_app("context", sentences="a sentence of nothing known")
        assert not none.exception
        assert len(none.error) == 1
        assert "bank" in none.error[0].value
        assert none.text_area[0].value == "a sentence of nothing known"
        assert none.get("plotly_chart")  # the samples stay in the picture


def test_a_sentence_is_a_click_from_its_gates(open_app):
    app = open_app("context", sentences=TEXTS["en"][0])
    app.button(key="context-open-1").click().run()
    assert not app.exception
