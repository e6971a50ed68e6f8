"""The largest difference is found wherever it stands, and named."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest

import core
from core.analysis.parity import Difference, largest_difference
from core.errors import ForeignTrace, ShapeMismatch
from tests.core.networks import randomised, states_for


def recorded(model: core.Model | None = None) -> core.Trace:
    model = model or network()
    x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype(np.float32)
    return core.record(model, x, initial_states=states_for(model, batch=3, seed=1))


def network(seed: int = 0) -> core.Model:
    return randomised(
        core.new_model("lstm", features=2, units=[4], bidirectional=True, outputs=2), seed=seed
    )


def changed(trace: core.Trace, where: str, index: tuple[int, ...], by: float) -> core.Trace:
    """The trace with one number of its file moved."""
    file, moved = BytesIO(), BytesIO()
    trace.save(file)
    file.seek(0)
    with np.load(file) as stored:
        arrays: dict[str, Any] = dict(stored)
    arrays[where] = arrays[where].copy()
    arrays[where][index] += by
    np.savez(moved, allow_pickle=False, **arrays)
    moved.seek(0)
    return core.Trace.load(moved)


def test_equal_traces_do_not_differ() -> None:
    assert largest_difference(recorded(), recorded()).value == 0


@pytest.mark.parametrize(
    ("where", "index", "expected"),
    [
        ("nodes/lstm/forward/gates/forget", (1, 2, 3), ("lstm/forward", "gates/forget", 1, 2, 3)),
        ("nodes/lstm/backward/gates/output", (2, 0, 1), ("lstm/backward", "gates/output", 2, 0, 1)),
        (
            "nodes/lstm/backward/preactivations/input",
            (0, 4, 0),
            ("lstm/backward", "preactivations/input", 0, 4, 0),
        ),
        ("nodes/lstm/forward/states/cell", (2, 3, 1), ("lstm/forward", "states/cell", 2, 3, 1)),
        ("nodes/lstm/backward/outputs", (0, 1, 2), ("lstm/backward", "outputs", 0, 1, 2)),
        (
            "nodes/lstm/forward/initial_states/cell",
            (1, 2),
            ("lstm/forward", "initial_states/cell", 1, None, 2),
        ),
        ("nodes/dense/recorded/preactivations", (2, 1), ("dense", "preactivations", 2, None, 1)),
        ("nodes/dense/gave/outputs", (1, 0), ("dense", "outputs", 1, None, 0)),
    ],
)
def test_it_is_found_and_named(
    where: str, index: tuple[int, ...], expected: tuple[Any, ...]
) -> None:
    trace = recorded()
    for by in (0.25, -0.25):
        difference = largest_difference(trace, changed(trace, where, index, by))
        assert difference.value == pytest.approx(0.25, abs=1e-6)
        assert difference == Difference(difference.value, *expected)
    # A smaller one elsewhere does not hide it.
    both = changed(
        changed(trace, where, index, 0.25), "nodes/lstm/forward/gates/input", (0, 0, 0), 0.1
    )
    assert largest_difference(both, trace).quantity == expected[1]


def test_a_number_that_only_one_has_counts_as_infinite() -> None:
    trace = recorded()
    broken = changed(trace, "nodes/lstm/forward/gates/forget", (0, 1, 2), np.nan)
    difference = largest_difference(trace, broken)
    assert difference == Difference(np.inf, "lstm/forward", "gates/forget", 0, 1, 2)
    assert largest_difference(broken, broken).value == 0


def test_other_models_and_inputs_are_refused() -> None:
    trace = recorded()
    with pytest.raises(ForeignTrace):
        largest_difference(trace, recorded(network(seed=1)))
    shorter = core.record(network(), trace.inputs[:, :3])
    with pytest.raises(ShapeMismatch, match=r"lstm/forward inputs has the shape \(3, 3, 2\)"):
        largest_difference(trace, shorter)
