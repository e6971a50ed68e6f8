"""Shapes: each picture is a shipped model's run on what was typed, and says so in a sentence."""

from __future__ import annotations

import pytest

import core
from core.analysis.masking import batch
from core.data.sequences import strokes
from core.make.shipped import decoder
from dashboard.cache.making import code_plane
from dashboard.i18n import speak, t
from dashboard.widgets.problem import plain


def said(app) -> str:
    return " ".join(each.value for each in app.markdown)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_sentences_are_those_of_what_was_read(open_app, language):
    typed = {"shape_token": "q", "shape_brackets": "([", "shape_text": "never boring"}
    app = open_app("shapes", language=language, cell="gru", **typed)
    assert not app.exception
    assert not app.error
    shares = []
    writer = core.bundled_model("characters-gru")
    shares.append(core.record(writer, writer.encode("q").inputs).outputs[0, 0].max())
    shares.append(core.generate(writer, "q", steps=8, strategy="greedy").probabilities)
    shares[-1] = shares[-1].max(axis=1).min()
    judge = core.record(core.bundled_model("sentiment-gru"), "never boring").outputs[0, 0]
    shares.append(max(judge, 1 - judge))
    shares.append(core.record(core.bundled_model("brackets-gru"), "([").outputs[0].max())
    sentences = [each.value for each in app.markdown if "%" in each.value]
    made = core.translate(core.bundled_model("dates-attention"), "may 5, 1998")
    looks = made.trace.nodes["attention"].arrays["weights"]
    shares.append(looks.max())
    assert any(plain(made.text) in sentence for sentence in sentences)
    for share, sentence in zip(shares, sentences, strict=False):
        assert f"{share:.0%}" in sentence
    charts = [chart.proto.id for chart in app.get("plotly_chart")]
    assert [any(f"chart-shapes-{name}" in chart for chart in charts) for name in
            ("one_to_one", "one_to_many", "many_to_one", "frames", "encoder_decoder")
           ] == [True] * 5  # fmt: skip


@pytest.mark.parametrize("side", ["after", "before"])
def test_what_padding_did_is_counted(open_app, side):
    texts = ["dull", "not a dull moment"]
    app = open_app("shapes", cell="simple_rnn", shape_batch="\n".join(texts), shape_side=side)
    model = core.bundled_model("sentiment-simple_rnn")
    found = batch(model, [model.encode(text).ids for text in texts], padding=side)
    assert f"{found.on_padding(found.plain)[0]:.0%}" in said(app)
    assert "“dull” got 3 padded steps" in said(app)
    assert "exactly **0**" in said(app)
    even = open_app("shapes", shape_batch="dull\ngood")
    with speak("en"):
        assert t("shapes.said.even", count=2) in said(even)


def test_what_cannot_be_read_is_said_and_the_rest_stays(open_app):
    app = open_app("shapes", shape_token="Ω", shape_batch="\n".join("abcdefghij"))
    assert not app.exception
    assert [("Ω" in each.value, "8" in each.value) for each in app.error] == [
        (True, False),
        (False, True),
    ]
    assert app.text_input(key="widget.shape_token.").value == "Ω"
    # The other shapes are drawn.
    assert len(app.get("plotly_chart")) == 5


def test_a_press_opens_the_page_that_uses_the_shape(open_app):
    app = open_app("shapes", shape_brackets="(([])", cell="lstm")
    app.button(key="open-frames").click().run()
    assert not app.exception
    assert app.session_state["field.task"] == "brackets"
    assert app.session_state["field.text"] == "(([])"


@pytest.mark.parametrize(("typed", "letter"), [("o", "o"), ("Ursa", "u"), ("q", "a")])
def test_a_vector_becomes_the_letter_that_was_typed(open_app, typed, letter):
    app = open_app("shapes", shape_token=typed)
    assert not app.exception
    plane = code_plane("strokes")
    code = plane.codes[plane.kinds == strokes.KINDS.index(letter)][0]
    made = core.record(decoder("strokes"), {"code": code[None]}).outputs[0]
    [sentence] = [each.value for each in app.markdown if "z = (" in each.value]
    assert f"({code[0]:.2f}, {code[1]:.2f})" in sentence
    assert f"“{letter}”" in sentence
    assert f"**{int((made[:, 2] > 0).sum())}** moves" in sentence
    if typed == "o":
        app.button(key="open-decoded").click().run()
        assert not app.exception
        assert f"**{letter}**" in app.markdown[0].value
        assert app.session_state["field.code2"] == pytest.approx(float(code[1]))
