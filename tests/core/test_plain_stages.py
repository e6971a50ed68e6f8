"""Nodes without a loop: their gradients, what they are held to by hand, files, and refusals.

That they are what Keras makes of the same, forwards and backwards, stands in test_agreement.py
and tests/core/importers; here, that their gradients are those of central differences.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import core
from core.errors import OutOfRange, ShapeMismatch, UnknownName, UnsupportedModel
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    Flow,
    GlobalAveragePooling,
    GlobalMaxPooling,
    LayerNormalization,
    Masking,
)
from tests.core.networks import Case
from tests.core.plain_networks import CHAINS, TIME, WIDTH, batch_norm, case, dense, network, rnn
from tests.core.test_bptt import check

LOSS = "mean_squared_error"


def differentiated(given: Case) -> tuple[core.Gradients, Callable[..., float]]:
    """The gradients of a case, and its loss with other weights or inputs."""
    trace = given.record()
    targets = np.random.default_rng(4).normal(size=trace.outputs.shape)

    def loss(model: core.Model | None = None, **changes: np.ndarray) -> float:
        run = given.record(model, **changes)
        return core.backprop(model or given.model, run, targets, loss=LOSS).loss

    return core.backprop(given.model, trace, targets, loss=LOSS, per_step=True), loss


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", CHAINS)
def test_every_weight_and_input_against_differences(name: str, masked: bool) -> None:
    given = case(name, masked=masked)
    model, generator = given.model, np.random.default_rng(3)
    gradients, loss = differentiated(given)
    assert gradients.parameters.keys() == model.parameters.keys()
    for what, weights in model.parameters.items():
        way = generator.normal(size=weights.shape)
        check(
            f"{name}: {what}",
            found=float((gradients.parameters[what] * way).sum()),
            loss=lambda e, n=what, w=weights, d=way: loss(model.with_parameters({n: w + e * d})),
        )
        np.testing.assert_allclose(
            gradients.per_step[what].sum(axis=0), gradients.parameters[what], rtol=1e-9, atol=1e-12
        )
    way = generator.normal(size=given.inputs.shape)
    if name.startswith("masked"):
        way *= (given.inputs != 0.25).any(axis=-1, keepdims=True)  # a nudge would unmask them
    found = float((gradients.inputs * way).sum())
    check(f"{name}: inputs", found=found, loss=lambda e: loss(inputs=given.inputs + e * way))


def test_a_skipped_step_has_no_gradient() -> None:
    given = case("masked", masked=False)
    gradients, _ = differentiated(given)
    skipped = (given.inputs == 0.25).all(axis=-1)
    assert (gradients.inputs[skipped] == 0).all()
    assert (gradients.inputs[~skipped] != 0).all()


def test_nothing_comes_back_through_a_mask() -> None:
    x, stage = np.array([[[0.25, 0.25], [0.25, 1.0]]]), Masking("skip", 0.25)
    run = stage.run(Flow(x, clock="input"))
    np.testing.assert_array_equal(run.outputs, [[[0, 0], [0.25, 1]]])
    back = stage.back({"": np.full_like(x, 7)}, run)
    np.testing.assert_array_equal(back.inputs[0], [[[0, 0], [7, 7]]])


def test_the_greatest_share_what_comes_back() -> None:
    """Steps that are equally great, as the repeated outputs at masked steps are."""
    x = np.array([[[1.0, 2.0], [3.0, 2.0], [3.0, 0.0]]])
    stage = GlobalMaxPooling("max")
    back = stage.back({"": np.array([[6.0, 4.0]])}, stage.run(Flow(x, clock="input")))
    np.testing.assert_array_equal(back.inputs[0], [[[0, 2], [3, 2], [3, 0]]])


def test_a_mean_of_no_steps_is_no_number() -> None:
    """As in Keras; the other texts of the batch are as they are."""
    x, mask = np.arange(12.0).reshape(2, 3, 2), np.array([[False] * 3, [True, False, True]])
    stage = GlobalAveragePooling("mean")
    run = stage.run(Flow(x, mask, "input"))
    assert np.isnan(run.outputs[0]).all()
    np.testing.assert_array_equal(run.outputs[1], [8, 9])
    back = stage.back({"": np.ones((2, 2))}, run)
    np.testing.assert_array_equal(back.inputs[0][:, :, 0], [[0, 0, 0], [0.5, 0, 0.5]])


def test_where_the_model_answers() -> None:
    last, every = rnn("a", returns="last"), rnn("a")
    cases = {
        (last,): (None, "linear", WIDTH),
        (last, dense("out")): ("last", "sigmoid", 2),
        (every, dense("out")): ("every", "sigmoid", 2),
        (every, GlobalMaxPooling("max")): (None, "linear", WIDTH),
        (every, GlobalMaxPooling("max"), dense("out")): ("last", "sigmoid", 2),
        (every, dense("out"), GlobalAveragePooling("mean")): ("last", "linear", 2),
        (every, dense("out"), Activation("act", "softmax")): ("every", "softmax", 2),
        (every, Flatten("flat", 4)): (None, "linear", 4 * WIDTH),
        (every, batch_norm("norm"), Activation("act", "tanh")): ("every", "tanh", WIDTH),
    }
    for stages, expected in cases.items():
        model = core.Model(stages)
        assert (model.readout, model.activation, model.outputs) == expected
        assert model.head == stages[1:]
        assert model.features == WIDTH


def test_an_answer_to_all_steps_cannot_move_to_each() -> None:
    model = network("mean")
    assert model.with_readout("last") is model
    with pytest.raises(UnsupportedModel, match=r"at every step.*gathers all steps"):
        model.with_readout("every")
    moved = network("normalised above each step").with_readout("last")
    assert moved.readout == "last"


@pytest.mark.parametrize("name", CHAINS)
def test_a_saved_model_and_its_trace_are_the_same(name: str) -> None:
    given = case(name, masked=True)
    trace, files = given.record(), (io.BytesIO(), io.BytesIO())
    for kept, file in zip((given.model, trace), files, strict=True):
        kept.save(file)
        file.seek(0)
    again, run = core.Model.load(files[0]), core.Trace.load(files[1])
    assert again.digest == given.model.digest == run.model_digest
    assert list(run.nodes) == list(trace.nodes)
    np.testing.assert_array_equal(given.record(again).outputs, trace.outputs)
    found = core.backprop(again, run, trace.outputs + 1, loss=LOSS)
    expected = core.backprop(given.model, trace, trace.outputs + 1, loss=LOSS)
    for what, d in expected.parameters.items():
        np.testing.assert_array_equal(found.parameters[what], d)


def test_the_digest_changes_with_each_setting() -> None:
    def model(**changes: object) -> core.Model:
        settings = {"epsilon": 0.1, "value": 0.5, "activation": "tanh"} | changes
        norm = replace(batch_norm("norm"), epsilon=settings["epsilon"])
        skip, act = Masking("skip", settings["value"]), Activation("act", settings["activation"])
        return core.Model((skip, norm, rnn("a"), act))

    changes = [{}, {"epsilon": 0.2}, {"value": 0.6}, {"activation": "relu"}]
    assert len({model(**each).digest for each in changes}) == 4


def test_stages_that_cannot_be_are_refused() -> None:
    one, ones = np.ones(1, np.float32), np.ones(3, np.float32)
    with pytest.raises(ShapeMismatch, match=r"norm/beta has the shape \(1,\); it should be \(3,\)"):
        LayerNormalization("norm", ones, one)
    with pytest.raises(ShapeMismatch, match=r"norm/moving_variance has the shape \(1,\)"):
        BatchNormalization("norm", ones, one)
    with pytest.raises(OutOfRange, match="epsilon of norm is 0; it should be more than 0"):
        LayerNormalization("norm", ones, ones, epsilon=0)
    with pytest.raises(OutOfRange, match=r"norm/moving_variance \+ epsilon is -0.5"):
        BatchNormalization("norm", ones, -ones, epsilon=0.5)
    with pytest.raises(OutOfRange, match="steps of flat is 0; it should be at least 1"):
        Flatten("flat", 0)
    with pytest.raises(OutOfRange, match="value of skip is nan"):
        Masking("skip", float("nan"))
    with pytest.raises(UnknownName, match="no activation called 'step'"):
        Activation("act", "step")


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([rnn("a"), GlobalMaxPooling("max"), rnn("b")], "b above max.*max hands on one vector"),
        ([rnn("a", returns="last"), GlobalMaxPooling("max")], "max above a"),
        ([rnn("a"), Flatten("flat", 2), GlobalAveragePooling("mean")], "mean above flat"),
        ([rnn("a", returns="last"), Masking("skip")], "skip above a"),
    ],
)
def test_a_sequence_that_has_ended_stays_so(stages: list, words: str) -> None:
    with pytest.raises(UnsupportedModel, match=words):
        core.Model(tuple(stages))


def test_widths_must_fit() -> None:
    with pytest.raises(ShapeMismatch, match=r"norm/moving_mean has the shape \(2, …\)"):
        core.Model((rnn("a"), batch_norm("norm", width=2)))
    flat = Flatten("flat", TIME)
    with pytest.raises(ShapeMismatch, match=r"out/kernel has the shape \(3, …\); .* \(15, …\)"):
        core.Model((rnn("a"), flat, dense("out")))
    assert isinstance(core.Model((rnn("a"), flat, dense("out", width=15))).head[-1], Dense)
