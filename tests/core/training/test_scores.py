"""Scores against the same quantities computed one beginning of a text at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

import core
from core.data import Example, task
from core.training.scores import score
from core.training.sources.drawn import outputs_of, vocabulary_of


def untrained(name, *, seed):
    chosen = task(name)
    vocabulary = vocabulary_of(chosen, chosen.generate(400, seed=0))
    model = core.new_model(
        "gru",
        vocabulary=vocabulary,
        embedding=5,
        units=[7],
        outputs=outputs_of(chosen, vocabulary),
        readout=chosen.readout,
        seed=seed,
        scale=2.0,
        mask_zero=True,
    )
    return chosen, model


@pytest.mark.parametrize("name", ["sentiment", "latch"])
def test_accuracy_is_the_share_of_right_answers(name):
    chosen, model = untrained(name, seed=3)
    examples = chosen.generate(300, seed=8, side="test")
    right = 0
    for example in examples:
        answers = core.record(model, example.text).outputs[0]
        given = int(answers[0] > 0.5) if len(answers) == 1 else int(np.argmax(answers))
        right += given == example.answer
    assert 0 < right < 300
    assert score(model, chosen, examples) == pytest.approx(right / 300)


@pytest.mark.parametrize("name", ["dyck2", "reber"])
def test_accuracy_at_every_step_counts_no_padding(name):
    chosen, model = untrained(name, seed=3)
    examples = chosen.generate(60, seed=8, side="test")
    assert len({len(example.text) for example in examples}) > 5
    right = [
        given == asked
        for example in examples
        for given, asked in zip(
            core.record(model, example.text).outputs[0].argmax(axis=-1), example.steps, strict=True
        )
    ]
    assert 0 < np.mean(right) < 1
    assert score(model, chosen, examples) == pytest.approx(np.mean(right))


def test_bits_per_token_is_the_mean_surprise():
    chosen, model = untrained("characters", seed=1)
    examples = chosen.generate(6, seed=8, side="test")
    bits = []
    for example in examples:
        ids = model.vocabulary.encode(example.text).ids
        for step in range(1, len(ids)):
            chances = core.record(model, ids[None, :step]).outputs[0, -1]
            bits.append(-math.log2(chances[ids[step]]))
    assert score(model, chosen, examples) == pytest.approx(np.mean(bits), rel=1e-5)
    assert np.mean(bits) == pytest.approx(math.log2(model.vocabulary.size), abs=1)


def test_closing_accuracy_asks_which_bracket_closes():
    chosen, model = untrained("brackets", seed=2)
    examples = chosen.generate(12, seed=8, side="test")
    right = asked = 0
    for example in examples:
        for step in range(1, len(example.text)):
            # What is open: what is left when pairs are struck out.
            left = example.text[:step].rpartition(".")[2]
            while "()" in left or "[]" in left:
                left = left.replace("()", "").replace("[]", "")
            if left:
                chances = core.record(model, example.text[:step]).outputs[0, -1]
                by_token = dict(zip(model.vocabulary.tokens, chances[2:], strict=True))
                asked += 1
                right += (by_token[")"] > by_token["]"]) == (left[-1] == "(")
    assert 0 < right < asked
    assert score(model, chosen, examples) == pytest.approx(right / asked)


def test_the_score_does_not_depend_on_what_stands_beside_a_text():
    chosen, model = untrained("sentiment", seed=3)
    short, long = Example("good", 1), Example("the movie was not good , " * 9, 0)
    alone = score(model, chosen, [short]) + score(model, chosen, [long])
    assert score(model, chosen, [short, long]) == pytest.approx(alone / 2)
