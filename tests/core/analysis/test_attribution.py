"""Shares against what can be worked out: linear networks, sums, texts with a step taken out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core import cells
from core.analysis.attribution import Question, attribution, attributions
from core.analysis.faithfulness import agreement, control, deletion, insertion, verdicts
from core.errors import ForeignTrace, OutOfRange, ShapeMismatch
from core.nodes import Dense, Embedding, Input
from tests.core.analysis.models import random_model, recorded
from tests.core.networks import randomised

every_cell = pytest.mark.parametrize("cell", [*cells.CELLS, "gru_reset_before"])
METHODS = ("gradient_input", "integrated_gradients", "occlusion")


def logit(model, trace, output=0):
    return trace.nodes[model.nodes[-1].name].before_activation[..., output]


@every_cell
@pytest.mark.parametrize("masked", [False, True])
def test_integrated_gradients_are_complete(cell, masked):
    model = random_model(
        cell, features=2, units=[4, 3], bidirectional=True, outputs=3, dtype=np.float64
    )
    trace = recorded(model, batch=2, time=7, masked=masked)
    shares = attribution(model, trace, output=2, batch=1)
    nothing = Question.of(model, trace, output=2, batch=1).answer_to_nothing
    assert shares.answer == pytest.approx(logit(model, trace, 2)[1], rel=1e-9)
    assert shares.baseline == pytest.approx(nothing)
    assert abs(shares.residual) < 1e-6 * max(abs(shares.answer - shares.baseline), 1e-3)
    np.testing.assert_allclose(shares.features.sum(axis=1), shares.shares)
    if masked:
        skipped = ~trace.mask[1]
        assert skipped.any()
        assert np.abs(shares.shares[skipped]).max() < 1e-12


def test_of_a_linear_network_all_methods_say_the_same_and_are_complete():
    model = core.new_model(
        "simple_rnn", features=2, units=[3], outputs=1, activation="linear", dtype=np.float64
    )
    model = randomised(model, seed=4, scale=0.5)
    trace = core.record(model, np.random.default_rng(0).standard_normal((1, 6, 2)))
    (layer,), dense = model.layers, model.nodes[-1]
    kernel = layer.weights["hidden"]["kernel"]
    recurrent = layer.weights["hidden"]["recurrent_kernel"]
    expected = [
        trace.inputs[0, t] @ kernel @ np.linalg.matrix_power(recurrent, 5 - t) @ dense.kernel[:, 0]
        for t in range(6)
    ]
    for method in METHODS:
        shares = attribution(model, trace, method)
        np.testing.assert_allclose(shares.shares, expected, rtol=1e-9)
        assert shares.residual == pytest.approx(0, abs=1e-12)
    assert shares.order == np.argsort(expected)[::-1].tolist()


@every_cell
def test_occlusion_is_the_answer_to_the_text_without_the_step(cell):
    model = random_model(cell, features=2, units=[4], outputs=2, dtype=np.float64)
    trace = recorded(model, batch=1, time=5)
    gap = np.array([0.3, -0.2])
    shares = attribution(model, trace, "occlusion", output=1, baseline=gap)
    states = {layer.name: dict(layer.initial_states) for layer in trace.layers}
    for t in range(5):
        text = trace.inputs.copy()
        text[0, t] = gap
        without = core.record(model, text, initial_states=states)
        expected = logit(model, trace, 1)[0] - logit(model, without, 1)[0]
        assert shares.shares[t] == pytest.approx(expected, rel=1e-9)


@every_cell
def test_gradient_times_input_is_the_slope_that_nudging_finds(cell):
    model = random_model(cell, features=2, units=[4], outputs=1, dtype=np.float64)
    trace = recorded(model, batch=1, time=5)
    shares = attribution(model, trace, "gradient_input")
    asked = Question.of(model, trace)
    for t in range(5):
        nudged = np.repeat(asked.features[None], 2, axis=0)
        nudged[:, t] += np.array([[1e-6], [-1e-6]]) * asked.features[t]
        plus, minus = asked.answers(nudged)
        assert shares.shares[t] == pytest.approx((plus - minus) / 2e-6, rel=1e-5, abs=1e-9)


def test_a_readout_at_every_step_is_asked_at_one():
    model = random_model(
        "lstm", features=2, units=[4], outputs=2, readout="every", dtype=np.float64
    )
    trace = recorded(model, batch=1, time=6)
    shares = attribution(model, trace, output=1, step=3)
    assert shares.step == 3
    assert shares.answer == pytest.approx(logit(model, trace, 1)[0, 3])
    assert np.abs(shares.shares[4:]).max() == 0
    assert abs(shares.residual) < 1e-6


def test_tokens_are_asked_behind_their_embedding():
    model = core.bundled_model("sentiment-lstm")
    text = "the movie was not good, but the music was wonderful"
    trace = core.record(model, text)
    shares = attribution(model, trace)
    assert shares.answer == pytest.approx(float(logit(model, trace)[0]), rel=1e-5)
    assert abs(shares.residual) < 0.01 * abs(shares.answer - shares.baseline)
    tokens = model.encode(text).tokens
    assert tokens[shares.order[0]] in ("wonderful", "but", "good")
    words = trace.nodes[model.embedding.name].outputs[0]
    assert shares.features.shape == words.shape


def test_an_embedding_behind_a_named_input_is_found_too():
    plain = core.new_model("gru", vocabulary=core.bundled_model("latch-gru").vocabulary,
                           embedding=4, units=[3], outputs=1, seed=1)  # fmt: skip
    named = replace(plain, nodes=(Input("source"), *plain.nodes))
    ids = np.array([[2, 3, 4, 2]])
    expected = attribution(plain, core.record(plain, ids)).shares
    np.testing.assert_allclose(attribution(named, core.record(named, ids)).shares, expected)
    assert isinstance(named.nodes[1], Embedding)
    assert isinstance(named.nodes[-1], Dense)


def test_deletion_and_insertion_follow_the_shares():
    model = random_model("gru", features=2, units=[4], outputs=1, dtype=np.float64)
    trace = recorded(model, batch=1, time=6)
    asked = Question.of(model, trace)
    shares = attribution(model, trace, "occlusion").shares
    down, up = deletion(asked, shares), insertion(asked, shares)
    assert down.answers[0] == pytest.approx(asked.answer) == pytest.approx(up.answers[-1])
    assert (
        down.answers[-1] == pytest.approx(asked.answer_to_nothing) == pytest.approx(up.answers[0])
    )
    first = int(np.argmax(shares))
    text = asked.features.copy()
    text[first] = 0
    assert down.answers[1] == pytest.approx(asked.answers(text[None])[0])
    assert down.answers[1] == pytest.approx(asked.answer - shares.max())
    # The steps that speak most for the answer, taken out first, let it fall sooner than last.
    assert down.mean < deletion(asked, -shares).mean
    assert up.mean > insertion(asked, -shares).mean


def test_agreement_is_spearmans():
    one = np.array([1.0, 5.0, 3.0, 3.0, -2.0])
    assert agreement(one, one * 7 + 1) == pytest.approx(1)
    assert agreement(one, -one) == pytest.approx(-1)
    # By hand: ranks 2 5 3.5 3.5 1 and 1 2 3 4 5.
    ranks = np.array([2, 5, 3.5, 3.5, 1]) - 3
    expected = ranks @ np.arange(-2, 3) / np.sqrt((ranks @ ranks) * 10)
    assert agreement(one, np.arange(5.0)) == pytest.approx(expected)
    assert np.isnan(agreement(one, np.ones(5)))


def test_a_network_that_knows_nothing_is_explained_otherwise():
    model = core.bundled_model("sentiment-lstm")
    trace = core.record(model, "the movie was not good, but the music was wonderful")
    shares = attribution(model, trace)
    same = control(model.with_parameters({}), trace, shares, seed=0)
    agreed = [control(model, trace, shares, seed=seed) for seed in range(5)]
    assert np.abs(np.mean(agreed)) < 0.5
    assert same == pytest.approx(agreed[0])


def test_nonsense_is_refused():
    model = random_model("gru", features=2, units=[3], outputs=2)
    trace = recorded(model, batch=1, time=4)
    with pytest.raises(OutOfRange, match="output is 2"):
        attribution(model, trace, output=2)
    with pytest.raises(OutOfRange, match="points is 0"):
        attribution(model, trace, points=0)
    with pytest.raises(ShapeMismatch, match="baseline"):
        attribution(model, trace, baseline=[0.0])
    with pytest.raises(ShapeMismatch, match="shares"):
        deletion(Question.of(model, trace), np.zeros(3))
    with pytest.raises(ForeignTrace):
        attribution(random_model("gru", features=2, units=[3], outputs=2, seed=8), trace)


def test_all_methods_that_have_rules_and_what_the_checks_say_of_them():
    model = core.bundled_model("sentiment-gru")
    trace = core.record(model, "the movie was not good")
    found = attributions(model, trace)
    assert [each.method for each in found] == [*METHODS, "relevance"]
    for each, verdict in zip(found, verdicts(model, trace, found), strict=True):
        asked = Question.of(model, trace)
        assert verdict.sign == -1  # the text lowers the answer: what lowers it most goes first
        np.testing.assert_allclose(verdict.deletion.answers, deletion(asked, -each.shares).answers)
        assert verdict.agreement == pytest.approx(agreement(found[1].shares, each.shares))
        assert verdict.control == pytest.approx(control(model, trace, each))
    assert verdicts(model, trace, ()) == ()
