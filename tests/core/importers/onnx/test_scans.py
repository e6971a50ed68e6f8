"""A Scan whose body is a cell is that cell; any other is refused, and never guessed at."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

import core
from core.errors import UnsupportedModel
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph

BATCH, TIME = 3, 5
FLOAT = onnx.TensorProto.FLOAT


def answers(data: bytes, **inputs: np.ndarray) -> list[np.ndarray]:
    """What onnxruntime gives: the reference knows no loop backwards, or along another axis."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    found: list[np.ndarray] = session.run(None, inputs)
    return found


class Body(Graph):
    """The graph of one step: states h (and c) and x in, states and outputs out."""

    def of(self, states: list[str], outputs: list[str]) -> onnx.GraphProto:
        def told(name: str) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, FLOAT, None)

        tensors = [onnx.numpy_helper.from_array(a, name) for name, a in self.tensors.items()]
        given = [told(name) for name in (*states, "x_t")]
        return helper.make_graph(self.nodes, "step", given, [told(n) for n in outputs], tensors)


def lstm(b: Body, *, joined: bool, order: str, curve: str = "Tanh") -> tuple[list[str], list[str]]:
    if joined:
        both = b.node("Concat", "x_t", "h", axis=1)
        z = b.node("MatMul", both, b.tensor("K", FEATURES + UNITS, 4 * UNITS))
    else:
        left = b.node("MatMul", "x_t", b.tensor("K", FEATURES, 4 * UNITS))
        z = b.node("Add", left, b.node("MatMul", "h", b.tensor("R", UNITS, 4 * UNITS)))
    z = b.node("Add", z, b.tensor("b", 4 * UNITS))
    wide = b.put("wide", np.array([UNITS] * 4))
    parts = dict(zip(order, b.node("Split", z, wide, axis=1, count=4), strict=True))
    i, f, o = (b.node("Sigmoid", parts[name]) for name in "ifo")
    g = b.node(curve, parts["g"])
    c = b.node("Add", b.node("Mul", f, "c"), b.node("Mul", i, g))
    h = b.node("Mul", o, b.node(curve, c))
    return ["c", "h"], [c, h, b.node("Identity", h)]


def gru(b: Body, *, after: bool, turned: bool = False, hard: bool = False) -> Any:
    x = b.node("Gemm", "x_t", b.tensor("K", 3 * UNITS, FEATURES), b.tensor("b", 3 * UNITS),
               transB=1)  # fmt: skip
    xz, xr, xg = (
        b.node("Slice", x, b.whole(at * UNITS), b.whole((at + 1) * UNITS), b.whole(1))
        for at in range(3)
    )

    def squashed(value: str) -> str:
        if not hard:
            return b.node("Sigmoid", value)
        value = b.node("Mul", value, b.put("fifth", np.array(0.2, np.float32)))
        value = b.node("Add", value, b.put("half", np.array(0.5, np.float32)))
        zero, one = (b.put(n, np.array(v, np.float32)) for n, v in (("zero", 0), ("one", 1)))
        return b.node("Clip", value, zero, one)

    z, r = (
        squashed(b.node("Add", part, b.node("MatMul", "h", b.tensor(f"R{at}", UNITS, UNITS))))
        for at, part in enumerate((xz, xr))
    )
    recurrent = b.tensor("R2", UNITS, UNITS)
    if after:
        inside = b.node("Add", b.node("MatMul", "h", recurrent), b.tensor("b2", UNITS))
        inside = b.node("Mul", r, inside)
    else:
        inside = b.node("MatMul", b.node("Mul", r, "h"), recurrent)
    g = b.node("Tanh", b.node("Add", xg, inside))
    rest = b.node("Sub", b.put("unit", np.array(1, np.float32)), z)
    keeps, takes = (rest, z) if turned else (z, rest)
    h = b.node("Add", b.node("Mul", keeps, "h"), b.node("Mul", takes, g))
    return ["h"], [h, b.node("Identity", h)]


def rnn(b: Body, *, curve: str = "Relu") -> tuple[list[str], list[str]]:
    left = b.node("MatMul", "x_t", b.tensor("K", FEATURES, UNITS))
    z = b.node("Add", b.node("Gemm", "h", b.tensor("R", UNITS, UNITS), b.tensor("b", UNITS)), left)
    h = b.node(curve, z)
    return ["h"], [h, b.node("Identity", h)]


CELLS = {
    "an LSTM of TensorFlow": ("lstm", lambda b: lstm(b, joined=True, order="igfo")),
    "an LSTM of Keras": ("lstm", lambda b: lstm(b, joined=False, order="ifgo")),
    "an LSTM of softsign": (
        "lstm",
        lambda b: lstm(b, joined=False, order="ofig", curve="Softsign"),
    ),
    "a GRU, reset before": ("gru", lambda b: gru(b, after=False)),
    "a GRU, reset after": ("gru", lambda b: gru(b, after=True)),
    "a GRU turned round": ("gru", lambda b: gru(b, after=True, turned=True)),
    "a GRU of hard sigmoids": ("gru", lambda b: gru(b, after=False, hard=True)),
    "an RNN": ("simple_rnn", rnn),
    "an RNN of tanh": ("simple_rnn", lambda b: rnn(b, curve="Tanh")),
}


def scan(make: Any, *, seed: int = 0, last: bool = False, axis: int = 0, back: int = 0) -> bytes:
    body = Body(seed=seed)
    states, outputs = make(body)
    g = Graph(seed=seed + 1)
    x = g.input("x", (BATCH, TIME, FEATURES))
    x = x if axis else g.node("Transpose", x, perm=[1, 0, 2])
    zeros = [g.put(f"zeros_{n}", np.zeros((BATCH, UNITS), np.float32)) for n in states]
    found = g.node("Scan", *zeros, x, count=len(outputs), body=body.of(states, outputs),
                   num_scan_inputs=1, scan_input_axes=[axis], scan_output_axes=[axis],
                   scan_input_directions=[back], scan_output_directions=[back])  # fmt: skip
    every = found[-1] if axis else g.node("Transpose", found[-1], perm=[1, 0, 2])
    y = found[states.index("h")] if last else every
    if not last:
        y = g.node("MatMul", y, g.tensor("kernel", UNITS, 2))
        return g.data(g.node("Softmax", y, axis=-1))
    return g.data(g.dense(y, UNITS, 2))


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize(
    "how", [{}, {"last": True}, {"axis": 1}, {"back": 1}, {"back": 1, "last": True, "axis": 1}],
    ids=["every step", "last", "batch first", "backwards", "backwards, last"],
)  # fmt: skip
def test_a_body_that_is_a_cell_is_read_as_it(name, how):
    cell, make = CELLS[name]
    data = scan(make, **how)
    model = read_onnx(data)
    assert [layer.cell for layer in model.layers] == [cell]
    assert model.layers[0].direction == ("backward" if how.get("back") else "forward")
    x = np.random.default_rng(5).normal(size=(BATCH, TIME, FEATURES)).astype(np.float32)
    [expected] = answers(data, x=x)
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=1e-5)


def changed(b: Body) -> tuple[list[str], list[str]]:
    """A GRU with a number changed that no cell here has: h = z·h + (1 − z)·g·1.01."""
    states, [h, _] = gru(b, after=True)
    more = b.put("more", np.array(1.01, np.float32))
    h = b.node("Mul", h, more)
    return states, [h, b.node("Identity", h)]


def averaged(b: Body) -> tuple[list[str], list[str]]:
    """What is no cell at all."""
    h = b.node("Mul", b.node("Add", "h", b.node("MatMul", "x_t", b.tensor("K", FEATURES, UNITS))),
               b.put("half", np.array(0.5, np.float32)))  # fmt: skip
    return ["h"], [h, b.node("Identity", h)]


def odd_output(b: Body) -> tuple[list[str], list[str]]:
    """An LSTM that gives its cell's state at every step."""
    states, [c, h, _] = lstm(b, joined=True, order="igfo")
    return states, [c, h, b.node("Identity", c)]


def strange(b: Body) -> tuple[list[str], list[str]]:
    states, [h, _] = rnn(b)
    h = b.node("Sin", h)
    return states, [h, b.node("Identity", h)]


@pytest.mark.parametrize("make", [changed, averaged, odd_output, strange])
def test_any_other_body_is_refused_by_name(make):
    with pytest.raises(UnsupportedModel, match=r"Scan.*dynamo=False"):
        read_onnx(scan(make))


def test_outputs_that_run_the_other_way_are_refused():
    proto = onnx.load_model_from_string(scan(CELLS["an RNN"][1]))
    [node] = [each for each in proto.graph.node if each.op_type == "Scan"]
    for attribute in node.attribute:
        if attribute.name == "scan_output_directions":
            attribute.ints[0] = 1
    with pytest.raises(UnsupportedModel, match="the other way"):
        read_onnx(proto.SerializeToString())


def test_a_few_bytes_do_not_ask_for_gigabytes():
    proto = onnx.load_model_from_string(scan(CELLS["an RNN"][1]))
    proto.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 10**5
    with pytest.raises(UnsupportedModel, match="very large"):
        read_onnx(proto.SerializeToString())


@given(st.integers(0, 2**20), st.sampled_from(sorted(CELLS)), st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_a_body_with_a_node_changed_is_right_or_refused(seed, name, at):
    """Another operation in the place of one: as the standard has it, or not at all."""
    proto = onnx.load_model_from_string(scan(CELLS[name][1], seed=seed))
    [node] = [each for each in proto.graph.node if each.op_type == "Scan"]
    [body] = [each.g for each in node.attribute if each.name == "body"]
    swaps = {"Add": "Mul", "Mul": "Add", "Sub": "Add", "Sigmoid": "Tanh", "Tanh": "Sigmoid",
             "Relu": "Tanh", "Softsign": "Relu"}  # fmt: skip
    target = body.node[at % len(body.node)]
    target.op_type = swaps.get(target.op_type, target.op_type)
    data = proto.SerializeToString()
    try:
        model = read_onnx(data)
    except UnsupportedModel:
        return
    x = np.random.default_rng(seed).normal(size=(BATCH, TIME, FEATURES)).astype(np.float32)
    [expected] = answers(data, x=x)
    np.testing.assert_allclose(core.record(model, x).outputs, expected, rtol=1e-4, atol=1e-5)
