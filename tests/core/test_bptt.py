"""Gradients against central differences in float64, for everything that has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import core
from core import cells
from core.errors import ForeignTrace, OutOfRange, UnknownName
from core.losses import LOSSES
from tests.core.cells.test_steps import step_by_equations
from tests.core.networks import SMOOTH, SMOOTH_BOUNDED, Case, cases, randomised, states_for

STEP = 1e-4
TOLERANCE = 1e-6
FLOOR = 1e-4
"""Below this a gradient is compared absolutely: differences of float64 losses carry 1e-11."""


def check(what: str, *, found: float, loss: Callable[[float], float]) -> None:
    """Holds a directional derivative to the central difference of `loss`, of fourth order."""
    near, far = loss(STEP) - loss(-STEP), loss(2 * STEP) - loss(-2 * STEP)
    expected = (8 * near - far) / (12 * STEP)
    error = abs(found - expected) / max(abs(expected), FLOOR)
    assert error < TOLERANCE, f"{what}: backprop says {found!r}, differences say {expected!r}"


def targets_for(name: str, outputs: np.ndarray, *, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    if name == "sparse_categorical_crossentropy":
        return generator.integers(0, outputs.shape[-1], outputs.shape[:-1])
    if name == "categorical_crossentropy":
        return np.eye(outputs.shape[-1])[
            generator.integers(0, outputs.shape[-1], outputs.shape[:-1])
        ]
    if name == "binary_crossentropy":
        return generator.random(outputs.shape)
    return generator.normal(size=outputs.shape)


smooth_cases = cases(dtype=np.float64, activations=SMOOTH, recurrent_activations=SMOOTH_BOUNDED)


@settings(max_examples=60)
@given(smooth_cases, st.integers(0, 2**20))
def test_every_parameter_input_and_initial_state(case: Case, seed: int):
    model, generator = case.model, np.random.default_rng(seed)
    trace = case.record()
    targets = targets_for("mean_squared_error", trace.outputs, seed=seed)

    def loss(changed: core.Model | None = None, **changes) -> float:
        run = case.record(changed, **changes)
        name = "mean_squared_error"
        return core.backprop(changed or model, run, targets, loss=name).loss

    assume(np.abs(trace.outputs).max() < 30)  # beyond, differences themselves are too coarse
    gradients = core.backprop(model, trace, targets, loss="mean_squared_error")
    for name, weights in model.parameters.items():
        way = generator.normal(size=weights.shape)
        found = float((gradients.parameters[name] * way).sum())
        check(
            name,
            found=found,
            loss=lambda e, n=name, w=weights, d=way: loss(model.with_parameters({n: w + e * d})),
        )
    way = generator.normal(size=case.inputs.shape)
    check(
        "inputs",
        found=float((gradients.inputs * way).sum()),
        loss=lambda e: loss(inputs=case.inputs + e * way),
    )
    for at, layer in enumerate(gradients.layers):
        for name, d in layer.initial_states.items():
            way = generator.normal(size=d.shape)

            def moved(e: float, at=at, name=name, way=way) -> float:
                states = [dict(own) for own in case.initial_states]
                states[at][name] = states[at][name] + e * way
                return loss(initial_states=states)

            check(f"initial {name} of {layer.name}", found=float((d * way).sum()), loss=moved)


# Cross-entropy needs probabilities, and of several classes if it is categorical.
READOUTS = [
    (name, activation, outputs)
    for name in LOSSES
    for activation in ("sigmoid", "softmax", "linear", "tanh")
    for outputs in (1, 3)
    if (name == "mean_squared_error" or activation in {"sigmoid", "softmax"})
    and ("categorical" not in name or outputs > 1)
]


@pytest.mark.parametrize("readout", ["last", "every"])
@pytest.mark.parametrize(("name", "activation", "outputs"), READOUTS)
def test_every_loss_behind_every_readout(name: str, activation: str, outputs: int, readout: str):
    model = core.new_model(
        "gru",
        features=2,
        units=[3],
        outputs=outputs,
        output_activation=activation,
        readout=readout,
        dtype=np.float64,
    )
    model = randomised(model, seed=5)
    inputs = np.random.default_rng(6).normal(size=(2, 4, 2))
    mask = np.array([[1, 1, 0, 1], [1, 0, 1, 1]], bool)
    targets = targets_for(name, core.record(model, inputs).outputs, seed=7)

    def loss(e: float, way: np.ndarray) -> float:
        trace = core.record(model, inputs + e * way, mask=mask)
        return core.backprop(model, trace, targets, loss=name).loss

    gradients = core.backprop(model, core.record(model, inputs, mask=mask), targets, loss=name)
    for seed in range(3):
        way = np.random.default_rng(seed).normal(size=inputs.shape)
        check(name, found=float((gradients.inputs * way).sum()), loss=lambda e, w=way: loss(e, w))


@given(cases(dtype=np.float64, masked=False), st.integers(0, 2**20))
@settings(max_examples=40)
def test_states_gates_and_preactivations_obey_the_chain_rule(case: Case, seed: int):
    """∂loss/∂ of each recorded quantity, from those that it feeds, by the forward equations."""
    trace = case.record()
    targets = targets_for("mean_squared_error", trace.outputs, seed=seed)
    gradients = core.backprop(case.model, trace, targets, loss="mean_squared_error")
    for run, d in zip(trace.layers, gradients.layers, strict=True):
        expected: dict[str, np.ndarray] = {}
        d_h = d.states["hidden"]
        if run.cell == "lstm":
            squashed = np.tanh(run.states["cell"])
            d_c = d.states["cell"]
            expected = {
                "output": d_h * squashed,
                "input": d_c * run.gates["candidate"],
                "forget": d_c * run.previous["cell"],
                "candidate": d_c * run.gates["input"],
            }
        elif run.cell == "gru":
            z, g = run.gates["update"], run.gates["candidate"]
            expected = {"update": d_h * (run.previous["hidden"] - g), "candidate": d_h * (1 - z)}
        for name, value in expected.items():
            np.testing.assert_allclose(d.gates[name], value, rtol=1e-9, atol=1e-12)
        for name in run.gates:
            function_name = cells.get(run.cell).function_of(name)
            if not function_name:
                continue  # of more than its own pre-activation: by differences alone
            function = run.kernels.function(function_name)
            slope = function.slope(run.gates[name], np.array(run.preactivations[name]))
            np.testing.assert_allclose(
                d.preactivations[name], d.gates[name] * slope, rtol=1e-9, atol=1e-12
            )


@pytest.mark.parametrize("cell", cells.CELLS)
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_state_gradient_is_what_a_nudge_of_the_state_does(cell: str, direction: str):
    """∂loss/∂h_t and ∂loss/∂c_t: the run is stopped after t, nudged, and read on."""
    model = core.new_model(cell, features=2, units=[3], outputs=2, dtype=np.float64)
    model = randomised(model, seed=1)
    if direction == "backward":
        stage = model.parts[0]
        layer = replace(stage.layers[0], direction="backward")
        turned = type(stage)(stage.name, (layer,), None, "last")
        model = core.Model((turned, *model.parts[1:]))
    inputs = np.random.default_rng(2).normal(size=(2, 6, 2))
    states = states_for(model, batch=2, seed=3)
    trace = core.record(model, inputs, initial_states=states)
    gradients = core.backprop(model, trace, np.array([0, 1]))
    for t in range(5):
        if direction == "backward":
            stop, rest = 5 - t, inputs[:, : 5 - t]
        else:
            stop, rest = t, inputs[:, t + 1 :]
        for name, d in gradients.layers[0].states.items():
            way = np.random.default_rng(t).normal(size=(2, 3))

            def loss(e: float, name=name, way=way, stop=stop, rest=rest) -> float:
                # Total: what the same step makes of the state, h_t of c_t, moves with it.
                reached = step_by_equations(trace.layers[0], stop, nudge={name: e * way})
                run = core.record(model, rest, initial_states=[reached])
                return core.backprop(model, run, np.array([0, 1])).loss

            check(f"{name} at {stop}", found=float((d[:, stop] * way).sum()), loss=loss)


@given(cases(dtype=np.float64, single=True, masked=False), st.integers(1, 4), st.integers(0, 2**20))
@settings(max_examples=40)
def test_truncation_is_the_sum_over_blocks_run_alone(case: Case, k: int, seed: int):
    """A block knows nothing of later ones: its gradient is that of a run of the block alone."""
    model = case.model.with_readout("every")
    trace = case.record(model)
    targets = targets_for("mean_squared_error", trace.outputs, seed=seed)
    found = core.backprop(model, trace, targets, loss="mean_squared_error", truncate=k)
    total = {name: np.zeros_like(array) for name, array in model.parameters.items()}
    time = case.inputs.shape[1]
    for start in range(0, time, k):
        block = slice(start, start + k)
        before = {n: s[:, start] for n, s in trace.layers[0].previous.items()}
        run = core.record(model, case.inputs[:, block], initial_states=[before])
        part = core.backprop(model, run, targets[:, block], loss="mean_squared_error")
        share = (run.time) / time
        for name, array in part.parameters.items():
            total[name] += share * array
        for name, d in part.layers[0].states.items():
            np.testing.assert_allclose(
                found.layers[0].states[name][:, block], share * d, rtol=1e-9, atol=1e-12
            )
    for name, array in total.items():
        np.testing.assert_allclose(found.parameters[name], array, rtol=1e-9, atol=1e-12)


@given(cases(dtype=np.float64), st.integers(0, 2**20))
@settings(max_examples=40)
def test_what_the_steps_contribute_adds_up(case: Case, seed: int):
    trace = case.record()
    targets = targets_for("mean_squared_error", trace.outputs, seed=seed)
    gradients = core.backprop(case.model, trace, targets, loss="mean_squared_error", per_step=True)
    assert set(gradients.per_step) == set(case.model.parameters)
    for name, each in gradients.per_step.items():
        assert len(each) == trace.time
        np.testing.assert_allclose(
            each.sum(axis=0), gradients.parameters[name], rtol=1e-9, atol=1e-12
        )


def test_a_step_contributes_its_own_product():
    untrained = core.new_model(
        "lstm", vocabulary=5, embedding=2, units=[3], bidirectional=True, dtype=np.float64
    )
    model = randomised(untrained, seed=0)
    ids = np.array([[1, 4, 2, 4]])
    trace = core.record(model, ids)
    name = "lstm/backward/forget/kernel"
    found = core.backprop(model, trace, [[1.0]], per_step=[name, "embedding/weights"])
    assert set(found.per_step) == {name, "embedding/weights"}
    d = found.layers[1].preactivations["forget"]
    for t in range(4):
        np.testing.assert_allclose(
            found.per_step[name][t], np.outer(trace.layers[1].inputs[0, t], d[0, t]), atol=1e-15
        )
        row = found.per_step["embedding/weights"][t]
        np.testing.assert_allclose(row[ids[0, t]], found.inputs[0, t], atol=1e-15)
        assert np.count_nonzero(np.delete(row, ids[0, t], axis=0)) == 0


def test_a_trace_of_other_weights_is_refused():
    model = core.new_model("gru", features=2)
    trace = core.record(randomised(model, seed=1), np.ones((1, 3, 2)))
    with pytest.raises(ForeignTrace):
        core.backprop(model, trace, [[1.0]])


def test_nonsense_is_refused_in_words():
    model = core.new_model("gru", features=2)
    trace = core.record(model, np.ones((1, 3, 2)))
    with pytest.raises(OutOfRange, match="truncate is 0; it should be a whole number, at least 1"):
        core.backprop(model, trace, [[1.0]], truncate=0)
    with pytest.raises(UnknownName, match="no parameter called 'gru/forget/kernel'"):
        core.backprop(model, trace, [[1.0]], per_step=["gru/forget/kernel"])
    with pytest.raises(UnknownName, match="no loss called 'hinge'"):
        core.backprop(model, trace, [[1.0]], loss="hinge")
