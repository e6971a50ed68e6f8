"""The check of the spectra finds Jacobians right that are, and wrong ones wrong."""

from __future__ import annotations

import numpy as np
import pytest

from core import cells
from core.analysis import nudges
from core.analysis.nudges import difference_from_nudge
from core.errors import OutOfRange
from tests.core.analysis.models import random_model, recorded


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("cell", cells.CELLS)
def test_the_product_of_the_last_steps_is_what_a_nudge_does(cell, both, masked):
    model = random_model(
        cell, features=2, units=[3], bidirectional=both, outputs=None, dtype=np.float64
    )
    run = recorded(model, batch=2, time=8, masked=masked)
    layer = -1 if both else 0
    for step in (7, 1):
        found = difference_from_nudge(model.layers[layer], run.layers[layer], step, batch=1)
        assert found < 1e-5


def test_wrong_jacobians_are_noticed(monkeypatch):
    model = random_model("lstm", features=2, units=[3], outputs=None, dtype=np.float64)
    run = recorded(model, batch=1, time=8)
    right = nudges.jacobians
    monkeypatch.setattr(nudges, "jacobians", lambda *a, **k: 1.01 * right(*a, **k))
    assert difference_from_nudge(model.layers[0], run.layers[0], 7) > 0.02
    with pytest.raises(OutOfRange):
        difference_from_nudge(model.layers[0], run.layers[0], 8)
