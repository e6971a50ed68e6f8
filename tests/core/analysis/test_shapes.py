"""The shape of a network is read off its graph; its turns are those that were recorded."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.alignment import sides
from core.analysis.shapes import DECODER, ENCODER, SHAPES, shape_of, unroll, unroll_pair
from core.data.sequences.strokes import signs
from core.errors import ShapeMismatch
from core.make.shipped import decoder
from tests.core.graphs import GRAPHS
from tests.core.translators import translator

OF_GRAPHS = {
    "side by side": "frames",
    "mean of the last": "many_to_one",
    "a vector as a text": "one_to_many",
    "an autoencoder": "encoder_decoder",
    "attention": "encoder_decoder",
    "lstm that starts from another": "encoder_decoder",
    "convolved, causal": "frames",
}


@pytest.mark.parametrize(("name", "shape"), OF_GRAPHS.items())
def test_the_shape_is_that_of_the_graph(name, shape):
    assert shape_of(GRAPHS[name].model()) == shape


def test_every_model_that_ships_has_a_shape():
    found = {card["id"]: shape_of(core.bundled_model(card["id"])) for card in core.bundled_models()}
    assert found["sentiment-gru"] == found["latch-lstm"] == "many_to_one"
    assert found["brackets-lstm"] == found["characters-gru"] == "frames"
    assert set(found.values()) <= set(SHAPES)


def test_a_vector_becomes_a_sequence_whose_answers_are_named():
    model = decoder("strokes")
    trace = core.record(model, {"code": np.array([[0.4, -0.2]], np.float32)})
    names = signs(trace.outputs[0])
    found = unroll(model, trace, tokens=["z"] * len(names), answers=names)
    assert found.shape == shape_of(model) == "one_to_many"
    assert not found.fed_back
    assert [(turn.answer, turn.share) for turn in found.turns] == [(name, None) for name in names]
    with pytest.raises(ShapeMismatch):
        unroll(model, trace, answers=names[:-1])


def test_one_answer_stands_at_the_end_of_the_text():
    model = core.bundled_model("sentiment-lstm")
    encoded = model.encode("not good at all")
    trace = core.record(model, encoded.inputs)
    found = unroll(model, trace, tokens=encoded.tokens, classes=("against", "for"))
    assert found.shape == "many_to_one"
    assert [turn.read for turn in found.turns] == ["not", "good", "at", "all"]
    np.testing.assert_array_equal(
        [turn.state for turn in found.turns], trace.layers[0].states["hidden"][0]
    )
    assert [turn.answer for turn in found.turns] == [None, None, None, "against"]
    assert found.turns[-1].share == pytest.approx(1 - float(trace.outputs[0, 0]))
    assert found.answered == found.turns[-1:]


def test_answers_at_every_step_and_one_step_alone():
    model = core.bundled_model("brackets-gru")
    encoded = model.encode("([])")
    trace = core.record(model, encoded.inputs)
    found = unroll(model, trace, tokens=encoded.tokens)
    assert found.shape == "frames"
    assert [turn.share for turn in found.turns] == pytest.approx(trace.outputs[0].max(axis=1))
    assert [turn.answer for turn in found.turns] == list(map(str, trace.outputs[0].argmax(axis=1)))
    first = core.record(model, encoded.inputs[:, :1])
    assert unroll(model, first).shape == "one_to_one"
    assert unroll(model, first).turns[0].read is None
    assert unroll(model, trace, fed_back=True).shape == "one_to_many"


def test_tokens_of_another_number_are_refused():
    model = core.bundled_model("brackets-gru")
    trace = core.record(model, model.encode("([])").inputs)
    with pytest.raises(ShapeMismatch, match="tokens"):
        unroll(model, trace, tokens="([")


def test_encoder_and_decoder_stand_one_after_the_other():
    made = core.translate(translator("dot"), "abca", teacher="123")
    encoders, decoders = sides(made.trace)
    shares = [float(row.max()) for row in made.probabilities]
    found = unroll_pair(
        made.trace, source="abca", read="s123", written=list(zip("xyzw", shares, strict=True))
    )
    assert [turn.side for turn in found.turns] == [ENCODER] * 4 + [DECODER] * 4
    assert [turn.read for turn in found.turns] == list("abcas123")
    assert [turn.answer for turn in found.turns] == [None] * 4 + list("xyzw")
    states = [run.states["hidden"][0] for run in (encoders[0], decoders[0])]
    np.testing.assert_array_equal([turn.state for turn in found.turns], np.concatenate(states))
    with pytest.raises(ShapeMismatch, match="source"):
        unroll_pair(made.trace, source="abc", read="s123", written=[("x", 1.0)] * 4)
