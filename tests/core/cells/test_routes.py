"""The factors of a step against the cell's own way back, also where something was put in place."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis.jacobian import _by_unit_vectors
from core.cells.routes import Routes, jacobian
from core.interventions import Intervention
from tests.core.analysis.models import random_model
from tests.core.networks import states_for

EVERY = (*cells.CELLS, "gru_reset_before")


def one_step(cell, *, changed):
    model = random_model(cell, features=2, units=[3], outputs=None, dtype=np.float64)
    state = cells.get(model.layers[0].cell).states[-1]
    put = [Intervention(quantity=state, units=(1,), value="before")] if changed else []
    x = np.random.default_rng(1).standard_normal((5, 1, 2))
    states = states_for(model, batch=5, seed=2)
    return core.record(model, x, initial_states=states, interventions=put).layers[0]


@pytest.mark.parametrize("changed", [False, True], ids=["as it is", "a state frozen"])
@pytest.mark.parametrize("cell", EVERY)
def test_one_step_is_that_of_the_cells_own_way_back(cell, changed):
    run = one_step(cell, changed=changed)
    made = cells.get(run.cell)
    routes = Routes.of(made, record=run.record, kernels=run.kernels).composed
    if routes is None:
        assert cell in {"gru_reset_before", "minimal_gated"}
        return
    expected = np.empty((5, 3 * len(made.states), 3 * len(made.states)))
    _by_unit_vectors(run, run.record, into=expected)
    for row, after in enumerate(made.states):
        for column, before in enumerate(made.states):
            block = expected[:, 3 * row : 3 * row + 3, 3 * column : 3 * column + 3]
            found = np.empty_like(block)
            jacobian(routes[after, before], into=found)
            np.testing.assert_allclose(found, block, rtol=1e-12, atol=1e-15)
    assert np.abs(expected).max() > 0.05
