"""The bars say what clipping did, against numbers computed here."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.clipping import clip
from dashboard import figures

CELLS = ("simple_rnn", "lstm")


@pytest.fixture(scope="module")
def gradients() -> dict:
    found = {}
    for cell in CELLS:
        model = core.new_model(cell, vocabulary=9, units=[3], seed=1, dtype=np.float64)
        run = core.record(model, np.array([[2, 5, 7, 3]]))
        found[cell] = core.backprop(model, run, np.array([[0.0]]))
    return found


def ends(drawn) -> list[tuple[str, float]]:
    return [(bar.y[0], bar.base[0] + bar.x[0]) for bar in drawn.data]


def test_each_bar_ends_at_its_length_after_and_before(gradients):
    norms = {
        cell: np.sqrt(sum(float((d**2).sum()) for d in found.parameters.values()))
        for cell, found in gradients.items()
    }
    limit = 0.6 * min(norms.values())
    given = {cell: clip(found, limit=limit) for cell, found in gradients.items()}
    picture = figures.clipping(given, cells=CELLS)
    drawn, rows = picture.draw, picture.table
    expected = [end for cell in CELLS for end in ((cell, limit), (cell, norms[cell]))]
    assert [name for name, _ in ends(drawn)] == [name for name, _ in expected]
    assert [end for _, end in ends(drawn)] == pytest.approx([end for _, end in expected])
    assert drawn.layout.shapes[0].x0 == limit
    words = figures.labels("en")
    for cell, found in given.items():
        own = rows[rows[words["model"]] == cell]
        after = float(np.sqrt((own[words["clipping.after"]] ** 2).sum()))
        assert after == pytest.approx(limit)
        assert f"{found.norm:.3g} → {limit:.3g}" in picture.words


def test_without_a_limit_there_is_one_bar_each_and_no_line(gradients):
    given = {cell: clip(found, limit=np.inf) for cell, found in gradients.items()}
    picture = figures.clipping(given, cells=CELLS)
    drawn, rows, words = picture.draw, picture.table, figures.labels()
    assert [name for name, _ in ends(drawn)] == list(CELLS)
    assert not drawn.layout.shapes
    assert rows[words["clipping.after"]].equals(rows[words["clipping.before"]])
