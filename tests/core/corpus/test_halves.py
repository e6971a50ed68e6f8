"""float16 by bits is NumPy's float16, number for number."""

from __future__ import annotations

import numpy as np
import pytest

from core.corpus.halves import halved


def whole(values):
    return {"places": np.array([0]), "lengths": np.array([len(values)])}


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
    assert halved(values[None], made, **whole(values))
    np.testing.assert_array_equal(made.T.view(np.uint16), values.astype(np.float16).view(np.uint16))


@pytest.mark.parametrize("backward", [False, True])
def test_texts_side_by_side_are_put_in_their_places(backward):
    random = np.random.default_rng(1)
    record = random.normal(size=(70, 3, 4, 5)).astype(np.float32)  # time, texts, maps, units
    values = record[:, :, 2].swapaxes(0, 1)
    values = values[:, ::-1] if backward else values
    made = np.full((5, 200), -1, np.float16)
    places, lengths = np.array([130, 3, 60]), np.array([70, 1, 33])
    assert halved(values, made, places=places, lengths=lengths)
    expected = np.full((5, 200), -1, np.float16)
    for text, (place, length) in enumerate(zip(places, lengths, strict=True)):
        expected[:, place : place + length] = values[text, :length].T.astype(np.float16)
    np.testing.assert_array_equal(made, expected)


def test_what_no_half_can_hold_is_told():
    made = np.empty((1, 2), np.float16)
    for large in (65520.0, np.inf):
        values = np.float32([[1.0], [large]])
        assert not halved(values[None], made, **whole(values))
    assert made[0, 1] == np.inf
