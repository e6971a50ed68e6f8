"""Compiled loops record what NumPy records, and take the same gradients back: every cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import core
from core import cells
from core.engines.fast import loops
from tests.core.networks import Case, randomised, states_for

SETTINGS = [(cell.name, {}) for cell in cells.CELLS.values()] + [("gru", {"reset_after": False})]
NAMES = [f"{cell}{'' if not options else '-other'}" for cell, options in SETTINGS]
TIME, FEATURES = 11, 3


def case(
    cell: str, options: Mapping[str, bool], *, batch: int, units: int, masked: bool, seed: int = 0
) -> Case:
    """Two layers, one in each direction, over random inputs from random states."""
    model = core.new_model(
        cell, features=FEATURES, units=[units], bidirectional=True, outputs=2, readout="every",
        **options,
    )  # fmt: skip
    model = randomised(model, seed=seed)
    generator = np.random.default_rng(seed + 1)
    inputs = generator.normal(0, 1, (batch, TIME, FEATURES)).astype(np.float32)
    mask = generator.random((batch, TIME)) < 0.7 if masked else None
    return Case(model, inputs, mask, states_for(model, batch=batch, seed=seed + 2))


def differences(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, float]:
    """How far arrays are from one another, as a share of the largest number in each."""
    assert set(given) == set(wanted)
    return {
        name: float(np.abs(given[name] - wanted[name]).max() / max(1, np.abs(wanted[name]).max()))
        for name in wanted
    }


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize(("batch", "units"), [(1, 7), (3, 20), (35, 5)])
@pytest.mark.parametrize(("cell", "options"), SETTINGS, ids=NAMES)
def test_every_array_and_every_gradient_is_numpy_s(
    cell: str, options: dict[str, bool], batch: int, units: int, masked: bool
) -> None:
    given = case(cell, options, batch=batch, units=units, masked=masked)
    fast, slow = (given.record(engine=engine) for engine in ("fast", "numpy"))
    assert (fast.engine, slow.engine) == ("fast", "numpy")
    targets = np.random.default_rng(7).normal(0, 1, fast.outputs.shape).astype(np.float32)
    ahead, behind = (
        core.backprop(given.model, trace, targets, loss="mean_squared_error", truncate=4)
        for trace in (fast, slow)
    )
    found = differences({"outputs": fast.outputs}, {"outputs": slow.outputs})
    for one, other in zip(fast.layers, slow.layers, strict=True):
        found |= differences(one.arrays, other.arrays)
    for back, other_back in zip(ahead.layers, behind.layers, strict=True):
        found |= differences(back.arrays, other_back.arrays)
        found |= differences(back.initial_states, other_back.initial_states)
    found |= differences(ahead.parameters, behind.parameters)
    assert {name: d for name, d in found.items() if not d < 1e-6} == {}


def test_gradients_that_are_not_cut_go_all_the_way_back() -> None:
    given = case("lstm", {}, batch=2, units=6, masked=False)
    targets = np.ones((2, TIME, 2), np.float32)
    whole, cut = (
        core.backprop(given.model, given.record(engine="fast"), targets, truncate=steps,
                      loss="mean_squared_error")
        for steps in (None, 2)
    )  # fmt: skip
    reference = core.backprop(
        given.model, given.record(engine="numpy"), targets, loss="mean_squared_error"
    )
    name = "initial_states"
    wanted = getattr(reference.layers[0], name)["cell"]
    np.testing.assert_allclose(getattr(whole.layers[0], name)["cell"], wanted, rtol=1e-4, atol=1e-7)
    assert not np.allclose(getattr(cut.layers[0], name)["cell"], wanted, rtol=1e-2)


@pytest.mark.parametrize("batch", [16, 33, 37])
def test_a_batch_that_cores_share_is_recorded_whole(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "cores", lambda: 2)
    monkeypatch.setattr(loops, "SHARED_FROM", 0)
    given = case("gru", {}, batch=batch, units=5, masked=True)
    fast, slow = (given.record(engine=engine) for engine in ("fast", "numpy"))
    targets = np.ones_like(fast.outputs)
    for one, other in zip(fast.layers, slow.layers, strict=True):
        assert max(differences(one.arrays, other.arrays).values()) < 1e-6
    gradients = [
        core.backprop(given.model, trace, targets, loss="mean_squared_error").parameters
        for trace in (fast, slow)
    ]
    assert max(differences(*gradients).values()) < 1e-6


def test_saturated_gates_keep_their_last_digits() -> None:
    """Far below zero a gate is e^x, not 0, and its slope no less."""
    model = randomised(core.new_model("lstm", features=2, units=[4], outputs=None), seed=1)
    shut = {name: array - 60 for name, array in model.parameters.items() if name.endswith("bias")}
    model = model.with_parameters(shut)
    inputs = np.random.default_rng(0).normal(0, 1, (1, 9, 2)).astype(np.float32)
    fast, slow = (core.record(model, inputs, engine=engine) for engine in ("fast", "numpy"))
    for name in ("input", "forget", "output"):
        gate = fast.layers[0].gates[name]
        assert 0 < gate.max() < 1e-20
        # One digit in the last place of a pre-activation of 60 is 4e-6 of the gate.
        np.testing.assert_allclose(gate, slow.layers[0].gates[name], rtol=2e-5)
