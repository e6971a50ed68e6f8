"""Directions that tell labels apart, held to data whose directions are known."""

from __future__ import annotations

import numpy as np

from core.analysis.discriminants import discriminants


def test_the_direction_is_the_one_in_which_labels_differ_however_small_it_is():
    random = np.random.default_rng(0)
    labels = random.integers(2, size=4_000)
    states = random.normal(0, [5, 0.1, 3], (4_000, 3))
    states[:, 1] += 0.5 * labels
    [direction] = discriminants(states.astype(np.float32), labels).T
    assert np.abs(direction[1]) / np.linalg.norm(direction) > 0.99


def test_there_is_one_direction_less_than_labels_and_the_best_is_first():
    random = np.random.default_rng(1)
    labels = random.integers(3, size=6_000)
    states = random.normal(0, 1, (6_000, 5))
    states[:, 2] += 8.0 * (labels == 1)
    states[:, 4] += 2.0 * (labels == 2)
    found = discriminants(states.astype(np.float32), labels)
    assert found.shape == (5, 2)
    assert np.abs(found[:, 0]).argmax() == 2
    assert np.abs(found[:, 1]).argmax() == 4


def test_what_does_not_differ_has_none():
    states = np.random.default_rng(2).normal(0, 1, (50, 4)).astype(np.float32)
    assert discriminants(states, np.ones(50, np.int64)) is None
    assert discriminants(np.zeros_like(states), np.arange(50) % 2) is None
