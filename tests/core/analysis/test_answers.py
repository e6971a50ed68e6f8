from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis import answers as module
from core.analysis.answers import answers
from core.errors import ForeignTrace, OutOfRange
from core.nodes import Embedding
from core.trace import Trace
from tests.core.analysis.models import random_model, recorded
from tests.core.plain_networks import CHAINS, TIME, case

MODELS = [
    {"units": [5]},
    {"units": [5, 4], "readout": "every", "outputs": 3},
    {"units": [3, 4], "outputs": None},
    {"units": [5], "bidirectional": True},
    {"units": [4, 3], "bidirectional": True, "merge": "mul", "outputs": 3},
    {"units": [4], "bidirectional": True, "readout": "every", "outputs": 2},
    {"units": [3, 4], "bidirectional": True, "merge": "ave", "outputs": None},
]


def backward(model: core.Model) -> core.Model:
    """The same weights, read from the end."""
    stages = tuple(
        replace(stage, layers=tuple(replace(one, direction="backward") for one in stage.layers))
        if stage in model.recurrent
        else stage
        for stage in model.parts
    )
    return replace(model, nodes=stages)


def answer_to_prefix(model: core.Model, trace: Trace, *, batch: int, end: int) -> np.ndarray:
    """What a run of nothing but the prefix says."""
    one = slice(batch, batch + 1)
    prefix = core.record(
        model,
        trace.inputs[one, : end + 1],
        mask=None if trace.mask is None else trace.mask[one, : end + 1],
        initial_states=[
            {name: state[one] for name, state in run.initial_states.items()} for run in trace.layers
        ],
    )
    return prefix.outputs[0, -1] if prefix.outputs.ndim == 3 else prefix.outputs[0]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("settings", MODELS, ids=str)
@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_every_answer_is_that_to_the_prefix(cell, settings, masked) -> None:
    model = random_model(cell, features=3, dtype=np.float64, **settings)
    trace = recorded(model, batch=3, time=7, masked=masked)
    for batch in range(3):
        found = answers(model, trace, batch=batch)
        expected = [answer_to_prefix(model, trace, batch=batch, end=end) for end in range(7)]
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
        assert np.ptp(found, axis=0).min() > 1e-4, "the answers should differ along the text"


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("readout", ["last", "every"])
def test_a_model_that_reads_backward(readout, masked) -> None:
    model = backward(random_model("gru", features=3, units=[4], readout=readout, dtype=np.float64))
    trace = recorded(model, batch=2, time=6, masked=masked)
    found = answers(model, trace, batch=0)
    expected = [answer_to_prefix(model, trace, batch=0, end=end) for end in range(6)]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", [name for name in CHAINS if name != "flattened"])
def test_answers_of_a_pooling_are_those_of_the_prefix_alone(name, masked) -> None:
    """And of every other plain stage; a mean of nothing yet is no number, as in Keras."""
    given = case(name, masked=masked)
    trace = given.record()
    for batch in range(2):
        found = answers(given.model, trace, batch=batch)
        expected = [
            answer_to_prefix(given.model, trace, batch=batch, end=end) for end in range(TIME)
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
        one = answers(given.model, trace, batch=batch, steps=[3])
        np.testing.assert_allclose(one, found[[3]], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("reads", ["numbers", "padded ids"])
def test_a_model_of_texts_of_one_length_is_asked_with_padding(reads) -> None:
    given = case("flattened", masked=reads == "numbers")
    model, inputs = given.model, given.inputs
    if reads == "padded ids":
        table = np.random.default_rng(1).normal(size=(9, 3))
        model = core.Model((Embedding("words", table, mask_zero=True), *model.parts))
        inputs = np.array([[3, 1, 4, 1, 5], [2, 6, 0, 0, 0]])
    trace = given.record(model, inputs=inputs)
    found = answers(model, trace, batch=1)
    for end in range(TIME):
        padded = inputs.copy()
        padded[1, end + 1 :] = 0
        expected = given.record(model, inputs=padded).outputs[1]
        np.testing.assert_allclose(found[end], expected, rtol=1e-10, atol=1e-12)
    assert np.ptp(found[:2], axis=0).min() > 1e-4


def test_padding_tokens_are_skipped() -> None:
    model = random_model(
        "lstm", vocabulary=9, embedding=4, units=[4], bidirectional=True, mask_zero=True,
        dtype=np.float64,
    )  # fmt: skip
    trace = core.record(model, np.array([[3, 0, 4, 8, 0, 0, 2]]))
    expected = [answer_to_prefix(model, trace, batch=0, end=end) for end in range(7)]
    np.testing.assert_allclose(answers(model, trace), expected, rtol=1e-10)


def test_blocks_and_chosen_steps_change_nothing(monkeypatch) -> None:
    model = random_model("lstm", features=3, units=[4], bidirectional=True)
    trace = recorded(model, batch=2, time=11)
    whole = answers(model, trace, batch=1)
    monkeypatch.setattr(module, "_BLOCK", 1500)
    sizes = [len(rows) for rows in module._blocks(model, np.arange(11))]
    assert len(sizes) > 3
    assert max(sizes) > 1
    np.testing.assert_allclose(answers(model, trace, batch=1), whole, atol=1e-6)
    np.testing.assert_allclose(
        answers(model, trace, batch=1, steps=[8, 2, 5]), whole[[8, 2, 5]], atol=1e-6
    )


def test_the_last_answer_is_the_trace_s_own() -> None:
    model = random_model("gru", features=3, units=[4], bidirectional=True, outputs=3)
    trace = recorded(model, batch=2, time=5)
    np.testing.assert_allclose(answers(model, trace, batch=1)[-1], trace.outputs[1], atol=1e-6)


def test_requests_that_cannot_be_met() -> None:
    model = random_model("gru", features=3, units=[4])
    trace = recorded(model, batch=2, time=5)
    with pytest.raises(ForeignTrace):
        answers(random_model("gru", features=3, units=[4], seed=8), trace)
    with pytest.raises(OutOfRange, match="batch is 2; it should be from 0 to 1"):
        answers(model, trace, batch=2)
    with pytest.raises(OutOfRange, match="step is 5"):
        answers(model, trace, steps=[1, 5])
