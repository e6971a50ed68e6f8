"""Records recompose: from the trace alone, each cell's equations give what was recorded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import cells
from core.cells.leaves import Gate, Value
from core.nodes import LayerTrace
from tests.core.networks import BOUNDED, ELEMENTWISE, Case, cases

States = dict[str, np.ndarray]


def _simple_rnn(layer: LayerTrace) -> States:
    return {"hidden": layer.kernels.activation(np.array(layer.preactivations["hidden"]))}


def _lstm(layer: LayerTrace) -> States:
    i, f, g, o = (layer.gates[name] for name in ("input", "forget", "candidate", "output"))
    c = f * layer.previous["cell"] + i * g
    return {"cell": c, "hidden": o * layer.kernels.activation(c)}


def _gru(layer: LayerTrace) -> States:
    z, g = layer.gates["update"], layer.gates["candidate"]
    return {"hidden": z * layer.previous["hidden"] + (1 - z) * g}


def _coupled_lstm(layer: LayerTrace) -> States:
    i, g, o = (layer.gates[name] for name in ("input", "candidate", "output"))
    f = 1 - i
    c = f * layer.previous["cell"] + i * g
    return {"cell": c, "hidden": o * layer.kernels.activation(c)}


def _minimal_gated(layer: LayerTrace) -> States:
    f, g = layer.gates["forget"], layer.gates["candidate"]
    return {"hidden": (1 - f) * layer.previous["hidden"] + f * g}


def _slstm(layer: LayerTrace) -> States:
    """By the gates themselves, as the paper has it before anything is stabilised."""
    before = {name: np.array(values) for name, values in layer.preactivations.items()}
    i, f = np.exp(before["input"]), 1 / (1 + np.exp(-before["forget"]))
    g, o = layer.gates["candidate"], layer.gates["output"]
    scale = np.exp(layer.previous["stabiliser"])
    c = f * layer.previous["cell"] * scale + i * g
    n = f * layer.previous["normaliser"] * scale + i
    m = layer.states["stabiliser"]
    return {"cell": c / np.exp(m), "normaliser": n / np.exp(m), "hidden": o * c / n}


PAPERS = {
    "simple_rnn": _simple_rnn,
    "lstm": _lstm,
    "gru": _gru,
    "peephole_lstm": _lstm,
    "coupled_lstm": _coupled_lstm,
    "minimal_gated": _minimal_gated,
    "min_gru": _gru,
    "slstm": _slstm,
}
"""The states after a step from the recorded gates and the states before, as the papers write it."""


MASKED = {("minimal_gated", "candidate"): "forget"}
"""Cell and gate → the gate that stands before its recurrent kernel."""

TOLERANCE = {"rtol": 1e-12, "atol": 1e-12}


def _assert_same(layer: LayerTrace, found: np.ndarray, recorded: np.ndarray) -> None:
    """Equal at every step that is not masked."""
    used = slice(None) if layer.mask is None else layer.mask
    np.testing.assert_allclose(found[used], recorded[used], **TOLERANCE)


@given(cases(dtype=np.float64, activations=ELEMENTWISE, recurrent_activations=BOUNDED))
def test_records_recompose(case: Case):
    for layer in case.record().layers:
        if layer.cell in PAPERS:
            for name, state in PAPERS[layer.cell](layer).items():
                _assert_same(layer, state, layer.states[name])
        for total in layer.preactivations.values():
            np.testing.assert_allclose(sum(total.parts.values()), total, **TOLERANCE)
        for result, form in cells.get(layer.cell).lines(layer.kernels.options):
            if isinstance(result, Value):
                recorded = layer.gates if isinstance(result, Gate) else layer.states
                _assert_same(layer, layer.evaluated(form), recorded[result.name])


@given(cases(dtype=np.float64))
def test_parts_are_the_products_of_the_weights(case: Case):
    trace = case.record()
    for layer, weights in zip(trace.layers, case.model.layers, strict=True):
        for gate, own in weights.weights.items():
            part = layer.preactivations[gate]
            np.testing.assert_allclose(part.from_input, layer.inputs @ own["kernel"], **TOLERANCE)
            before, bias = layer.previous["hidden"], np.zeros(weights.units) + own["bias"]
            if "recurrent_kernel" not in own:
                assert "from_hidden" not in part.parts
                from_hidden = np.zeros_like(before)
            elif layer.cell == "gru" and gate == "candidate":
                reset = layer.gates["reset"]
                if weights.options["reset_after"]:
                    from_hidden = reset * (before @ own["recurrent_kernel"])
                    bias = bias + reset * own["recurrent_bias"]
                else:
                    from_hidden = (reset * before) @ own["recurrent_kernel"]
            else:
                thinned = MASKED.get((layer.cell, gate))
                row = before if thinned is None else layer.gates[thinned] * before
                from_hidden = row @ own["recurrent_kernel"]
                bias = bias + own.get("recurrent_bias", 0)
            np.testing.assert_allclose(part.from_hidden, from_hidden, **TOLERANCE)
            np.testing.assert_allclose(part.bias, np.broadcast_to(bias, part.shape), **TOLERANCE)


@given(cases(masked=True))
def test_a_masked_step_carries_the_state_on(case: Case):
    assert case.mask is not None
    for layer in case.record().layers:
        for name, state in layer.states.items():
            skipped = ~case.mask
            np.testing.assert_array_equal(state[skipped], layer.previous[name][skipped])


@given(cases(masked=False))
def test_previous_is_the_state_one_step_before_in_reading_order(case: Case):
    for at, layer in enumerate(case.record().layers):
        for name, state in layer.states.items():
            forward = layer.direction == "forward"
            shifted = state[:, :-1] if forward else state[:, 1:]
            previous = layer.previous[name][:, 1:] if forward else layer.previous[name][:, :-1]
            np.testing.assert_array_equal(previous, shifted)
            first = layer.previous[name][:, 0 if forward else -1]
            np.testing.assert_array_equal(first, case.initial_states[at][name])


@settings(max_examples=20)
@given(cases(), st.integers(0, 2**16))
def test_reading_backwards_is_reading_the_reversed_text(case: Case, seed: int):
    trace = case.record()
    stage = case.model.recurrent[0]
    if len(stage.layers) == 1 or case.mask is not None:
        return
    backward = trace.layers[1]
    weights = stage.layers[1]
    single = type(stage)("one", (_turned(weights),), None, "every")
    model = type(case.model)((single,))
    again = type(case)(model, case.inputs[:, ::-1], None, [case.initial_states[1]]).record()
    for name, gate in backward.gates.items():
        np.testing.assert_allclose(again.layers[0].gates[name][:, ::-1], gate, rtol=1e-5, atol=1e-6)
    hidden = again.layers[0].states["hidden"][:, ::-1]
    np.testing.assert_allclose(hidden, backward.states["hidden"], rtol=1e-5, atol=1e-6)


def _turned(layer):
    return replace(layer, direction="forward")


@pytest.mark.parametrize("cell", cells.CELLS.values(), ids=lambda cell: cell.name)
def test_every_cell_names_its_maps_once(cell: cells.Cell):
    assert sorted(cell.stacked) == sorted(cell.maps)
    assert set(cell.gates) <= set(cell.maps)
    assert cell.candidate in cell.maps
    assert cell.states[0] == "hidden"
