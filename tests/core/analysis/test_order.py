from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import pdist

from core.analysis.order import first_look, layer_order, memory_of, order_units
from core.errors import ShapeMismatch, UnknownName
from tests.core.analysis.models import CELLS, random_model, recorded


def test_activity_is_variance_not_size():
    time = np.arange(50)
    values = np.stack(
        [np.full(50, 5.0), 0.1 * np.sin(time), 2 * np.sin(time), -3 + np.sin(time), np.zeros(50)],
        axis=1,
    )
    assert order_units(values, by="activity").tolist() == [2, 3, 1, 0, 4]
    assert order_units(values).tolist() == [0, 1, 2, 3, 4]


def test_units_that_move_together_stand_together():
    generator = np.random.default_rng(0)
    signals = generator.standard_normal((3, 200))
    families = np.array([0, 1, 2, 1, 0, 2, 2, 0, 1, 0])
    noise = 0.1 * generator.standard_normal((200, 10))
    scale = generator.uniform(0.01, 100, 10)  # correlation knows no size
    values = scale * (signals[families].T + noise) + generator.standard_normal(10)
    ordered = families[order_units(values, by="similarity")]
    assert np.count_nonzero(np.diff(ordered)) == 2


def test_opposites_do_not():
    wave = np.sin(np.arange(60))
    other = np.cos(np.arange(60))
    order = order_units(np.stack([wave, -wave, other, wave + 0.1 * other], 1), by="similarity")
    at = np.argsort(order)
    assert abs(at[0] - at[3]) == 1
    assert abs(at[0] - at[1]) > 1


def test_the_order_is_that_of_scipy_s_own_correlation_distance():
    values = np.random.default_rng(4).standard_normal((30, 12)).astype(np.float32)
    distances = pdist(values.T.astype(np.float64), "correlation")
    expected = leaves_list(linkage(distances, "average", optimal_ordering=True))
    assert order_units(values, by="similarity").tolist() == expected.tolist()


def test_units_that_never_move_stand_last():
    values = np.random.default_rng(1).standard_normal((20, 6))
    values[:, 1] = 0.7
    values[:, 3] = 0
    values[4, 4] = np.inf
    assert order_units(values, by="similarity")[-3:].tolist() == [1, 3, 4]


@pytest.mark.parametrize("by", ["activity", "similarity"])
def test_masked_steps_do_not_count(by):
    generator = np.random.default_rng(2)
    values = generator.standard_normal((40, 7)) * generator.uniform(0.5, 2, 7)
    mask = generator.random(40) < 0.5
    disturbed = np.where(mask[:, None], values, 100 * generator.standard_normal((40, 7)))
    expected = order_units(values[mask], by=by)
    np.testing.assert_array_equal(order_units(disturbed, by=by, mask=mask), expected)
    assert (order_units(disturbed, by=by) != expected).any()


@given(
    values=arrays(
        np.float32,
        st.tuples(st.integers(0, 5), st.integers(0, 6)),
        elements=st.sampled_from([0.0, 1.0, -1.0, 1e-30, 3e38, 0.5, np.inf, np.nan, 1e-45]),
    ),
    by=st.sampled_from(["index", "activity", "similarity"]),
)
def test_every_unit_stands_once(values, by):
    order = order_units(values, by=by)
    assert sorted(order.tolist()) == list(range(values.shape[1]))
    if by == "activity" and np.isfinite(values).all() and len(values):
        variance = values.astype(np.float64).var(axis=0)[order]
        assert (np.diff(variance) <= 1e-12 * variance.max(initial=0)).all()


def test_nonsense_is_refused():
    with pytest.raises(UnknownName, match="no order of units called 'size'"):
        order_units(np.zeros((2, 2)), by="size")
    with pytest.raises(ShapeMismatch, match=r"\(time, units\)"):
        order_units(np.zeros((1, 2, 2)))
    with pytest.raises(ShapeMismatch, match="mask"):
        order_units(np.zeros((3, 2)), mask=np.ones(2, bool))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("masked", [False, True])
def test_a_layer_is_ordered_by_what_carries_the_past(cell, masked):
    run = recorded(random_model(cell, features=2, units=[6]), batch=2, time=9, masked=masked)
    layer = run.layers[0]
    memory = "cell" if cell == "lstm" else "hidden"
    assert memory_of(layer) == memory
    counted = (
        layer.states[memory][0] if layer.mask is None else layer.states[memory][0][layer.mask[0]]
    )
    assert layer_order(layer, by="activity").tolist() == np.argsort(-counted.var(axis=0)).tolist()


def test_one_looks_first_where_the_liveliest_unit_moves_most():
    run = recorded(random_model("lstm", features=2, units=[6]), batch=1, time=9).layers[0]
    memory = run.states["cell"][0]
    unit = int(np.argmax(memory.var(axis=0)))
    step = 1 + int(np.argmax(np.abs(np.diff(memory[:, unit]))))
    assert first_look(run) == (step, unit)
    one = recorded(random_model("lstm", features=2, units=[6]), batch=1, time=1).layers[0]
    assert first_look(one)[0] == 0
