from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.gates import saturation, summarise, unit_means
from core.errors import OutOfRange, ShapeMismatch
from tests.core.analysis.models import CELLS, random_model, recorded


@given(
    seed=st.integers(0, 2**20),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 4)),
    limits=st.tuples(st.floats(0, 0.45), st.floats(0.55, 1)),
    masked=st.booleans(),
    one=st.booleans(),
)
def test_shares_are_those_counted_one_by_one(seed, shape, limits, masked, one):
    generator = np.random.default_rng(seed)
    gate = generator.random(shape).astype(np.float32)
    mask = generator.random(shape[:2]) < 0.6 if masked else None
    low, high = limits
    batch = shape[0] - 1 if one else None
    found = saturation(gate, low=low, high=high, mask=mask, batch=batch)
    steps = [
        gate[b, t]
        for b in range(shape[0])
        for t in range(shape[1])
        if (batch is None or b == batch) and (mask is None or mask[b, t])
    ]
    assert found.steps == len(steps)
    for unit in range(shape[2]):
        if not steps:
            assert np.isnan(found.below[unit])
            assert np.isnan(found.above[unit])
            continue
        below = sum(step[unit] < low for step in steps) / len(steps)
        above = sum(step[unit] > high for step in steps) / len(steps)
        assert found.below[unit] == pytest.approx(below, abs=1e-15)
        assert found.above[unit] == pytest.approx(above, abs=1e-15)
        assert found.between[unit] == pytest.approx(1 - below - above, abs=1e-15)


def test_the_limits_themselves_are_not_saturated():
    gate = np.array([0.1, 0.9, 0.05, 0.95, 0.5]).reshape(1, 5, 1)
    found = saturation(gate)
    assert (found.below[0], found.above[0]) == (0.2, 0.2)


def test_means_leave_masked_steps_empty():
    values = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    found = unit_means(values, mask=np.array([[True, False, True]]))
    np.testing.assert_array_equal(found, [[1.5, np.nan, 9.5]])
    np.testing.assert_array_equal(unit_means(values), [[1.5, 5.5, 9.5]])


@pytest.mark.parametrize("cell", CELLS)
def test_a_summary_counts_only_what_was_used(cell):
    trace = recorded(random_model(cell, features=2, units=[3]), batch=2, time=20, masked=True)
    layer = trace.layers[0]
    found = summarise(layer, batch=1)
    assert tuple(summary.name for summary in found) == tuple(layer.gates)
    assert len(found) == {"simple_rnn": 0, "lstm": 4}.get(cell, 3)
    for summary in found:
        used = layer.gates[summary.name][1][trace.mask[1]]
        low, high = (-0.8, 0.8) if summary.name == "candidate" else (0.1, 0.9)
        assert summary.mean == pytest.approx(used.mean(), abs=1e-6)
        assert summary.deviation == pytest.approx(used.std(), abs=1e-6)
        np.testing.assert_allclose(summary.saturation.below, (used < low).mean(axis=0))
        np.testing.assert_allclose(summary.saturation.above, (used > high).mean(axis=0))
        assert summary.saturation.low == pytest.approx(low)


def test_a_gate_without_ends_is_never_saturated():
    model = random_model("gru", features=2, units=[3], activation="relu")
    found = summarise(recorded(model, batch=1, time=4).layers[0])
    assert [summary.saturation is None for summary in found] == [False, False, True]


def test_nonsense_is_refused():
    gate = np.zeros((2, 3, 4))
    with pytest.raises(OutOfRange, match=r"low is 0.9; it should be less than high \(0.1\)"):
        saturation(gate, low=0.9, high=0.1)
    with pytest.raises(OutOfRange, match="batch is -1; it should be from 0 to 1"):
        saturation(gate, batch=-1)
    with pytest.raises(ShapeMismatch, match=r"mask has the shape \(3, 2\)"):
        saturation(gate, mask=np.ones((3, 2), bool))
    with pytest.raises(ShapeMismatch, match=r"\(batch, time, units\)"):
        unit_means(gate[0])
