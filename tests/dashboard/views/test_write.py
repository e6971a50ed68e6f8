"""Write: the text on the page is the one that core writes, with what it weighed at each token."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import core
from core.analysis.surprise import surprise
from core.bundled.writers import writer
from core.generate.writing import likeliest
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.origins import origin
from dashboard.views.write.draft import Draft


def drawn(app, key: str = "writing") -> dict:
    """What a text was drawn from."""
    [text] = [e for e in app.get("bidi_component") if e.proto.id.endswith(key)]
    return json.loads(text.proto.json)


def busy(app) -> bool:
    return any(button.label == "Stop" for button in app.button)


@pytest.mark.parametrize(("language", "cell"), [("en", "gru"), ("ko", "lstm")])
def test_the_text_is_what_core_writes(open_app, language, cell):
    app = open_app(
        "write", language=language, writer="characters", cell=cell, write_steps="40",
        temperature="0.5", write_seed="3",
    )  # fmt: skip
    assert not app.exception
    assert not app.error
    model = core.bundled_model(f"characters-{cell}")
    beginning = model.card["samples"][language][0]
    written = core.generate(model, beginning, steps=40, temperature=0.5, seed=3)
    data = drawn(app)
    assert [token[0] for token in data["tokens"]] == list(written.tokens)
    assert [token[2] for token in data["tokens"]].index(1) == written.read
    along = surprise(written.trace.outputs[0], ids=written.ids)
    assert data["tokens"][0][1] is None
    np.testing.assert_allclose(
        [token[1] for token in data["tokens"][1:]], along.bits[1:], atol=0.0051
    )
    at = written.read + 7
    others = likeliest(model.vocabulary, written.probabilities[7], most=6)
    assert [other[0] for other in data["tokens"][at][5]] == [other.text for other in others]
    with speak(language):
        mean = float(along.bits[written.read :].mean())
        facts = {"bits": f"{mean:.2f}", "perplexity": f"{2**mean:.1f}", "count": 40}
        assert any(t("write.figures.written", **facts) in each.value for each in app.markdown)


def test_what_was_never_read_is_named_and_the_beginning_stays(open_app):
    app = open_app("write", beginning="A gate Ω is")
    assert not app.exception
    assert ["Ω" in each.value for each in app.error] == [True]
    assert app.text_area(key="widget.beginning.").value == "A gate Ω is"
    app.text_area(key="widget.beginning.").set_value("A gate is").run()
    assert not app.error
    assert "".join(token[0] for token in drawn(app)["tokens"]).startswith("A gate is")


def test_nothing_to_write_is_a_reading(open_app):
    app = open_app("write", beginning="A gate is", write_steps="0")
    assert not app.exception
    assert {token[2] for token in drawn(app)["tokens"]} == {0}
    assert not any("Its own text" in each.value for each in app.markdown)
    assert any("Beginning" in each.value for each in app.markdown)


def test_greedy_writes_the_likeliest(open_app):
    app = open_app("write", beginning="A gate is", strategy="greedy", write_steps="30")
    for token in drawn(app)["tokens"][len("A gate is") :]:
        assert token[0] == token[5][0][0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_with_a_writer_whose_line_says_who_goes_on_and_how_boldly(open_app, language):
    app = open_app("write", language=language, write_steps="40")
    assert not app.exception
    model = writer("shakespeare-gru")
    written = core.generate(model, model.card["samples"][0], steps=40, temperature=0.7)
    assert [token[0] for token in drawn(app)["tokens"]] == list(written.tokens)
    [line] = [each for each in app.get("popover") if each.proto.id.endswith("opening-box")]
    with speak(language):
        who = origin("writer:shakespeare-gru").label
        assert t("write.summary", who=f"{who} · GRU", temperature=0.7) in str(line.proto)
    bolder = open_app("write", language=language, write_steps="40", temperature="1.3")
    assert drawn(bolder)["tokens"] != drawn(app)["tokens"]


def test_a_text_is_carried_to_other_pages_with_its_writer(open_app):
    app = open_app("gates", task="writer:shakespeare-gru", text="good night, sweet")
    assert not app.exception
    assert not app.error


def test_a_text_that_is_stopped_says_how_far_it_came(open_app, monkeypatch):
    advance = Draft.advance
    monkeypatch.setattr(Draft, "advance", lambda draft, *, seconds: advance(draft, seconds=0))
    app = open_app("write", writer="characters", write_steps="500")
    assert busy(app)
    [stop] = [button for button in app.button if button.label == "Stop"]
    stop.click().run()
    assert not busy(app)
    [said] = [each.value for each in app.caption if each.value.startswith("Stopped after")]
    assert re.fullmatch(r"Stopped after \d of 500 tokens\.?.*", said), said
