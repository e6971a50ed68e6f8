from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.analysis.vanishing import Norms, half_life, norms, underflow
from core.errors import OutOfRange, ShapeMismatch, UnknownName
from core.nodes import LayerGradients
from tests.core.analysis.models import random_model, recorded


def linear(
    factor: float, *, units: int = 3, dtype: type = np.float64, direction: str = "forward"
) -> core.Model:
    """A linear network whose every step multiplies lengths by `factor`, forward and back."""
    model = core.new_model(
        "simple_rnn", features=2, units=[units], activation="linear", scale=factor, dtype=dtype
    )
    stage, head = model.parts
    layers = tuple(replace(layer, direction=direction) for layer in stage.layers)
    return replace(model, nodes=(replace(stage, layers=layers), head))


def backprop(model: core.Model, *, time: int, mask=None, truncate=None) -> core.Gradients:
    trace = core.record(model, np.zeros((1, time, 2)), mask=mask)
    return core.backprop(model, trace, [[3.0]], loss="mean_squared_error", truncate=truncate)


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("factor", [0.5, 0.9, 0.999])
def test_half_life_of_a_gradient_that_shrinks_by_a_known_factor(factor, direction):
    gradients = backprop(linear(factor, direction=direction), time=60)
    found = half_life(norms(gradients.layers[0], batch=0), direction=direction)
    assert found.trend == "halves"
    assert found.steps == pytest.approx(np.log(2) / -np.log(factor), rel=1e-9)
    assert found.factor == pytest.approx(factor, rel=1e-9)
    assert found.used == 60
    at_end = np.linalg.norm(
        gradients.layers[0].states["hidden"][0, -1 if direction == "forward" else 0]
    )
    assert found.start == pytest.approx(at_end, rel=1e-9)
    assert found.text == f"halves every {found.steps:.3g} steps"


def test_a_growing_gradient_says_so():
    found = half_life(norms(backprop(linear(1.25), time=60).layers[0]))
    assert (found.trend, found.steps) == ("doubles", pytest.approx(np.log(2) / np.log(1.25)))
    assert found.text == "grows, doubles every 3.11 steps"
    other_way = half_life(norms(backprop(linear(1.25), time=60).layers[0]), direction="backward")
    assert other_way.trend == "halves"


def test_a_steady_gradient_has_no_half_life():
    found = half_life(norms(backprop(linear(1.0), time=60).layers[0]))
    assert (found.trend, found.steps) == ("steady", np.inf)
    assert found.factor == pytest.approx(1)
    assert found.text == "neither shrinks nor grows"


def test_masked_steps_take_no_time():
    mask = np.random.default_rng(0).random((1, 90)) < 0.5
    mask[0, -1] = False
    line = norms(backprop(linear(0.8), time=90, mask=mask).layers[0], batch=0)
    found = half_life(line, mask=mask[0])
    assert found.steps == pytest.approx(np.log(2) / -np.log(0.8))
    assert found.used == mask.sum()
    assert half_life(line).steps > 1.5 * found.steps


def test_beyond_a_truncation_there_is_nothing_to_fit():
    line = norms(backprop(linear(0.8), time=50, truncate=20).layers[0])
    assert (line[:40] == 0).all()
    found = half_life(line)
    assert (found.used, found.steps) == (10, pytest.approx(np.log(2) / -np.log(0.8)))


@given(factor=st.floats(0.7, 0.98), time=st.integers(20, 200), size=st.floats(1e-6, 1e6))
def test_what_happens_near_the_loss_does_not_pull_the_half_life(factor, time, size):
    """A tenth of the steps, all wrong in the same direction: least squares would follow them."""
    line = factor ** np.arange(float(time))[::-1]
    line[-(time // 10) :] *= size
    assert half_life(line).steps == pytest.approx(np.log(2) / -np.log(factor), rel=1e-6)


def test_two_thousand_steps_are_as_good_as_four_hundred():
    line = 0.99 ** np.arange(2000.0)[::-1]
    assert half_life(line).steps == pytest.approx(np.log(2) / -np.log(0.99), rel=1e-9)


@pytest.mark.parametrize("line", [[], [1.0], [0.0, 0.0, 2.0], [np.nan, np.inf, 1.0]])
def test_too_little_to_say(line):
    found = half_life(np.array(line))
    assert found.trend == "unknown"
    assert np.isnan(found.steps)
    assert found.text == "too few steps to say"


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_float32_fails_where_it_is_said_to(direction):
    """One unit, halved exactly: float32 itself says when it has lost digits, and when all is 0."""
    time, layers = 400, []
    for dtype in (np.float64, np.float32):
        model = linear(0.5, units=1, direction=direction, dtype=dtype)
        # A power of two from the start, so that no halving rounds before the last.
        model = model.with_parameters({"dense/kernel": np.array([[4.0]], dtype)})
        trace = core.record(model, np.zeros((1, time, 2)))
        gradients = core.backprop(model, trace, [[-1.0]], loss="mean_squared_error")
        layers.append(gradients.layers[0])
    precise, rough = layers
    found = underflow(norms(precise, batch=0), direction=direction)
    values = np.abs(rough.states["hidden"][0, :, 0].astype(np.float64))
    back = values[::-1] if direction == "forward" else values
    zero, normal = np.argmax(back == 0), np.argmax(back < 2.0**-126)
    assert 100 < normal < zero < time - 100
    expected = (time - 1 - normal, time - 1 - zero) if direction == "forward" else (normal, zero)
    assert (found.normal, found.zero) == expected


def test_nothing_underflows_in_a_truncation_or_a_short_text():
    line = norms(backprop(linear(0.5), time=50, truncate=20).layers[0])
    assert underflow(line) == underflow(np.ones(3))
    assert (underflow(line).normal, underflow(line).zero) == (None, None)


@pytest.mark.parametrize("batch", [None, 0, 2])
@pytest.mark.parametrize("state", ["hidden", "cell"])
def test_norms_are_lengths_over_units(state, batch):
    model = random_model("lstm", features=2, units=[4], dtype=np.float64)
    trace = recorded(model, batch=3, time=6, masked=True)
    gradients = core.backprop(model, trace, np.ones((3, 1))).layers[0]
    found = norms(gradients, state=state, batch=batch)
    d = gradients.states[state]
    each = np.array([[np.sqrt(sum(x * x for x in step)) for step in one] for one in d])
    expected = each.mean(axis=0) if batch is None else each[batch]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_norms_survive_what_their_squares_would_not():
    tiny = np.array([[[3e-200, 4e-200], [0, 0], [3e200, 4e200]]])
    gradients = LayerGradients("x", {"hidden": tiny}, {}, {}, {}, tiny)
    np.testing.assert_allclose(norms(gradients), [5e-200, 0, 5e200])
    single = replace(gradients, states={"hidden": np.float32([[[3e-30, 4e-30]]])})
    np.testing.assert_allclose(norms(single), [5e-30], rtol=1e-6)


def test_nonsense_is_refused():
    gradients = backprop(linear(0.5), time=3).layers[0]
    with pytest.raises(UnknownName, match="no state of simple_rnn called 'cell'"):
        norms(gradients, state="cell")
    with pytest.raises(OutOfRange, match="batch is 1; it should be from 0 to 0"):
        norms(gradients, batch=1)
    with pytest.raises(ShapeMismatch, match="norms has the shape"):
        half_life(np.ones((2, 2)))
    with pytest.raises(ShapeMismatch, match="mask has the shape"):
        half_life(np.ones(3), mask=np.ones(2, bool))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_layer_is_measured_with_its_direction_and_mask(cell):
    model = random_model(
        cell, features=2, units=[4, 3], outputs=1, readout="last", dtype=np.float64
    )
    trace = recorded(model, batch=2, time=7, masked=True)
    gradients = core.backprop(model, trace, np.array([[1.0], [0.0]]), truncate=5)
    layer = trace.layers[1]
    found = Norms.of(trace, gradients, layer=layer.name, batch=1)
    own = gradients.layer(layer.name)
    np.testing.assert_array_equal(found.hidden, norms(own, state="hidden", batch=1))
    if cell == "lstm":
        np.testing.assert_array_equal(found.memory, norms(own, state="cell", batch=1))
    else:
        assert found.memory is None
    assert (found.cell, found.truncate, found.direction) == (cell, 5, "forward")
    assert found.half_life.trend == "cut"
    whole = replace(found, truncate=None)
    expected = half_life(found.hidden, mask=layer.mask[1])
    np.testing.assert_equal(astuple(whole.half_life), astuple(expected))  # NaN is NaN here
    assert found.underflow == underflow(found.hidden)
    with pytest.raises(UnknownName, match="rnn_9"):
        Norms.of(trace, gradients, layer="rnn_9")
    with pytest.raises(OutOfRange):
        Norms.of(trace, gradients, batch=2)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_what_is_kept_is_the_first_step_read_by_the_last(direction):
    values = np.array([0.5, 8.0, 3.0, 2.0])
    found = Norms("gru", values, None, direction, None, None)
    assert found.kept == (0.25 if direction == "forward" else 4.0)
    skipped = Norms("gru", values, None, direction, np.array([True, True, True, False]), None)
    assert skipped.kept == pytest.approx(0.5 / 3 if direction == "forward" else 6)


@pytest.mark.parametrize(("truncate", "trend"), [(3, "cut"), (4, "halves"), (None, "halves")])
def test_nothing_is_said_across_a_border(truncate, trend):
    found = Norms("gru", np.array([1.0, 2.0, 4.0, 8.0]), None, "forward", None, truncate)
    assert found.half_life.trend == trend
    assert np.isnan(found.kept) == (trend == "cut")


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_float32_has_a_large_end_too(direction):
    line = np.array([1e290, 3.5e38, 3.3e38, 1.0])
    line = line if direction == "forward" else line[::-1]
    assert underflow(line, direction=direction).over == (1 if direction == "forward" else 2)
    assert underflow(line, direction=direction).normal is None
