from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from core.analysis.series import smoothed, spread, thinned

numbers = some.floats(-1e6, 1e6) | some.just(np.nan)


@settings(max_examples=50)
@given(arrays(np.float64, some.integers(0, 300), elements=numbers), some.integers(4, 60))
def test_thinning_keeps_order_ends_and_extremes(values, most):
    x = np.arange(values.size, dtype=float)
    kept_x, kept = thinned(x, values, most=most)
    assert kept.size <= max(most, 4)
    assert (np.diff(kept_x) > 0).all()
    np.testing.assert_array_equal(kept, values[kept_x.astype(int)])
    known = np.flatnonzero(np.isfinite(values))
    if known.size and values.size > most:
        assert (kept_x[0], kept_x[-1]) == (known[0], known[-1])
        assert (kept.min(), kept.max()) == (np.nanmin(values), np.nanmax(values))


def test_a_gap_stays_a_gap_and_spoils_nothing_after_it():
    values = np.array([1.0, np.nan, 3.0, np.inf, 5.0])
    found = smoothed(values, weight=0.5)
    assert np.isnan(found).tolist() == [False, True, False, True, False]
    assert found[2] == pytest.approx((3 + 0.5 * 1) / 1.5)
    assert found[4] == pytest.approx((5 + 0.5 * 3 + 0.25 * 1) / 1.75)


def test_no_smoothing_is_the_numbers_themselves():
    values = np.array([3.0, 1.0])
    assert smoothed(values, weight=0) is values
    assert smoothed(values[:0], weight=0.9).size == 0


@given(some.integers(1, 500), some.integers(2, 60))
def test_places_are_spread_evenly_with_both_ends(count, most):
    found = spread(count, most=most)
    assert len(found) == min(count, most)
    assert (found[0], found[-1]) == (0, count - 1)
    gaps = np.diff(found)
    assert gaps.size == 0 or gaps.max() - gaps.min() <= 1
