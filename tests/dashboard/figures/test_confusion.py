from __future__ import annotations

import numpy as np

from core.analysis.confusion import Confusion
from dashboard import figures
from tests.dashboard.figures import trained
from tests.dashboard.figures.samples import array


def test_colours_are_shares_of_a_row_and_a_row_without_examples_is_empty():
    counts = np.array([[90, 10, 0], [1, 1, 0], [0, 0, 0]])
    [drawn] = figures.confusion(Confusion(counts, ("a", "b", "c"))).draw.data
    np.testing.assert_allclose(array(drawn.z), [[0.9, 0.1, 0], [0.5, 0.5, 0], [0, 0, 0]], rtol=1e-6)
    np.testing.assert_array_equal(drawn.customdata, counts)


def test_classes_that_are_cut_to_the_same_name_stay_apart():
    names = ("a very long name of a class, 1", "a very long name of a class, 2", "b")
    found, _, _ = trained.confusion(names=names)
    [drawn] = figures.confusion(found).draw.data
    assert len(set(drawn.x)) == 3
    assert figures.confusion(found).table.columns[1:].tolist() == list(names)


def test_many_classes_have_no_numbers_in_their_cells():
    found, _, _ = trained.confusion(46, names=())
    [drawn] = figures.confusion(found).draw.data
    assert drawn.text is None
    assert len(figures.confusion(found).draw.to_json()) < 60_000
