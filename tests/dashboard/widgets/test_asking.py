"""Questions about a place: each leads to a page that is there, with the place that was asked of."""

from __future__ import annotations

import pytest

from dashboard import app
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.widgets import asking


def keys(app) -> list[str]:
    return [button.key for button in app.button if str(button.key).startswith("ask-")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_its_words_and_names_no_page_twice(language):
    with speak(language):
        words = [t(f"asking.{question.name}") for question in asking.QUESTIONS]
    assert len(set(words)) == len(words)
    assert len({question.name for question in asking.QUESTIONS}) == len(words)
    there = {module.PAGE.key for module in app.pages()}
    assert {question.page for question in asking.QUESTIONS} <= there


def test_gates_offers_them_and_only_those_that_fit_the_cell(open_app):
    lstm = open_app("gates", cell="lstm")
    assert keys(lstm) == [f"ask-{question.name}" for question in asking.QUESTIONS]
    assert "ask-wrote" not in keys(open_app("gates", cell="simple_rnn"))


def test_a_press_leads_to_the_page(open_app, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(asking, "open_page", opened.append)
    page = open_app("gates", cell="lstm", step="3", unit="2")
    page.button(key="ask-gradient").click().run()
    assert not page.exception
    assert opened == ["paths"]
    assert (page.session_state["field.step"], page.session_state["field.unit"]) == (3, 2)


def test_a_page_that_is_not_there_is_not_offered(open_app, monkeypatch):
    later = asking.Question(name="wrote", page="nowhere", icon=":material/hub:")
    monkeypatch.setattr(asking, "QUESTIONS", (later,))
    assert keys(open_app("gates")) == []
