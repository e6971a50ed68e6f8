"""States that a file holds to start from: the same for every text, and as ONNX has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.cases import last_of, one, side_by_side
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph, answers

BATCH, TIME = 3, 4


def fixed(g: Graph, name: str, ways: int) -> str:
    """As exported for one size of batch: the same row for each text."""
    row = g.generator.normal(size=(ways, 1, UNITS)).astype(np.float32)
    return g.put(name, np.repeat(row, BATCH, axis=1))


def sizes(g: Graph, ways: int) -> str:
    batch = g.node("Slice", g.node("Shape", "x"), g.whole(0), g.whole(1))
    return g.node("Concat", g.whole(ways), batch, g.whole(UNITS), axis=0)


def expanded(g: Graph, name: str, ways: int) -> str:
    """A learned state of PyTorch's, expanded to the batch."""
    return g.node("Expand", g.tensor(name, ways, 1, UNITS), sizes(g, ways))


def expanded_vector(g: Graph, name: str, ways: int) -> str:
    return g.node("Expand", g.tensor(name, UNITS), sizes(g, ways))


def repeated(g: Graph, name: str, ways: int) -> str:
    """The same with repeat."""
    batch = g.node("Slice", g.node("Shape", "x"), g.whole(0), g.whole(1))
    times = g.node("Concat", g.whole(1), batch, g.whole(1), axis=0)
    return g.node("Tile", g.tensor(name, ways, 1, UNITS), times)


def filled(g: Graph, name: str, ways: int) -> str:
    import onnx

    one_number = onnx.helper.make_tensor("value", onnx.TensorProto.FLOAT, [1], [0.75])
    return g.node("ConstantOfShape", sizes(g, ways), value=one_number)


def zeros(g: Graph, name: str, ways: int) -> str:
    return g.put(name, np.zeros((ways, BATCH, UNITS), np.float32))


def data(op: str, hidden: Any, cell: Any = None, *, ways: int = 1, last: bool = False) -> bytes:
    g = Graph()
    dims = (BATCH if hidden in (fixed, zeros) or cell is zeros else "batch", TIME, FEATURES)
    x = g.node("Transpose", g.input("x", dims), perm=[1, 0, 2])
    states = [hidden(g, "h0", ways), *([cell(g, "c0", ways)] if op == "LSTM" else [])]
    way = "bidirectional" if ways == 2 else "forward"
    every, *_ = g.recurrent(op, x, direction=way, initial=states)
    if last:
        return g.data(g.dense(last_of(g, one(g, every)), UNITS, 2))
    y = one(g, every) if ways == 1 else g.node("Transpose", side_by_side(g, every), perm=[1, 0, 2])
    return g.data(g.node("MatMul", y, g.tensor("kernel", ways * UNITS, 2)))


def check(made: bytes) -> core.Model:
    model = read_onnx(made)
    x = np.random.default_rng(3).normal(size=(BATCH, TIME, FEATURES)).astype(np.float32)
    [expected] = answers(made, x=x)
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=1e-5)
    return model


@pytest.mark.parametrize("kind", [fixed, expanded, expanded_vector, repeated, filled])
@pytest.mark.parametrize("op", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("ways", [1, 2])
def test_states_that_the_file_holds_are_started_from(kind, op, ways):
    model = check(data(op, kind, kind, ways=ways))
    trace = core.record(model, np.zeros((1, 2, FEATURES), np.float32))
    assert trace.layers[0].initial_states["hidden"].any()


def test_one_state_may_be_zeros_and_another_not():
    model = check(data("LSTM", expanded, zeros, last=True))
    trace = core.record(model, np.zeros((2, 2, FEATURES), np.float32))
    assert not trace.layers[0].initial_states["cell"].any()
    hidden = trace.layers[0].initial_states["hidden"]
    np.testing.assert_array_equal(hidden[0], hidden[1])


def test_its_gradient_is_that_of_the_learned_state():
    model = read_onnx(data("GRU", expanded, last=True)).astype(np.float64)
    x = np.random.default_rng(3).normal(size=(1, TIME, FEATURES))
    [name] = [n for n in model.parameters if n.endswith("initial_h.0/bias")]
    trace = core.record(model, x)
    found = core.backprop(model, trace, np.zeros_like(trace.outputs)).parameters[name]

    def loss(at: int, by: float) -> float:
        moved = model.parameters[name].copy()
        moved[at] += by
        return float(np.mean(core.record(model.with_parameters({name: moved}), x).outputs ** 2))

    for at in range(UNITS):
        slope = (loss(at, 1e-5) - loss(at, -1e-5)) / 2e-5
        assert np.asarray(found)[at] == pytest.approx(slope, rel=1e-4, abs=1e-9)


def test_numbers_that_differ_from_text_to_text_are_refused():
    def differing(g: Graph, name: str, ways: int) -> str:
        return g.tensor(name, ways, BATCH, UNITS)

    with pytest.raises(UnsupportedModel, match="initial_h"):
        read_onnx(data("GRU", differing))


def test_what_was_cut_after_it_was_repeated_is_refused():
    def cut(g: Graph, name: str, ways: int) -> str:
        whole = g.node("Expand", g.tensor(name, ways, 1, 2 * UNITS), g.node(
            "Concat", g.whole(ways), g.node("Slice", g.node("Shape", "x"), g.whole(0), g.whole(1)),
            g.whole(2 * UNITS), axis=0))  # fmt: skip
        return g.node("Slice", whole, g.whole(0), g.whole(UNITS), g.whole(2))

    with pytest.raises(UnsupportedModel, match="initial_h"):
        read_onnx(data("GRU", cut))
