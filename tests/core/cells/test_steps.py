"""A step written by hand says what the cell's equations say."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.cells.expressions import Expression, evaluate
from core.cells.leaves import Before, Input, Preactivation, State, Weight
from core.cells.record import NUMPY
from core.nodes.layer_trace import LayerTrace
from tests.core.networks import randomised, states_for


def step_by_equations(
    layer: LayerTrace, at: int, *, nudge: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The states after a step as the cell's equations give them, one of them moved on the way."""
    cell, kernels, known = cells.get(layer.cell), layer.kernels, {}
    gate = ""

    def value(part: Expression) -> np.ndarray | None:
        match part:
            case Input():
                return layer.inputs[:, at]
            case Before(name=name):
                return layer.previous[name][:, at]
            case Weight(name=name):
                array, place = kernels[name], cell.index(gate)
                if len(part.shape) == 1:
                    return array[place]
                return array[:, place * layer.units : (place + 1) * layer.units]
        return known.get(part)

    for result, form in cell.lines(kernels.options):
        gate = result.name if isinstance(result, Preactivation) else ""
        known[result] = evaluate(
            form, value=value, apply=lambda name, x: kernels.function(name)(x), arithmetic=NUMPY
        ) + nudge.get(result.name, 0) * isinstance(result, State)
    return {state.name: known[state] for state in cell.carried}


@pytest.mark.parametrize("cell", cells.CELLS)
def test_a_step_is_what_the_equations_make_of_it(cell: str):
    """Every state, from the inputs, the weights and the states before alone."""
    model = randomised(core.new_model(cell, features=2, units=[3], dtype=np.float64), seed=4)
    inputs = np.random.default_rng(5).normal(size=(2, 4, 2))
    run = core.record(model, inputs, initial_states=states_for(model, batch=2, seed=6)).layers[0]
    for at in range(4):
        for name, state in step_by_equations(run, at, nudge={}).items():
            np.testing.assert_allclose(run.states[name][:, at], state, rtol=1e-12, atol=1e-12)
