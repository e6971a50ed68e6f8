"""A changed run less the one before: what was put there, what follows, and what is left of it."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.changes import difference
from core.errors import ForeignTrace, ShapeMismatch
from tests.core.analysis.models import random_model, recorded


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_difference_is_what_was_put_there_and_what_followed(bidirectional):
    model = random_model(
        "lstm", features=2, units=[4], bidirectional=bidirectional, outputs=1, dtype=np.float64
    )
    before = recorded(model, batch=2, time=8)
    states = {run.name: dict(run.initial_states) for run in before.layers}
    for place, run in enumerate(before.layers):
        change = {
            "quantity": "cell",
            "layer": place,
            "units": [1, 3],
            "steps": [3, 4],
            "value": 0.7,
        }
        after = core.record(model, before.inputs, initial_states=states, interventions=[change])
        found = difference(before, after, layer=place, batch=1)
        wanted = after.layers[place].states["cell"][1] - before.layers[place].states["cell"][1]
        np.testing.assert_allclose(found.quantities["cell"], wanted)
        np.testing.assert_allclose(
            found.quantities["cell"][3:5, (1, 3)],
            0.7 - run.states["cell"][1, 3:5][:, (1, 3)],
        )
        marked = np.zeros((8, 4), bool)
        marked[3:5, (1, 3)] = True
        np.testing.assert_array_equal(found.replaced["cell"], marked)
        assert set(found.replaced) == {"cell"}
        off = np.sqrt(np.mean(found.quantities["hidden"] ** 2, axis=1))
        np.testing.assert_allclose(found.off("hidden"), off)
        untouched = slice(5, None) if run.direction == "backward" else slice(0, 3)
        last = 0 if run.direction == "backward" else -1
        assert np.abs(off[untouched]).max() < 1e-15
        assert found.furthest == off.argmax()
        assert found.left == pytest.approx(off[last] / off.max())
        assert 0 < found.left < 1


def test_nothing_changed_is_nothing_off_and_other_runs_are_refused():
    model = random_model("gru", features=2, units=[3], outputs=1)
    trace = recorded(model, batch=1, time=5)
    same = difference(trace, trace)
    assert (same.left, same.replaced) == (0.0, {})
    with pytest.raises(ShapeMismatch):
        difference(trace, recorded(model, batch=1, time=6))
    other = random_model("gru", features=2, units=[3], outputs=1, seed=8)
    with pytest.raises(ForeignTrace):
        difference(trace, recorded(other, batch=1, time=5))
