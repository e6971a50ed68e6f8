"""Paths: the triangle of this text, a sentence about the chosen loss, and its checks."""

from __future__ import annotations

import json

import numpy as np
import pytest

import core
from core.analysis import questions
from core.analysis.expressions import show_number
from core.analysis.triangle import triangle
from core.training.shelf import Shelf
from dashboard import state
from dashboard.i18n import speak, t
from tests.dashboard.views.test_memory import TEXTS, numbers


def drawn(app) -> list[dict]:
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-triangle")]
    return json.loads(chart.proto.spec)["data"]


def said(app) -> str:
    """The sentence about the loss: the only one in bold type with a share."""
    return next(each.value for each in app.markdown if "**" in each.value)


@pytest.mark.parametrize(("language", "cell"), [("en", "lstm"), ("ko", "gru")])
def test_picture_and_sentence_are_those_of_this_text_and_this_loss(open_app, language, cell):
    sentences = set()
    model = core.bundled_model(f"sentiment-{cell}")
    for text, step in ((TEXTS[0], 7), (TEXTS[0], 9), (TEXTS[1], 4)):
        app = open_app("paths", language=language, cell=cell, text=text, step=str(step))
        assert not app.exception
        assert not app.error
        trace = core.record(model, text)
        computed = triangle(model, trace, questions.targets(model, trace))
        heatmap, *bars = drawn(app)
        z = numbers(heatmap["z"]).reshape(trace.time, trace.time)
        with np.errstate(divide="ignore"):
            np.testing.assert_allclose(10**z, computed.norms, rtol=1e-4)
        assert len(bars) == len(computed.parts)
        shares = sum(np.nan_to_num(numbers(bar["y"]))[: step + 1] for bar in bars)
        np.testing.assert_allclose(shares, 1, atol=2e-3)
        way, share = next(iter(computed.ways(step).items()))
        sentence = said(app)
        assert show_number(100 * share, 3) in sentence
        with speak(language):
            named = "paths.way.kept" if way == "kept" else "paths.way.gate"
            names = {"memory": t(f"quantity.{computed.state}").lower()}
            names |= {"gate": t(f"quantity.{way}").lower()} if way != "kept" else {}
            assert t(named, **names) in sentence
        check = app.caption[-1].value
        assert show_number(computed.difference, 2) in check
        sentences.add(sentence)
    assert len(sentences) == 3


def test_what_the_loss_asks_for_changes_the_numbers(open_app):
    own = open_app("paths", text=TEXTS[0], asked="1")
    other = open_app("paths", text=TEXTS[0], asked="0")
    assert not np.allclose(numbers(drawn(own)[0]["z"]), numbers(drawn(other)[0]["z"]),
                           equal_nan=True)  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        {"text": "good"},
        {"task": "untrained", "both": "true", "layers": "2", "layer": "3"},
        {"task": "characters", "cell": "gru", "text": "to be or not"},
        {"task": "flip-flop", "text": "A..b.C", "cell": "simple_rnn"},
    ],
    ids=["one token", "both ways", "a language model", "an answer at every step"],
)
def test_other_models_and_the_shortest_text(open_app, query):
    app = open_app("paths", **query)
    assert not app.exception
    assert not app.error
    assert drawn(app)
    if query.get("text") == "good":
        assert any("one token has no way back" in each.value for each in app.markdown)


def test_a_model_without_a_readout_has_its_sentence(open_app):
    bare = core.new_model("gru", vocabulary=core.bundled_model("latch-gru").vocabulary,
                          embedding=4, units=[5], outputs=None)  # fmt: skip
    kept = Shelf().keep(bare, name="Mine")
    app = open_app("paths", task=state.MODEL + kept.id, text="ABCA")
    assert not app.exception
    assert not app.error
    assert drawn(app)
    assert t("paths.unread") in app.caption[-1].value
