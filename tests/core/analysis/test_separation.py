"""Silhouettes, against Rousseeuw's definition spelled out pair by pair."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.separation import separation, silhouettes
from core.errors import ShapeMismatch


def test_silhouettes_are_those_of_the_definition() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(12, 4))
    kinds = ["a"] * 5 + ["b"] * 4 + ["c"] * 2 + ["alone"]
    found = silhouettes(vectors, kinds)
    for at, kind in enumerate(kinds):
        mean = {}
        for name in set(kinds):
            apart = [
                1 - vectors[at] @ other / np.linalg.norm(vectors[at]) / np.linalg.norm(other)
                for place, other in enumerate(vectors)
                if kinds[place] == name and place != at
            ]
            mean[name] = np.mean(apart) if apart else None
        a = mean.pop(kind)
        b = min(value for value in mean.values() if value is not None)
        assert found[at] == pytest.approx(0 if a is None else (b - a) / max(a, b))


def test_what_lies_apart_is_near_1_and_what_is_one_vector_is_0() -> None:
    along = np.array([[1.0, 0.01 * k] for k in range(4)])
    across = along[:, ::-1]
    apart = np.concatenate([along, across])
    one = np.ones((8, 2))
    found = separation(np.stack([one, apart]), ["x"] * 4 + ["y"] * 4)
    assert found[0] == 0
    assert found[1] > 0.99
    mixed = separation(apart[None], ["x", "y"] * 4)
    assert mixed[0] < 0


def test_one_kind_has_no_silhouette() -> None:
    assert np.isnan(silhouettes(np.eye(3), ["x"] * 3)).all()
    with pytest.raises(ShapeMismatch):
        silhouettes(np.eye(3), ["x"])
