"""Accuracy by length: groups that hold every example once, and intervals that scipy confirms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binomtest

from core.analysis.lengths import Group, by_length
from core.errors import OutOfRange


@pytest.mark.parametrize(("right", "total"), [(0, 7), (7, 7), (3, 11), (190, 200)])
def test_the_interval_is_wilsons(right, total):
    expected = binomtest(right, total).proportion_ci(0.95, method="wilson")
    assert Group(1, 2, right, total).interval == pytest.approx(
        (expected.low, expected.high), abs=1e-6
    )


def test_every_example_is_in_one_group_and_groups_are_alike_in_size():
    random = np.random.default_rng(5)
    totals = random.integers(5, 25, 27)
    counts = [Group(at, at, int(n) // 3, int(n)) for at, n in enumerate(totals, start=3)]
    groups = by_length(counts, most=5)
    assert len(groups) == 5
    for one, other in pairwise(groups):
        assert one.longest < other.shortest
    for group in groups:
        own = [one for one in counts if group.shortest <= one.shortest <= group.longest]
        assert group.total == sum(one.total for one in own)
        assert group.right == sum(one.right for one in own)
        assert 0.5 < group.total * 5 / totals.sum() < 1.5
    assert sum(group.total for group in groups) == totals.sum()


def test_one_length_is_one_group():
    assert by_length([Group(4, 4, 2, 3)]) == (Group(4, 4, 2, 3),)


def test_no_examples_are_refused():
    with pytest.raises(OutOfRange):
        by_length([])
    with pytest.raises(OutOfRange):
        by_length([Group(1, 1, 0, 0)])
