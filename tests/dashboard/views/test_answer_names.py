"""Names for classes: given on Your model and Runs, seen on every page, kept with the model."""

from __future__ import annotations

import json

import numpy as np
import pytest

import core
from core.training.shelf import Shelf
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.views.home import player
from dashboard.widgets.answers import SAID
from tests.dashboard.brought import drop, file_of, network, numeric
from tests.dashboard.runs import config, write_run
from tests.dashboard.views.test_compare_models import columns
from tests.dashboard.views.test_gradients import chart
from tests.dashboard.views.test_runs import at_tab

TEXT = "the film was not good"


def fields(app) -> list:
    return [each for each in app.text_input if "names-form" in (each.key or "")]


def press(app, key: str):
    """Press a button by what it says, in whatever language it says it."""
    labels = set()
    for language in LANGUAGES:
        with speak(language):
            labels.add(t(key))
    [button] = [each for each in app.button if each.label in labels]
    return button.click().run()


def name(app, *names: str):
    """Type the names into the form and keep them."""
    for field, given in zip(fields(app), names, strict=True):
        field.set_value(given)
    return press(app, "reading.names.save")


def strip(app) -> str:
    """What the tokens of the canvas are coloured by."""
    return columns(app)[0][0]["strip"]["title"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_a_kept_model_are_on_all_pages_and_outlast_the_session(open_app, runs, language):
    kept = Shelf().keep(network(), name="mine")
    task = state.MODEL + kept.id
    likeliest = int(np.argmax(core.record(network(), TEXT).outputs[0]))
    app = open_app("gates", language=language, task=task, text=TEXT)
    assert strip(app).endswith(str(likeliest))
    app = name(open_app("model", language=language), "negative", "좋음")
    assert not app.exception
    said = ("negative", "좋음")[likeliest]
    # Its canvas had been drawn with numbers a moment ago, and is kept for all sessions.
    again = open_app("gates", language=language, task=task, text=TEXT)
    assert not again.exception
    assert strip(again).endswith(said)
    home = open_app(language=language, task=task, text=TEXT)
    [played] = [each for each in home.get("bidi_component") if each.proto.id.endswith(player.KEY)]
    assert [said, True] in json.loads(played.proto.json)["sentences"][-1]
    asked = open_app("gradients", language=language, weights=task, text=TEXT)
    assert any({"negative", "좋음"} <= set(each.options) for each in asked.selectbox)
    assert Shelf().model(kept.id).model().digest == network().digest


def test_names_of_a_model_of_this_session_go_along_when_it_is_kept(open_app):
    app = drop(open_app("model"), "mine.npz", file_of(network()))
    name(app, "no", "")
    app.button(key="model-keep").click().run()
    [kept] = Shelf().models()
    assert list(kept.model().card["answers"]) == ["no", "1"]


def test_names_can_be_taken_back(open_app, runs):
    kept = Shelf().keep(network(), name="mine")
    app = name(open_app("model"), "no", "yes")
    assert list(kept.model().card["answers"]) == ["no", "yes"]
    press(app, "reading.names.drop")
    assert "answers" not in kept.model().card


def test_two_classes_of_one_name_are_refused_and_what_was_typed_stays(open_app, runs):
    kept = Shelf().keep(network(), name="mine")
    app = name(open_app("model"), "same", "same")
    assert [each.value for each in app.error] == [t("reading.names.twice")]
    assert "answers" not in kept.model().card
    assert [each.value for each in fields(app)] == ["same", "same"]


def test_many_classes_are_named_by_lines(open_app, runs):
    kept = Shelf().keep(network(outputs=11), name="many")
    names = [f"class {letter}" for letter in "abcdefghijk"]
    app = open_app("model")
    for lines in (names[:-1], names):
        [area] = [each for each in app.text_area if "names-form" in (each.key or "")]
        area.set_value("\n".join(lines))
        press(app, "reading.names.save")
        if lines != names:
            assert [e.value for e in app.error] == [t("reading.names.count", found=10, count=11)]
    assert list(kept.model().card["answers"]) == names


def test_answers_that_are_numbers_have_no_names(open_app, runs):
    Shelf().keep(numeric(output_activation="linear"), name="sensors")
    assert not fields(open_app("model"))


def test_names_of_a_run_are_those_of_its_mistakes_and_of_the_pages(open_app, runs, monkeypatch):
    run = write_run(runs, name="Reviews", configured=config(probes=(TEXT,)))
    at_tab(monkeypatch, "mistakes")
    app = open_app("runs")
    before = "\n".join(each.value for each in app.caption)
    assert "negative" in before
    name(app, "thumbs down", "thumbs up")
    assert not app.exception
    after = "\n".join(each.value for each in app.caption)
    assert after.count("thumbs down") == before.count("negative")
    assert "negative" not in after
    assert "thumbs up" in str(chart(app, "confusion"))
    gates = open_app("gates", task=state.RUN + run.id, text=TEXT)
    assert strip(gates).partition(": ")[2] in ("thumbs down", "thumbs up")
    film = open_app("film", task=state.RUN + run.id, text=TEXT)
    assert any("thumbs" in each.value for each in film.markdown)


def test_words_that_a_bundled_model_answers_with_are_translated():
    answers = {name for card in core.bundled_models() for name in card.get("answers", ())}
    words = {name for name in answers if name.isalpha() and name.islower() and len(name) > 1}
    assert words == set(SAID)
