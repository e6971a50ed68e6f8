from __future__ import annotations

import numpy as np
import pytest

from dashboard import figures
from dashboard.figures import theme
from tests.dashboard.figures import trained


def test_each_layer_has_its_line_and_the_recurrent_one_its_cells_colour():
    run = trained.history("gru")
    drawn = {line.name: line for line in figures.layer_norms(run, smoothing=0).draw.data}
    assert list(drawn) == ["embedding", "gru", "dense"]
    for layer, line in drawn.items():
        np.testing.assert_allclose(line.y, run.batches[f"norm/{layer}"], rtol=1e-6)
    assert drawn["gru"].line.color == theme.colour("gru", "light")


def test_smoothing_is_of_logarithms_and_zero_is_a_gap():
    run = trained.history()
    values = run.batches["norm/lstm"]
    values[:3] = [1.0, 0.0, 100.0]
    line = figures.layer_norms(run, smoothing=0.5).draw.data[1]
    assert np.isnan(line.y[1])
    assert line.y[2] == pytest.approx(10 ** ((2 + 0.5 * 0) / 1.5), rel=1e-6)


def test_the_clipping_limit_is_a_line():
    figure = figures.layer_norms(trained.history(), limit=0.25).draw
    assert [shape.y0 for shape in figure.layout.shapes] == [0.25]
    assert figure.layout.annotations[0].y == pytest.approx(np.log10(0.25))


def test_the_table_has_the_means_of_the_epochs():
    run = trained.history()
    table = figures.layer_norms(run).table
    means = run.batches["norm/dense"].reshape(3, -1).mean(1)
    np.testing.assert_allclose(table["dense"], means)


def test_the_learning_rate_is_drawn_as_it_was():
    runs = {"a": trained.history(), "b": trained.history(seed=1)}
    drawn = {line.name: line for line in figures.learning_rate(runs).draw.data}
    np.testing.assert_allclose(drawn["b"].y, runs["b"].batches["learning_rate"], rtol=1e-6)
    assert "from 0.000729 to 0.0009" in figures.learning_rate(runs).words
