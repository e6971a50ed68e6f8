"""The figures of the page Context, by the numbers in them."""

from __future__ import annotations

import numpy as np

from core.analysis.mixture import Mixture, Share
from core.analysis.senses import SenseMap, SenseTask
from dashboard import figures


def test_each_sense_is_a_series_and_the_readers_sentences_are_numbered():
    points = np.random.default_rng(0).normal(size=(4, 2))
    found = SenseMap(points, np.array([[9.0, 8.0]]), np.array([0.6, 0.2]))
    kinds = ["money", "river", "money", "river"]
    picture = figures.senses(found, kinds=kinds, texts=list("abcd"), own_texts=["mine"], level=2)
    money, river, own = picture.draw.data
    assert (money.name, river.name) == ("money", "river")
    np.testing.assert_allclose(money.x, points[[0, 2], 0], rtol=1e-6)
    np.testing.assert_allclose(river.y, points[[1, 3], 1], rtol=1e-6)
    assert list(own.text) == ["1"]
    assert list(own.x) == [9.0]
    assert picture.table.iloc[:, 0].tolist() == [*kinds, "your sentences"]
    assert "money 2" in picture.words
    assert "layer 2" in picture.words


def test_bars_and_intervals_are_those_of_the_task():
    values = np.array([0.0, 0.3])
    bars = figures.separation(values).draw.data[0]
    np.testing.assert_allclose(bars.x, values, rtol=1e-6)
    assert list(bars.customdata) == ["static embedding", "layer 1"]
    static, layer = (Mixture(np.eye(2)[at], 1.0, Share(40 + 30 * at, 80)) for at in range(2))
    mixed = Mixture(np.array([0.25, 0.75]), 2.0, Share(72, 80))
    picture = figures.mixture(SenseTask(mixed, (static, layer)))
    *rows, weights = picture.draw.data
    assert [row.x[0] for row in rows] == [0.5, 0.875, 0.9]
    low, high = mixed.accuracy.bounds
    np.testing.assert_allclose(rows[2].error_x.array, [high - 0.9])
    np.testing.assert_allclose(rows[2].error_x.arrayminus, [0.9 - low])
    assert list(weights.x) == [0.25, 0.75]
    assert "mixture of all 0.900" in picture.words
