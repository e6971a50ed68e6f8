"""Looks inside, as a worker wrote them or somebody changed them."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.looks import MOST_LOOKS, Inside, is_look

LAYER = "gru_1"


def looks(*, count: int = 5, time: int = 40, points: int = 8) -> list[dict]:
    generator = np.random.default_rng(count)
    return [
        {
            "epoch": 1 + at // 2,
            "batch": 5 if at % 2 == 0 else 10,
            "layers": [
                {"name": name, "cell": "gru", "time": time,
                 "saturation": {"update": generator.random(2).tolist()},
                 "gradient": generator.random(points).tolist()}
                for name in ("gru", LAYER)
            ],
        }
        for at in range(count)
    ]  # fmt: skip


def test_one_layer_is_taken_out_of_all_looks():
    lines = looks()
    found = Inside.of(lines, layer=LAYER, per_epoch=10)
    assert found.places.tolist() == [0.5, 1, 1.5, 2, 2.5]
    assert found.steps.tolist() == [1, 7, 12, 18, 23, 29, 34, 40]
    np.testing.assert_array_equal(found.gradient, [line["layers"][1]["gradient"] for line in lines])
    np.testing.assert_array_equal(
        found.saturation["update"], [line["layers"][1]["saturation"]["update"] for line in lines]
    )
    assert Inside.layers(lines) == ("gru", LAYER)
    assert Inside.layers([]) == ()


def test_of_a_long_run_some_looks_are_taken_both_ends_among_them():
    lines = looks(count=1_000)
    found = Inside.of(lines, layer=LAYER)
    assert found.places.size == MOST_LOOKS
    np.testing.assert_array_equal(found.gradient[0], lines[0]["layers"][1]["gradient"])
    np.testing.assert_array_equal(found.gradient[-1], lines[-1]["layers"][1]["gradient"])


def test_looks_at_texts_of_another_length_are_left_out():
    assert Inside.of([*looks(points=8), *looks(points=6)], layer=LAYER).gradient.shape == (5, 6)
    with pytest.raises(KeyError):
        Inside.of(looks(), layer="gru_7")


def test_lines_that_are_no_looks_are_told():
    (line,) = looks(count=1)
    assert is_look(line)
    for name in line:
        assert not is_look({key: value for key, value in line.items() if key != name})
    for name in line["layers"][0]:
        layer = {key: value for key, value in line["layers"][0].items() if key != name}
        assert not is_look(line | {"layers": [layer]})
    assert not is_look(line | {"layers": "none"})
    assert not is_look(line | {"epoch": "1"})
