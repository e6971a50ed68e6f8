"""Translate: what is on the page is what core translates, looked at and weighed."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.analysis.alignment import alignment, passages, word_spans
from core.text import END, visible
from dashboard import state
from dashboard.i18n import speak, t
from dashboard.origins.upload import Brought
from dashboard.widgets.problem import plain
from tests.core.translators import translator
from tests.dashboard.conftest import go_to, unfold

SOURCE = "dcba"
SEED = {"dot": 42, "plain": 3}
"""With these each writes something, and ends or not."""
NAMES = {"dot": "m1", "plain": "m2"}


def model(kind: str) -> core.Model:
    """A small translator of random weights."""
    return translator(kind, seed=SEED[kind])


def brought(open_app: Any, kind: str = "dot", *, language: str = "en", **query: str) -> AppTest:
    """The page, with a small translator of random weights that the session has brought."""
    app = open_app("home", language=language)
    held = {
        identifier: Brought(identifier, name, "m.npz", b"", model(name))
        for name, identifier in NAMES.items()
    }
    app.session_state["kept.brought"] = held
    app.session_state["field.translator"] = state.MODEL + NAMES[kind]
    for name, value in {"tr_source": SOURCE, **query}.items():
        app.session_state[f"field.{name}"] = value
    return go_to(app, "translate")


def drawn(app: AppTest) -> dict[str, Any]:
    """What the two texts were drawn from."""
    [texts] = [e for e in app.get("bidi_component") if e.proto.id.endswith("translating")]
    return json.loads(texts.proto.json)


def said(app: AppTest) -> str:
    return " ".join(each.value for each in app.markdown)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_texts_and_the_matrix_are_what_core_makes(open_app, language):
    app = brought(open_app, language=language)
    assert not app.exception
    assert not app.error
    made = core.translate(model("dot"), SOURCE)
    data = drawn(app)
    assert [token[0] for token in data["target"]] == [visible(token) for token in made.tokens]
    assert data["source"] == list(SOURCE)
    looks = alignment(made.trace)
    assert looks is not None
    for row, expected in zip(data["looks"], looks.weights, strict=True):
        assert row == pytest.approx(expected.tolist(), abs=6e-5)
    others = [[other[0] for other in token[4]] for token in data["target"]]
    assert others == [
        [one.text for one in made.alternatives(at, most=6)] for at in range(len(made.ids))
    ]
    with speak(language):
        sure = math.exp(made.log_probability)
        assert (f"{sure:.0%}" if sure >= 0.0995 else f"{sure:.1%}") in said(app)
        assert t("translate.made.dot") in " ".join(each.value for each in app.caption)
    charts = [chart.proto.id for chart in app.get("plotly_chart")]
    assert any(chart.endswith("chart-attention") for chart in charts)


def test_a_forced_token_stands_there_and_can_be_freed(open_app):
    free = core.translate(model("dot"), SOURCE)
    other = next(token for token in "123" if token != free.tokens[0])
    app = brought(open_app, tr_forced=json.dumps({"0": other}))
    made = core.translate(model("dot"), SOURCE, forced={0: other})
    data = drawn(app)
    assert [token[0] for token in data["target"]] == [visible(token) for token in made.tokens]
    assert data["forced"] == [0]
    assert t("translate.said.forced", tokens=f"“{other}”") in said(app)
    [button] = [each for each in app.button if each.label == t("translate.free")]
    button.click().run()
    assert [token[0] for token in drawn(app)["target"]] == [visible(each) for each in free.tokens]


def test_what_is_folded_is_computed_for_this_source(open_app):
    app = unfold(brought(open_app, tr_beams=2), "context", "beams", "teacher")
    assert not app.exception
    assert not app.error
    beam = core.translate(model("dot"), SOURCE, beams=2)
    assert beam.text in said(app)
    charts = [chart.proto.id for chart in app.get("plotly_chart")]
    for name in ("context", "beam", "forcing"):
        assert any(chart.endswith(f"chart-{name}") for chart in charts), name
    taught = brought(open_app, tr_teacher="123")
    taught = unfold(taught, "teacher")
    right = core.translate(model("dot"), SOURCE, teacher="123")
    counted = sum(
        one == other for one, other in zip(right.tokens, ("1", "2", "3", END), strict=True)
    )
    assert f"**{counted} of 4**" in said(taught)


def test_a_decoder_that_cannot_look_back_says_so(open_app):
    app = brought(open_app, "plain")
    assert not app.exception
    assert drawn(app)["looks"] is None
    assert t("translate.no_attention") in said(app)
    # An LSTM of four units hands over two states.
    assert t("translate.said.state", steps=len(SOURCE), numbers=8) in said(app)


@pytest.mark.parametrize(
    ("query", "words"), [({"tr_source": "abΩ"}, "Ω"), ({"tr_forced": '{"0": "Q"}'}, "Q")]
)
def test_what_the_model_does_not_know_is_said_and_stays(open_app, query, words):
    app = brought(open_app, **query)
    assert not app.exception
    assert [words in each.value for each in app.error] == [True]
    kept = query.get("tr_source", SOURCE)
    assert app.text_input(key="widget.tr_source.").value == kept


def test_a_beam_that_is_wider_than_the_vocabulary_is_said(open_app):
    app = unfold(brought(open_app, tr_beams=50), "beams")
    assert not app.exception
    assert ["50" in each.value for each in app.error] == [True]
    assert drawn(app)["target"]


def test_what_ships_opens_with_the_dates_and_says_where_it_looked(open_app):
    app = open_app("translate")
    assert not app.exception
    assert not app.error
    dates = core.bundled_model("dates-attention")
    source = dates.card["samples"]["en"][0]
    made = core.translate(dates, source)
    assert plain(made.text) in said(app)
    looks = alignment(made.trace)
    assert looks is not None
    words = word_spans(made.source.tokens, unit="character")
    longest = max(passages(looks, words), key=lambda one: one.read[1] - one.read[0])
    assert f"**{longest.share:.0%}** at" in said(app)
    app = unfold(app, "lengths")
    row = dates.card["by_length"][-1]
    assert f"{row['length']} tokens" in said(app)


def test_a_link_with_nonsense_forces_nothing(open_app):
    app = brought(open_app, tr_forced="[1, 2")
    assert not app.exception
    assert drawn(app)["forced"] == []
