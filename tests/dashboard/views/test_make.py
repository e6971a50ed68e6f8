"""Make: what stands on the page is what core makes, and its sentences follow the numbers."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

import core
from core.data.sequences import strokes
from core.make import adversarial, autoencoder
from core.make.linear import Principal, error
from core.make.shipped import cards, decoder, shipped
from dashboard.cache.making import code_plane, played
from dashboard.i18n import speak, t
from dashboard.views.make.adversarial import coverage_sentence
from tests.dashboard.views.test_memory import numbers


def drawn(app, key: str) -> list:
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith(f"chart-{key}")]
    return json.loads(chart.proto.spec)["data"]


def said(app) -> str:
    return " ".join(each.value for each in app.markdown)


def test_what_ships_is_small_and_says_how_it_was_made():
    found = cards()
    assert {card["id"] for card in found} >= {"autoencoder-strokes"}
    for card in found:
        one = shipped(card["id"])
        assert one.model.card == card
        assert one.film.made.shape[0] == len(one.film.seen) > 3
        assert one.film.made.shape[2:] == (one.of.steps, len(one.of.features))
        assert one.film.seen[0] == 0
        assert card["command"].endswith(card["id"])


def test_the_decoder_is_a_vector_that_becomes_a_sequence():
    model = decoder("strokes")
    assert model.card["shape"] == "one-to-many"
    made = core.record(model, {"code": np.zeros((1, 2), np.float32)}).outputs
    assert made.shape == (1, strokes.STEPS, 3)


@pytest.mark.parametrize(("language", "word"), [("en", "neuron"), ("ko", "tea")])
def test_a_word_is_written_through_two_numbers(open_app, language, word):
    app = open_app("make", language=language, penned=word)
    assert not app.exception
    assert not app.error
    found = shipped("autoencoder-strokes")
    read = strokes.word(word, seed=0)
    made = core.record(found.model, read).outputs
    linear = Principal.of(found.of.examples(2_000, seed=0)[0], numbers=2).rebuilt(read)
    assert f"{error(read, made):.3g}" in said(app)
    assert f"{error(read, linear):.3g}" in said(app)
    rows = drawn(app, "again")
    assert len(rows) == 3
    # The first letter's pen: its way on the paper, in the unit of the picture.
    way = strokes.positions(made[0])[strokes.on_paper(made[0])]
    shown = numbers(rows[1]["x"])
    assert np.isfinite(shown).sum() >= len(way)
    with speak(language):
        assert any(t("make.row.made") == row["name"] for row in rows)


def test_letters_that_the_font_has_not_are_named_and_the_rest_stays(open_app):
    app = open_app("make", penned="next")
    assert not app.exception
    assert ["'x'" in each.value or "x" in each.value for each in app.error] == [True]
    assert app.text_input(key="widget.penned.").value == "next"
    assert [e for e in app.get("bidi_component") if e.proto.component_name.endswith("plane")]
    app.text_input(key="widget.penned.").set_value("nest").run()
    assert not app.error
    empty = open_app("make", penned=" ")
    assert "1 to 24" in empty.error[0].value


def test_the_plane_travels_whole_and_its_sentence_follows_the_point(open_app):
    plane = code_plane("strokes")
    sentences = []
    for kind in (1, 3):
        x, y = plane.codes[plane.kinds == kind][0]
        app = open_app("make", code1=f"{x:.3f}", code2=f"{y:.3f}")
        assert not app.exception
        assert f"**{strokes.KINDS[kind]}**" in said(app)
        sentences.append(app.markdown[0].value)
    assert sentences[0] != sentences[1]
    [mounted] = [e for e in app.get("bidi_component") if e.proto.component_name.endswith("plane")]
    data = bytes(mounted.proto.bytes)
    first = struct.unpack("<I", data[:4])[0]
    point = json.loads(data[4 : 4 + first])["point"]
    np.testing.assert_allclose(point, (x, y), atol=1e-3)
    rest = data[4 + first :]
    second = struct.unpack("<I", rest[:4])[0]
    head = json.loads(rest[4 : 4 + second])
    grid = np.frombuffer(rest[4 + second :], "<i2").reshape(plane.decoded.shape) * head["unit"]
    np.testing.assert_allclose(grid, plane.decoded, atol=head["unit"])
    made = autoencoder.decode(shipped("autoencoder-strokes").model, np.array([[x, y]]))
    nearest = np.abs(grid - made).mean(axis=(1, 2)).min()
    assert nearest < 0.1


def test_what_the_generator_makes_is_counted(open_app):
    app = open_app("make", maker="adversarial", made="2")
    assert not app.exception
    assert not app.error
    found = shipped("adversarial-strokes")
    generator, critic = adversarial.players(found.model)
    made = played("strokes", seed=0)
    np.testing.assert_array_equal(made.made, core.record(generator, made.noise).outputs)
    assert f"{made.found.share:.0%}" in said(app)
    assert f"{made.found.effective:.1f}" in said(app)
    seen = adversarial.look(critic, made.made[2:3])
    assert any(f"{seen.verdicts[0]:.2f}" in box.label for box in app.expander)
    other = open_app("make", maker="adversarial", make_seed="5")
    assert said(other) != said(app)


def test_the_sentence_about_kinds_follows_what_was_made():
    of = shipped("autoencoder-strokes").of
    real, kinds = of.examples(330, seed=9)
    held = lambda made: adversarial_held(made, of)  # noqa: E731
    with speak("en"):
        everything = coverage_sentence(held(real), of=of)
        one = coverage_sentence(held(real[kinds == 4]), of=of)
        nothing = coverage_sentence(held(np.full_like(real[:9], 3.0)), of=of)
    assert "All 11 kinds" in everything
    assert "1 of 11" in one
    assert "it has forgotten a, e, i, l, n" in one
    assert "none looks real" in nothing


def adversarial_held(made, of):
    from core.make.judging import held_against_real

    return held_against_real(made, of=of)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_both_ways_stand_at_the_step_of_the_slider(open_app, language):
    sentences = []
    for step in ("0", "12"):
        app = open_app(
            "make", language=language, maker="diffusion", noise_steps="16", noise_step=step
        )
        assert not app.exception
        assert not app.error
        assert len(drawn(app, "ways")) == 3
        sentences.append(app.markdown[0].value)
    assert sentences[0] != sentences[1]
    assert "12" in sentences[1]
