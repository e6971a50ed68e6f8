"""float16 by bits is NumPy's float16, number for number."""

from __future__ import annotations

import numpy as np

from core.corpus.halves import halved


def test_every_half_and_what_lies_between_two_of_them():
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32)
    between = (halves[1:] + halves[:-1]) / 2
    near = np.concatenate([np.nextafter(between, np.float32(side)) for side in (0, 1e6)])
    random = np.random.default_rng(0)
    drawn = random.normal(size=10_000) * 10.0 ** random.integers(-9, 4, 10_000)
    some = np.concatenate([halves, between, near, drawn, [65519.0, 1e-12, 5e-46]])
    values = np.concatenate([some, -some]).astype(np.float32)
    values = np.resize(values, (len(values) // 7 + 1, 7))
    made = np.empty(values.shape[::-1], np.float16)
    assert halved(values, made)
    np.testing.assert_array_equal(made.T.view(np.uint16), values.astype(np.float16).view(np.uint16))


def test_what_no_half_can_hold_is_told():
    made = np.empty((1, 2), np.float16)
    assert not halved(np.float32([[1.0], [65520.0]]), made)
    assert not halved(np.float32([[1.0], [np.inf]]), made)
    assert made[0, 1] == np.inf
