"""LSTM, GRU and RNN of ONNX: every hidden state, the cell states, from given initial states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import core
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.graphs import (
    DIRECTIONS,
    FEATURES,
    UNITS,
    Graph,
    answers,
    sequences,
    side_by_side,
)
from tests.core.networks import states_for

TOLERANCE = 1e-5
CELLS = {
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {"linear_before_reset": 1}),
    "gru, reset before": ("GRU", {"linear_before_reset": 0}),
    "rnn": ("RNN", {}),
}


def _states(graph: Graph, op: str, level: int, layout: int = 0) -> list[str]:
    """Initial states that are inputs of the graph."""
    dims = ("batch", "ways", UNITS) if layout else ("ways", "batch", UNITS)
    return [graph.input(f"{name}{level}", dims) for name in ("h", "c")[: 1 + (op == "LSTM")]]


def _fed(model: core.Model, initial: list[dict[str, Any]], layout: int = 0) -> dict[str, Any]:
    """The initial states of a model as the inputs of the graph that it was read from."""
    fed, at = {}, 0
    for level, stage in enumerate(model.recurrent):
        own = initial[at : at + len(stage.layers)]
        at += len(stage.layers)
        for name in own[0]:
            stacked = np.stack([states[name] for states in own], axis=1 if layout else 0)
            fed[f"{name[0]}{level}"] = stacked
    return fed


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_hidden_state(cell: str, direction: str, layers: int) -> None:
    op, attributes = CELLS[cell]
    graph, ways = Graph(seed=layers), 1 + (direction == "bidirectional")
    x = graph.input("x", ("time", "batch", FEATURES))
    wanted = []
    for level in range(layers):
        settings = {"initial": _states(graph, op, level), "direction": direction} | attributes
        features = FEATURES if level == 0 else UNITS * ways
        every, *_ = graph.recurrent(op, x, features=features, **settings)
        x = side_by_side(graph, every)
        wanted.append(every)
    data = graph.data(x, *wanted)
    model, given = read_onnx(data), sequences()
    initial = states_for(model, batch=2, seed=5)
    trace = core.record(model, given, initial_states=initial)
    outputs, *expected = answers(data, x=given.swapaxes(0, 1), **_fed(model, initial))
    np.testing.assert_allclose(trace.outputs, outputs.swapaxes(0, 1), atol=TOLERANCE)
    found = [layer.states["hidden"] for layer in trace.layers]
    states = [every[:, way].swapaxes(0, 1) for every in expected for way in range(ways)]
    assert len(found) == len(states) == layers * ways
    for one, other in zip(found, states, strict=True):
        np.testing.assert_allclose(one, other, atol=TOLERANCE)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_cell_state(direction: str) -> None:
    """ONNX shows the last one: that of each beginning of the text, or of each end of it."""
    graph = Graph(seed=3)
    x = graph.input("x", ("time", "batch", FEATURES))
    settings = {"initial": _states(graph, "LSTM", 0), "direction": direction}
    every, last, cell = graph.recurrent("LSTM", x, **settings)
    data = graph.data(side_by_side(graph, every), last, cell)
    model, given = read_onnx(data), sequences()
    initial = states_for(model, batch=2, seed=5)
    trace = core.record(model, given, initial_states=initial)
    fed = _fed(model, initial)
    for way, layer in enumerate(trace.layers):
        for at in range(given.shape[1]):
            read = given[:, : at + 1] if layer.direction == "forward" else given[:, at:]
            *_, hidden, cells = answers(data, x=read.swapaxes(0, 1), **fed)
            np.testing.assert_allclose(layer.states["cell"][:, at], cells[way], atol=TOLERANCE)
            np.testing.assert_allclose(layer.states["hidden"][:, at], hidden[way], atol=TOLERANCE)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_the_last_step_read_and_no_bias(cell: str, direction: str) -> None:
    op, attributes = CELLS[cell]
    graph, ways = Graph(seed=4), 1 + (direction == "bidirectional")
    x = graph.input("x", ("time", "batch", FEATURES))
    _, last, *_ = graph.recurrent(op, x, direction=direction, bias=False, **attributes)
    turned = graph.node("Transpose", last, perm=[1, 0, 2])
    joined = graph.node("Reshape", turned, graph.whole(0, UNITS * ways))
    data = graph.data(graph.dense(joined, UNITS * ways, 2))
    model, given = read_onnx(data), sequences()
    (expected,) = answers(data, x=given.swapaxes(0, 1))
    np.testing.assert_allclose(core.record(model, given).outputs, expected, atol=TOLERANCE)
    assert not [name for name in model.parameters if "bias" in name and not name.startswith("fc")]


@pytest.mark.parametrize("cell", CELLS)
def test_batches_first(cell: str) -> None:
    """Layout 1, with initial states laid out so too. The reference has it for LSTM alone."""
    op, attributes = CELLS[cell]
    graphs = []
    for layout in (0, 1):
        graph = Graph(seed=6)
        dims = ("batch", "time", FEATURES) if layout else ("time", "batch", FEATURES)
        x = graph.input("x", dims)
        states = _states(graph, op, 0, layout)
        settings: dict[str, Any] = {"layout": 1} if layout else {}
        way = "bidirectional"
        every, *_ = graph.recurrent(op, x, direction=way, initial=states, **settings, **attributes)
        order = [0, 1, 2, 3] if layout else [2, 0, 1, 3]
        turned = graph.node("Transpose", every, perm=order)
        graphs.append(graph.data(graph.node("Reshape", turned, graph.whole(0, 0, 2 * UNITS))))
    plain, first = map(read_onnx, graphs)
    given = sequences()
    initial = states_for(first, batch=2, seed=5)
    (expected,) = answers(graphs[0], x=given.swapaxes(0, 1), **_fed(plain, initial))
    found = core.record(first, given, initial_states=initial).outputs
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)
    assert first.digest == plain.digest
    if op == "LSTM":
        (own,) = answers(graphs[1], x=given, **_fed(first, initial, layout=1))
        np.testing.assert_allclose(found, own, atol=TOLERANCE)


def test_weights_go_by_gate() -> None:
    """Each gate's bias is its own number: a layout misread would show."""
    graph = Graph()
    x = graph.input("x", ("time", "batch", 1))
    every, *_ = graph.recurrent("LSTM", x, features=1, units=1)
    graph.put("B0", np.array([[1, 2, 3, 4, 10, 20, 30, 40]], np.float32))
    found = read_onnx(graph.data(every)).layers[0].weights
    biases = {gate: float(own["bias"][0]) for gate, own in found.items() if "bias" in own}
    assert biases == {"input": 11, "output": 22, "forget": 33, "candidate": 44}
    for after in (0, 1):
        graph = Graph()
        x = graph.input("x", ("time", "batch", 1))
        every, *_ = graph.recurrent("GRU", x, features=1, units=1, linear_before_reset=after)
        graph.put("B0", np.array([[1, 2, 3, 10, 20, 30]], np.float32))
        parameters = read_onnx(graph.data(every)).parameters
        found_biases = {
            "/".join(name.split("/")[1:]): float(each[0])
            for name, each in parameters.items()
            if "bias" in name
        }
        separate = {
            "update/bias": 1, "update/recurrent_bias": 10, "reset/bias": 2,
            "reset/recurrent_bias": 20, "candidate/bias": 3, "candidate/recurrent_bias": 30,
        }  # fmt: skip
        together = {"update/bias": 11, "reset/bias": 22, "candidate/bias": 33}
        assert found_biases == (separate if after else together)
