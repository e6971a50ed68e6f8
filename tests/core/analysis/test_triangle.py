from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core import cells
from core.analysis import beginnings as module
from core.analysis.triangle import Triangle, difference_from_one, triangle
from core.errors import ForeignTrace, OutOfRange, UnknownName, UnsupportedModel, WrongTargets
from core.nodes import Add, Conv1D, Dense, Flatten, Input, Layer
from tests.core.analysis.models import random_model, recorded
from tests.core.networks import randomised

EVERY = (*cells.CELLS, "gru_reset_before")


def beginning(model, trace, end, *, batch=0):
    """A run of the first steps of one text by itself."""
    mask = None if trace.mask is None else trace.mask[batch : batch + 1, : end + 1]
    states = {
        run.name: {name: s[batch : batch + 1] for name, s in run.initial_states.items()}
        for run in trace.layers
    }
    text = trace.inputs[batch : batch + 1, : end + 1]
    return core.record(model, text, mask=mask, initial_states=states)


def check(model, trace, targets, *, layer, batch=0, ends=None):
    """The norms are those of one way back for each beginning; the parts add up to them."""
    computed = triangle(model, trace, targets, layer=layer, batch=batch, ends=ends)
    name = trace.layers[layer].name
    for row, end in enumerate(computed.ends):
        run = beginning(model, trace, end, batch=batch)
        back = core.backprop(model, run, targets[batch : batch + 1])
        expected = np.linalg.norm(back.layer(name).states[computed.state][0], axis=1)
        np.testing.assert_allclose(computed.norms[row, : end + 1], expected, rtol=1e-9, atol=1e-14)
        assert np.isnan(computed.norms[row, end + 1 :]).all()
        assert computed.losses[row] == pytest.approx(back.loss)
    assert computed.difference < 1e-9
    assert np.nanmax(computed.norms) > 1e-3
    return computed


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("cell", EVERY)
def test_norms_are_those_of_a_way_back_for_each_beginning(cell, masked):
    model = random_model(cell, features=2, units=[3], outputs=2, dtype=np.float64)
    trace = recorded(model, batch=2, time=7, masked=masked)
    computed = check(model, trace, np.array([0, 1]), layer=0, batch=1)
    assert computed.state == (cells.get(trace.layers[0].cell).memory or "hidden")
    # The answer reads the last state alone: nothing comes from above to an earlier one.
    above = computed.parts["above"]
    if not masked:
        earlier = np.tril(np.ones((7, 7), bool), -1)
        assert np.abs(above[earlier]).max() < 1e-12
        assert np.abs(np.diagonal(above)).min() > 0


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
def test_stacked_layers_that_read_both_ways(layer, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 2_000)  # several blocks
    model = random_model(
        "lstm", features=2, units=[3, 2], bidirectional=True, outputs=1, dtype=np.float64
    )
    trace = recorded(model, batch=1, time=6)
    check(model, trace, np.array([[1.0]]), layer=layer)


def test_a_readout_at_every_step_is_asked_at_the_last_alone():
    model = random_model("gru", features=2, units=[3], outputs=1, readout="every", dtype=np.float64)
    trace = recorded(model, batch=1, time=5)
    targets = np.array([[[1.0], [0.0], [1.0], [1.0], [0.0]]])
    computed = triangle(model, trace, targets, layer=0)
    for end in range(5):
        run = beginning(model, trace, end)
        # Its loss is a mean over steps: the last step's share of it is what it adds to the mean.
        nudged = targets[:, : end + 1].copy()
        p = run.outputs[0, end, 0]
        one = -np.log(p if nudged[0, end, 0] else 1 - p)
        assert computed.losses[end] == pytest.approx(one)
        with_last = core.backprop(model, run, nudged).layers[0].states["hidden"][0]
        nudged[0, end] = p  # prediction − target is 0: the last step then adds nothing
        without = core.backprop(model, run, nudged).layers[0].states["hidden"][0]
        expected = np.linalg.norm((with_last - without) * (end + 1), axis=1)
        np.testing.assert_allclose(computed.norms[end, : end + 1], expected, rtol=1e-9)


def test_kept_is_what_the_forget_gate_hands_back():
    model = random_model("lstm", features=2, units=[4], outputs=1, dtype=np.float64)
    trace = recorded(model, batch=1, time=6)
    computed = triangle(model, trace, np.array([[1.0]]), ends=[5])
    d = core.backprop(model, trace, np.array([[1.0]])).layers[0].states["cell"][0]
    forget = trace.layers[0].gates["forget"][0]
    for k in range(5):
        expected = (forget[k + 1] * d[k + 1]) @ d[k] / np.linalg.norm(d[k])
        assert computed.parts["kept"][0, k] == pytest.approx(expected, rel=1e-9)
    assert computed.parts["kept"][0, 5] == pytest.approx(0, abs=1e-15)
    assert set(computed.parts) == {"kept", "input", "forget", "candidate", "output", "above"}


def test_a_gate_without_recurrent_weights_hands_nothing_back():
    model = random_model("gru", features=2, units=[4], outputs=1, dtype=np.float64)
    name = f"{model.layers[0].name}/update/recurrent_kernel"
    model = model.with_parameters({name: np.zeros((4, 4))})
    computed = triangle(model, recorded(model, batch=1, time=6), np.array([[1.0]]))
    assert np.nanmax(np.abs(computed.parts["update"])) == 0
    assert np.nanmax(np.abs(computed.parts["candidate"])) > 1e-4
    assert np.nanmax(np.abs(computed.parts["kept"])) > 1e-2


def chain(*parts):
    return randomised(core.Model(tuple(parts)), seed=2, scale=0.6)


def lstm(features, units):
    made = core.new_model("lstm", features=features, units=[units], outputs=None, dtype=np.float64)
    (layer,) = made.layers
    return layer


def test_beginnings_that_no_mask_can_tell_apart_run_one_by_one():
    kernel = np.ones((2, 2, 3))
    conv = Conv1D("conv", kernel, np.zeros(3), padding="same")
    body = lstm(3, 4)
    model = chain(conv, body, Dense("answer", np.ones((4, 1)), np.zeros(1), "sigmoid"))
    trace = core.record(model, np.random.default_rng(0).standard_normal((1, 6, 2)))
    computed = triangle(model, trace, np.array([[1.0]]))
    for end in range(6):
        run = core.record(model, trace.inputs[:, : end + 1])
        back = core.backprop(model, run, np.array([[1.0]])).layers[0].states["cell"][0]
        np.testing.assert_allclose(
            computed.norms[end, : end + 1], np.linalg.norm(back, axis=1), rtol=1e-9
        )


def test_texts_of_one_length_are_padded():
    body = replace(lstm(2, 3), returns="every")
    model = chain(
        body, Flatten("flat", 5), Dense("answer", np.ones((15, 1)), np.zeros(1), "sigmoid")
    )
    trace = core.record(model, np.random.default_rng(0).standard_normal((1, 5, 2)))
    computed = triangle(model, trace, np.array([[1.0]]), ends=[2])
    padded = trace.inputs.copy()
    padded[:, 3:] = 0
    back = core.backprop(model, core.record(model, padded), np.array([[1.0]]))
    expected = np.linalg.norm(back.layers[0].states["cell"][0], axis=1)
    np.testing.assert_allclose(computed.norms[0, :3], expected[:3], rtol=1e-9)
    assert np.isnan(computed.norms[0, 3:]).all()


def test_nonsense_is_refused():
    model = random_model("gru", features=2, units=[3], outputs=1)
    trace = recorded(model, batch=1, time=4)
    with pytest.raises(OutOfRange, match="step is 4"):
        triangle(model, trace, [[1.0]], ends=[4])
    with pytest.raises(UnknownName, match="layer"):
        triangle(model, trace, [[1.0]], layer=7)
    with pytest.raises(WrongTargets):
        triangle(model, trace, 1.0)
    other = random_model("gru", features=2, units=[3], outputs=1, seed=9)
    with pytest.raises(ForeignTrace):
        triangle(other, trace, [[1.0]])


def test_a_model_of_two_inputs_is_refused_by_its_name():
    source = lstm(2, 3)
    again = Layer("second", "lstm", source.weights, options=source.options, reads=("b",))
    first = Layer("first", "lstm", source.weights, options=source.options, reads=("a",))
    model = core.Model(
        (Input("a", 2), Input("b", 2), first, again, Add("sum", reads=("first", "second")))
    )
    x = np.zeros((1, 3, 2))
    trace = core.record(model, {"a": x, "b": x})
    with pytest.raises(UnsupportedModel, match="several things"):
        triangle(model, trace, np.zeros_like(trace.outputs))


def test_a_row_is_checked_against_the_way_back_of_its_beginning_alone():
    model = random_model("lstm", features=2, units=[3], outputs=1, dtype=np.float64)
    trace, target = recorded(model, batch=1, time=6), np.array([[1.0]])
    computed = triangle(model, trace, target)
    for row in (0, 4, -1):
        assert difference_from_one(computed, model, trace, target, row=row) < 1e-12
    wrong = replace(computed, norms=computed.norms * 1.5)
    assert difference_from_one(wrong, model, trace, target, row=4) == pytest.approx(0.5)


def test_what_a_row_tells():
    norms = np.array([[3.0, np.nan, np.nan], [0.5, 1.0, 2.0], [0.001, 1.0, 4.0]])
    parts = {"kept": 0.25 * norms, "input": 0.75 * norms}
    told = Triangle("cell", np.array([0, 1, 2]), norms, parts, np.zeros(3))
    assert [told.row_of(step) for step in (0, 1, 2)] == [0, 1, 2]
    some = Triangle("cell", np.array([5, 2]), norms[:2], parts, np.zeros(2))
    assert [some.row_of(step) for step in (0, 2, 4, 5, 9)] == [1, 1, 1, 0, 0]
    assert told.reach(2) == 1
    assert told.reach(2, share=1e-4) == 0
    assert told.reach(0) == 0
    assert told.ways(2) == {"input": pytest.approx(0.75), "kept": pytest.approx(0.25)}
    assert told.ways(0) == {}
