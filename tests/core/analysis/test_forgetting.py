from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis.forgetting import cell_gradient, forgetting
from core.errors import NoMemory, OutOfRange
from tests.core.analysis.models import random_model, recorded


def product_after(layer, *, batch: int, step: int) -> np.ndarray:
    """The forget gates of the steps read after `step`, multiplied one by one."""
    time = layer.outputs.shape[1]
    later = range(step + 1, time) if layer.direction == "forward" else range(step)
    product = np.ones(layer.units)
    for at in later:
        if layer.mask is None or layer.mask[batch, at]:
            product = product * layer.gates["forget"][batch, at]
    return product


@pytest.mark.parametrize("masked", [False, True])
def test_products_are_those_multiplied_one_by_one(masked):
    model = random_model("lstm", features=2, units=[4], bidirectional=True, dtype=np.float64)
    trace = recorded(model, batch=3, time=8, masked=masked)
    for layer in trace.layers:
        found = forgetting(layer, batch=2)
        for step in range(8):
            product = product_after(layer, batch=2, step=step)
            np.testing.assert_allclose(10 ** found.products[step], product)
            assert 10 ** found.mean[step] == pytest.approx(product.mean())
            assert 10 ** found.geometric_mean[step] == pytest.approx(np.prod(product) ** (1 / 4))


def test_thousands_of_steps_do_not_underflow():
    model = random_model("lstm", features=2, units=[2])
    bias = model.parameters["lstm/forget/bias"]
    model = model.with_parameters({"lstm/forget/bias": bias - 4})
    layer = recorded(model, batch=1, time=2000).layers[0]
    found = forgetting(layer)
    gates = layer.gates["forget"][0, 1:].astype(np.float64)
    np.testing.assert_allclose(found.products[0], np.log10(gates).sum(axis=0))
    assert (found.products[0] < -1000).all()
    assert found.mean[0] == pytest.approx(found.products[0].max() - np.log10(2), abs=0.31)


def test_a_gate_that_is_shut_leaves_nothing():
    model = random_model("lstm", features=2, units=[2], recurrent_activation="hard_sigmoid")
    bias = np.array([-100, 0.5], np.float32)
    model = model.with_parameters({"lstm/forget/bias": bias})
    found = forgetting(recorded(model, batch=1, time=5).layers[0])
    assert found.products[:-1, 0].tolist() == [-np.inf] * 4
    assert np.isfinite(found.products[:, 1]).all()
    assert np.isfinite(found.mean).all()
    assert found.geometric_mean[0] == -np.inf


def run(model: core.Model, *, masked: bool = False):
    trace = recorded(model, batch=2, time=9, masked=masked)
    gradients = core.backprop(model, trace, np.zeros_like(trace.outputs), loss="mean_squared_error")
    return trace.layers[0], gradients.layers[0]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_without_recurrent_weights_the_cell_s_own_way_is_the_only_one(direction, masked):
    model = random_model("lstm", features=2, units=[4], dtype=np.float64)
    stage, head = model.parts
    layers = tuple(replace(layer, direction=direction) for layer in stage.layers)
    model = replace(model, nodes=(replace(stage, layers=layers), head))
    layer, gradients = run(model, masked=masked)
    found = cell_gradient(layer, gradients, batch=1)
    reached = np.isfinite(found.true)
    difference = found.true[reached] - found.along_cell[reached]
    assert np.abs(difference).max() > 0.01, "other ways count"

    kernels = {n: np.zeros_like(a) for n, a in model.parameters.items() if "recurrent" in n}
    layer, gradients = run(model.with_parameters(kernels), masked=masked)
    found = cell_gradient(layer, gradients, batch=1)
    np.testing.assert_allclose(found.true, found.along_cell, atol=1e-9)
    read = np.flatnonzero(layer.mask[1]) if masked else np.arange(9)
    end = read[-1 if direction == "forward" else 0]
    lengths = np.linalg.norm(gradients.states["cell"][1], axis=-1)
    np.testing.assert_allclose(10**found.true, lengths / lengths[end])
    assert np.ptp(found.true[reached]) > 0.5
    # Nobody reads the copies of the cell that masked steps make past the end.
    assert reached.sum() == (end + 1 if direction == "forward" else 9 - end)
    assert masked == (not reached.all()) or direction == "backward"


def test_where_no_gradient_arrives_there_is_no_share():
    model = random_model("lstm", features=2, units=[3], outputs=None, dtype=np.float64)
    trace = recorded(model, batch=1, time=4)
    gradients = core.backprop(model, trace, trace.outputs)  # nothing left to learn
    found = cell_gradient(trace.layers[0], gradients.layers[0])
    assert np.isnan(found.true).all()
    assert np.isnan(found.along_cell).all()


def test_nonsense_is_refused():
    layer = recorded(random_model("simple_rnn", features=2, units=[3]), batch=1, time=3).layers[0]
    with pytest.raises(NoMemory, match="simple_rnn"):
        forgetting(layer)
    layer = recorded(random_model("lstm", features=2, units=[3]), batch=1, time=3).layers[0]
    with pytest.raises(OutOfRange, match="batch is 1"):
        forgetting(layer, batch=1)
