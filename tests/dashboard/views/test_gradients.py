"""Gradients: the numbers on the page against gradients computed here, and every knob."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

import core
from core.analysis.vanishing import half_life, norms, written
from core.bundled import bundled_models
from dashboard import state
from dashboard.cache import ROWS
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.views.gradients.lives import share

CELLS = ("simple_rnn", "lstm", "gru")
TEXT = {"text": "abcd", "split": "character"}


def cards(app) -> list[str]:
    """The card of each cell, as text."""
    [found] = [str(e.proto.body) for e in app.get("html") if "unrolled-card" in str(e.proto.body)]
    return [re.sub(r"<[^>]+>", " ", part) for part in found.split('class="unrolled-card"')[1:]]


def chart(app, name: str = "gradients") -> dict:
    [found] = [e for e in app.get("plotly_chart") if e.proto.id.endswith(f"chart-{name}")]
    return json.loads(found.proto.spec)


def numbers(given) -> np.ndarray:
    """Plotly writes arrays as bytes, and short ones as lists."""
    if isinstance(given, dict):
        return np.frombuffer(base64.b64decode(given["bdata"]), given["dtype"])
    return np.array([np.nan if each is None else each for each in given])


def expected(cell: str, *, length: int = 100, **settings: object):
    knobs = {"units": [32], "spread": state.SPREAD.default} | settings
    model = core.new_model(cell, vocabulary=ROWS, **knobs).astype(np.float64)
    run = core.record(model, np.resize([2, 3, 4, 5], length)[None])
    own = float(run.outputs[0, 0] >= 0.5)
    return norms(core.backprop(model, run, np.array([[own]])).layers[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_quotes_the_half_life(open_app, language):
    app = open_app("gradients", language=language, **TEXT)
    assert not app.exception
    assert not app.error
    for card, cell in zip(cards(app), CELLS, strict=True):
        life = half_life(expected(cell))
        with speak(language):
            assert t("gradients.card.steps", steps=f"{life.steps:.3g}") in card


@pytest.mark.parametrize(
    ("query", "settings"),
    [
        ({"length": "37"}, {"length": 37}),
        ({"units": "5"}, {"units": [5]}),
        ({"scale": "0.5"}, {"scale": 0.5}),
        ({"spread": "2"}, {"spread": 2.0}),
        ({"init": "glorot_uniform"}, {"initialiser": "glorot_uniform"}),
        ({"fbias": "4"}, {"forget_bias": 4.0}),
        ({"act": "softsign"}, {"activation": "softsign"}),
        ({"seed": "7"}, {"seed": 7}),
    ],
)
def test_every_knob_reaches_the_numbers(open_app, query, settings):
    app = open_app("gradients", **TEXT, **query)
    life = half_life(expected("lstm", **settings))
    word = "halves every" if life.trend == "halves" else "doubles every"
    assert f"{word}   {life.steps:.3g} steps" in re.sub(r"\s{2,}", "   ", cards(app)[1])
    if "length" not in query:
        assert half_life(expected("lstm")).steps != pytest.approx(life.steps, rel=1e-3)


def test_the_marker_stands_where_float32_would_underflow(open_app):
    app = open_app("gradients", **TEXT, length="2000", scale="0.5", cells="simple_rnn")
    found = expected("simple_rnn", length=2000, scale=0.5)
    back = int(np.argmax(found[::-1] < np.finfo(np.float32).smallest_normal))
    assert 0 < back < 1999
    assert f"after {back:,} steps back" in cards(app)[0]
    crosses = [line for line in chart(app)["data"] if line.get("mode") == "markers"]
    assert [cross["x"] for cross in crosses] == [[2000 - back]]


def test_truncation_leaves_nothing_beyond_its_block_and_is_drawn(open_app):
    app = open_app("gradients", **TEXT, truncate="25")
    drawn = chart(app)
    borders = [s["x0"] for s in drawn["layout"]["shapes"] if s.get("name") == "border"]
    assert len(borders) == 3
    lines = [line for line in drawn["data"] if "lines" in line.get("mode", "")]
    assert len(lines) == 4  # three cells, and the cell state of the LSTM
    for line in lines:
        assert np.isfinite(numbers(line["y"])).tolist() == [False] * 75 + [True] * 25


def headline(app) -> str:
    [found] = [each.value for each in app.markdown if each.value.startswith("**Back") or
               each.value.startswith("**In ")]  # fmt: skip
    return found


def ends(app) -> dict[str, float]:
    """What the drawn lines keep from the step read last to the first."""
    lines = [d for d in chart(app)["data"] if d["name"].startswith("<b>")]
    drawn = {re.sub(r"<b>(.*)</b>.*", r"\1", d["name"]): numbers(d["y"]) for d in lines}
    return {name: y[0] / y[-1] for name, y in drawn.items()}


SETTINGS = [{}, {"length": "30"}, {"scale": "1.3"}, {"fbias": "4", "length": "200"},
            {"weights": "latch", "task": "latch"}, {"cells": "gru"}, {"act": "relu"},
            {"scale": "0.6", "length": "300"}]  # fmt: skip


@pytest.mark.parametrize("query", SETTINGS, ids=str)
def test_the_headline_says_what_the_lines_do(open_app, query):
    app = open_app("gradients", **TEXT, **query)
    kept, said = ends(app), headline(app)
    most = max(kept, key=kept.__getitem__)
    assert most in said.split("**")[1]
    assert share(kept[most]) in said
    for name, value in kept.items():
        assert name == most or kept[most] > 2 or f"{name} {share(value)}" in said
    life = half_life(numbers(next(d["y"] for d in chart(app)["data"] if most in d["name"])))
    if life.trend in ("halves", "doubles"):
        assert f"{life.trend} every {written(life.steps)} steps" in said
    everything = said + " ".join(each.value for each in app.caption) + " ".join(cards(app))
    assert not re.search(r"\de[+-]\d|nan|inf\b", everything)


@pytest.mark.parametrize("query", [{"truncate": "25"}, {"loss_at": "every"}], ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_half_life_where_no_error_goes_all_the_way(open_app, query, language):
    app = open_app("gradients", language=language, **TEXT, **query)
    shown = " ".join(cards(app)) + " ".join(str(line["name"]) for line in chart(app)["data"])
    with speak(language):
        assert t("gradients.card.halves") not in shown
        assert t("figures.half_life.halves").partition("}")[2] not in shown
        assert all(t("gradients.card.unknown") in card for card in cards(app))


@pytest.mark.parametrize(("scale", "told"), [("1", True), ("0.5", False)])
def test_why_the_untrained_gru_keeps_less_is_said_where_it_does(open_app, scale, told):
    app = open_app("gradients", **TEXT, scale=scale)
    said = " ".join(each.value for each in app.caption)
    assert ("Why the untrained GRU" in said) is told
    if told:
        assert ends(app)["GRU"] < ends(app)["SimpleRNN"]
        # The sigmoid of a forget bias of 1, before anything pulls at it.
        opened = re.search(r"bias of 1, to (0\.\d+) on average", said)
        assert opened is not None
        assert float(opened[1]) == pytest.approx(1 / (1 + np.exp(-1)), abs=0.03)


def test_one_token_is_one_token(open_app):
    app = open_app("gradients", text="a", split="character")
    assert any("Its only token is read over and over" in each.value for each in app.caption)


@pytest.mark.parametrize(("language", "loss_at"), [("en", "last"), ("ko", "every")])
@pytest.mark.parametrize("task", sorted({card["task"] for card in bundled_models()}))
def test_trained_models_answer_as_they_were_trained_to(open_app, task, loss_at, language):
    query = {"weights": task, "task": task, "loss_at": loss_at}
    app = open_app("gradients", language=language, **query)
    assert not app.exception
    assert not app.error
    assert len(cards(app)) == 3
    [asked] = [box for box in app.selectbox if box.key == "widget.answer."]
    assert asked.disabled == (task in ("brackets", "characters"))


def test_the_answer_asked_for_can_be_chosen(open_app):
    app = open_app("gradients", weights="latch", task="latch")
    [asked] = [box for box in app.selectbox if box.key == "widget.answer."]
    assert asked.options[1:] == list("ABCDEFGH")
    asked.set_value("3").run()
    assert not app.exception
    assert "“D”" in "".join(each.value for each in app.caption)


def test_a_class_that_the_model_does_not_have_is_its_own_answer(open_app):
    app = open_app("gradients", **TEXT, answer="7")
    assert not app.exception
    [asked] = [box for box in app.selectbox if box.key == "widget.answer."]
    assert asked.value == "own"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_that_overflow_are_said_and_logged_by_nobody(open_app, language, recwarn):
    query = {"act": "linear", "init": "identity", "scale": "4", "length": "2000"}
    app = open_app("gradients", language=language, **TEXT, **query, clip="1")
    assert not app.exception
    with speak(language):
        assert t("gradients.card.overflow") in cards(app)[0]
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_cannot_be_read_leaves_the_last_numbers(open_app, language):
    app = open_app("gradients", language=language, **TEXT)
    before = cards(app)
    app.text_area[0].set_value("\n \n").run()
    assert not app.exception
    assert len(app.error) == 1
    assert cards(app) == before


@pytest.mark.parametrize("source", ["text", "random"])
def test_random_tokens_follow_the_seed(open_app, source):
    lives = [cards(open_app("gradients", **TEXT, source=source, seed=seed)) for seed in "33"]
    assert lives[0] == lives[1]


def test_another_clipping_norm_keeps_everything_else(open_app):
    assert cards(open_app("gradients", **TEXT, clip="0.01")) == cards(open_app("gradients", **TEXT))


def test_what_is_read_of_a_text_is_said(open_app):
    app = open_app("gradients", text="the music was wonderful " * 30)
    assert any("first 100 of its 120 tokens" in each.value for each in app.caption)
    app = open_app("gradients", text="the music was wonderful")
    assert any("4 tokens are read over and over, up to 100" in each.value for each in app.caption)
