"""Graphs that are no chains: branches, encoders and decoders, several inputs and outputs.

Each beside onnxruntime: every output of the file is at a port of the model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest

import core
from core.importers.onnx.file import read_onnx
from core.nodes import Add, Average, Dense, Input, Layer, Multiply
from tests.core.importers.onnx.cases import ROWS, TIME, both, last_of, one, stacked
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph, side_by_side
from tests.core.importers.onnx.test_runtime import answers

BATCH = 3


def features(g: Graph, name: str = "x") -> str:
    return g.node("Transpose", g.input(name, ("batch", name, FEATURES)), perm=[1, 0, 2])


def words(g: Graph, name: str = "words") -> str:
    given = g.input(name, ("batch", name), onnx.TensorProto.INT64)
    table = g.tensor(f"{name}.weight", ROWS, FEATURES)
    return g.node("Transpose", g.node("Gather", table, given), perm=[1, 0, 2])


def every(g: Graph, op: str, x: str, **settings: Any) -> str:
    return one(g, g.recurrent(op, x, **settings)[0])


def time_first(g: Graph, y: str) -> str:
    return g.node("Transpose", y, perm=[1, 0, 2])


def state(g: Graph, last: str) -> str:
    return g.node("Squeeze", last, g.whole(0))


def product(g: Graph, y: str, name: str, wide: int = UNITS) -> str:
    found = g.node("MatMul", y, g.tensor(f"{name}.weight", wide, 2))
    return g.node("Add", found, g.tensor(f"{name}.bias", 2))


def residual(g: Graph) -> list[str]:
    low = every(g, "LSTM", features(g))
    high = every(g, "GRU", time_first(g, low), features=UNITS)
    return [product(g, g.node("Add", low, high), "fc")]


def two_towers(g: Graph) -> list[str]:
    x = features(g)
    ends = [state(g, g.recurrent(op, x)[1]) for op in ("LSTM", "GRU", "RNN")]
    return [g.dense(g.node("Concat", *ends, axis=1), 3 * UNITS, 2)]


def arithmetic_of_branches(g: Graph) -> list[str]:
    x = features(g)
    a, b, c = (every(g, op, x) for op in ("LSTM", "GRU", "RNN"))
    swish = g.node("Mul", a, g.node("Sigmoid", a))
    mean = g.node("Mean", swish, g.node("Sub", b, c), g.node("Sum", a, b, c))
    return [g.node("Tanh", mean)]


def translator(op: str) -> Callable[[Graph], list[str]]:
    def build(g: Graph) -> list[str]:
        _, *states = g.recurrent(op, features(g, "source"))
        return [product(g, every(g, op, words(g, "target"), initial=states), "answer")]

    return build


def both_ways(g: Graph) -> list[str]:
    _, h, c = both(g, features(g, "source"), "LSTM")
    y = side_by_side(g, both(g, words(g, "target"), "LSTM", initial=[h, c])[0])
    return [product(g, time_first(g, y), "answer", 2 * UNITS)]


def second_layer_starts(g: Graph) -> list[str]:
    """The state of the upper of two layers, cut out of all that are stacked."""
    low, h0 = g.recurrent("GRU", features(g, "source"))
    _, h1 = g.recurrent("GRU", g.node("Squeeze", low, g.whole(1)), features=UNITS)
    h = g.node("Concat", h0, h1, axis=0)
    top = g.node("Slice", h, g.whole(1), g.whole(2), g.whole(0))
    return [every(g, "GRU", words(g, "target"), initial=[top])]


def captioner(g: Graph) -> list[str]:
    image = g.input("image", ("batch", 5))
    start = g.node("Tanh", g.dense(image, 5, UNITS, "start"))
    y = every(g, "GRU", words(g), initial=[g.node("Unsqueeze", start, g.whole(0))])
    return [product(g, y, "answer")]


def two_heads(g: Graph) -> list[str]:
    y = every(g, "LSTM", features(g))
    left = g.node("Softmax", product(g, y, "left"), axis=-1)
    return [left, g.dense(last_of(g, y), UNITS, 3, "right")]


def logits_and_probabilities(g: Graph) -> list[str]:
    y = product(g, every(g, "GRU", features(g)), "fc")
    return [y, g.node("Softmax", y, axis=-1)]


def two_inputs_side_by_side(g: Graph) -> list[str]:
    first, second = (g.input(name, ("batch", "time", FEATURES)) for name in ("x", "y"))
    x = g.node("Concat", first, g.node("Neg", second), axis=2)
    return [every(g, "LSTM", time_first(g, x), features=2 * FEATURES)]


def vector_beside(g: Graph) -> list[str]:
    h = state(g, g.recurrent("LSTM", words(g))[1])
    wide = g.node("Concat", h, g.input("profile", ("batch", 5)), axis=1)
    return [g.dense(wide, UNITS + 5, 2)]


def one_direction_twice(g: Graph) -> list[str]:
    x = features(g)
    return [g.node("Concat", *(every(g, "LSTM", x) for _ in range(2)), axis=2)]


def two_heights(g: Graph) -> list[str]:
    h, _ = stacked(g)
    ends = [g.node("Gather", h, g.put(f"a{at}", np.array(at)), axis=0) for at in (0, 3)]
    return [g.dense(g.node("Concat", *ends, axis=1), 2 * UNITS, 2)]


def last_of_a_head(g: Graph) -> list[str]:
    """A head at every step of which one goes on, and all are given besides."""
    y = g.node("Tanh", product(g, every(g, "GRU", features(g)), "fc"))
    return [y, g.dense(last_of(g, y), 2, 1, "top")]


def encoder(g: Graph) -> list[str]:
    _, h, c = g.recurrent("LSTM", features(g))
    return [state(g, h), state(g, c)]


GRAPHS: dict[str, Callable[[Graph], list[str]]] = {
    each.__name__: each
    for each in (
        residual, two_towers, arithmetic_of_branches, both_ways, second_layer_starts, captioner,
        two_heads, logits_and_probabilities, two_inputs_side_by_side, vector_beside,
        one_direction_twice, two_heights, last_of_a_head, encoder,
    )
} | {f"translator, {op}": translator(op) for op in ("LSTM", "GRU", "RNN")}  # fmt: skip


def given_for(graph: Graph) -> dict[str, np.ndarray]:
    """Random inputs; those with an axis of their own are of their own length."""
    draw, inputs = np.random.default_rng(8), {}
    for at, (name, (dims, kind)) in enumerate(graph.inputs.items()):
        longer = {"batch": BATCH, "time": TIME}
        shape = [each if isinstance(each, int) else longer.get(each, TIME + at) for each in dims]
        whole = kind == onnx.TensorProto.INT64
        inputs[name] = (
            draw.integers(0, ROWS, shape) if whole else draw.normal(size=shape).astype(np.float32)
        )
    return inputs


def read(name: str) -> core.Model:
    graph = Graph(seed=21)
    return read_onnx(graph.data(*GRAPHS[name](graph)))


@pytest.mark.parametrize("name", GRAPHS)
def test_every_output_is_there(name: str) -> None:
    graph = Graph(seed=21)
    outputs = GRAPHS[name](graph)
    data, given = graph.data(*outputs), given_for(graph)
    model = read_onnx(data)
    inputs = given if len(given) > 1 else next(iter(given.values()))
    trace = core.record(model, inputs)
    flows = [flow.values for flow in trace.outputs_by_port.values()]
    assert len(flows) == len(outputs)
    for expected in answers(data, **given):
        same = [flow for flow in flows if flow.shape == expected.shape]
        apart = [float(np.abs(flow - expected).max()) for flow in same]
        assert min(apart, default=np.inf) < 1e-5, (expected.shape, [f.shape for f in flows])


def test_nodes_are_those_that_one_would_write() -> None:
    kinds = {name: [type(node) for node in read(name).nodes] for name in GRAPHS}
    assert kinds["residual"] == [Layer, Layer, Add, Dense]
    assert kinds["translator, GRU"][:2] == [Input, Input]
    assert kinds["logits_and_probabilities"][:2] == [Layer, Dense]
    assert {Multiply, Average} < set(kinds["arithmetic_of_branches"])
    decoder = read("translator, LSTM").layers[1]
    encoder = read("translator, LSTM").layers[0].name
    assert decoder.reads[1:] == (f"{encoder}.state.hidden", f"{encoder}.state.cell")
    assert [layer.direction for layer in read("both_ways").layers] == ["forward", "backward"] * 2


def test_a_head_is_not_counted_twice_where_its_last_step_alone_is_read() -> None:
    graph = Graph(seed=21)
    outputs = last_of_a_head(graph)
    alone = read_onnx(graph.data(outputs[1]))
    assert [node.name for node in alone.nodes[1:]] == ["fc", "top"]
    assert alone.layers[0].returns == "last"
