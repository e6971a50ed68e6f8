"""Where one is sent to look, against the equations multiplied out step by step."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis.highlights import forgetful, highlight, moment
from core.analysis.order import first_look
from core.errors import NoMemory, OutOfRange
from tests.core.analysis.models import random_model, recorded

every_cell = pytest.mark.parametrize("cell", list(cells.CELLS))
TIME = 9


def layers(cell, **settings):
    model = random_model(cell, features=2, units=[4], bidirectional=True, spread=0.9)
    return recorded(model, batch=1, time=TIME, **settings).layers


@every_cell
def test_no_unit_holds_more_of_what_another_step_wrote(cell):
    for layer in layers(cell):
        found = highlight(layer)
        if cells.get(cell).memory is None:
            assert (found.step, found.unit) == first_look(layer)
            assert np.isnan([found.passed, found.opening, found.written, found.left]).all()
            continue
        kept = layer.evaluated(cells.get(cell).keeps())[0].astype(float)
        opening = layer.evaluated(cells.get(cell).writes())[0].astype(float)
        wrote = opening * layer.gates[cells.get(cell).candidate][0]
        order = list(range(TIME)) if layer.direction == "forward" else list(range(TIME))[::-1]
        left = {at: np.prod(kept[order[place + 1 :]], axis=0) for place, at in enumerate(order)}
        shares = {at: np.abs(wrote[at] * left[at]) for at in order}
        memory = cells.get(cell).memory
        start = np.abs(layer.initial_states[memory][0] * np.prod(kept, axis=0))
        worth = {
            (at, unit): (TIME - 1 - place)
            * shares[at][unit] ** 2
            / (sum(shares.values()) + start)[unit]
            for place, at in enumerate(order)
            for unit in range(4)
        }
        assert (found.step, found.unit) == max(worth, key=worth.__getitem__)
        assert found.left == pytest.approx(abs(left[found.step][found.unit]), rel=1e-6)
        assert found.written == pytest.approx(wrote[found.step, found.unit], rel=1e-6)
        assert found.opening == pytest.approx(opening[found.step, found.unit], rel=1e-6)
        assert found.after == pytest.approx(found.passed * found.before + found.written, rel=1e-5)


@every_cell
def test_a_moment_is_what_was_recorded(cell):
    for layer in layers(cell):
        found = moment(layer, 3, 2)
        assert found.before == layer.previous[found.memory][0, 3, 2]
        assert found.after == layer.states[found.memory][0, 3, 2]


@every_cell
def test_the_forgetful_unit_loses_most(cell):
    for layer in layers(cell):
        if cells.get(cell).memory is None:
            with pytest.raises(NoMemory):
                forgetful(layer, 4)
            continue
        lost = [abs((1 - each.passed) * each.before) for each in
                (moment(layer, 4, unit) for unit in range(4))]  # fmt: skip
        assert forgetful(layer, 4) == int(np.argmax(lost))


def test_a_text_of_one_token_has_a_moment_too():
    trace = core.record(core.bundled_model("sentiment-lstm"), "good")
    assert highlight(trace.layers[0]).step == 0


def test_places_that_are_not_there_are_refused():
    layer = layers("lstm")[0]
    with pytest.raises(OutOfRange):
        moment(layer, TIME, 0)
    with pytest.raises(OutOfRange):
        moment(layer, 0, 4)
