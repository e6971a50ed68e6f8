"""The table of operations: held to ONNX's schemas, and to onnxruntime by random settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import defs, helper

import core
from core.errors import UnsupportedModel
from core.importers.onnx.file import read_onnx
from core.importers.onnx.layers import LAYERS
from core.importers.onnx.operators import OPERATORS
from core.importers.onnx.plumbing import _ARRAYS
from core.importers.onnx.structure import STRUCTURE
from core.nodes import Conv1D
from tests.core.importers.onnx.cases import numbers, one
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph, sequences
from tests.core.importers.onnx.graphs import answers as by_the_standard
from tests.core.importers.onnx.test_runtime import answers

SCHEMAS = [schema for schema in defs.get_all_schemas_with_history() if schema.domain == ""]
READ = {*LAYERS, *STRUCTURE, *_ARRAYS, "Shape", "Constant", "ConstantOfShape", "If", "Scan"}


def test_every_operation_that_is_read_is_in_the_table() -> None:
    assert set(OPERATORS) == READ


@pytest.mark.parametrize("op", sorted(OPERATORS))
def test_every_setting_of_every_version_is_decided(op: str) -> None:
    operator = OPERATORS[op]
    decided = {*operator.attributes, *operator.idle, *operator.refused}
    for schema in (each for each in SCHEMAS if each.name == op):
        assert set(schema.attributes) <= decided, (op, schema.since_version)
        if op != "Tile":  # which took two numbers before it took a shape: an input too many
            assert len(schema.inputs) <= len(operator.inputs), (op, schema.since_version)


@pytest.mark.parametrize("op", ["LSTM", "GRU", "RNN", "Transpose", "Relu", "Gemm"])
def test_a_setting_that_nobody_knows_refuses_the_file(op: str) -> None:
    graph = Graph()
    y = one(graph, graph.recurrent("LSTM" if op in ("Transpose", "Relu", "Gemm") else op,
                                   numbers(graph))[0])  # fmt: skip
    y = graph.node("Transpose", y, perm=[0, 1, 2])
    y = graph.node("Relu", graph.node("Squeeze", graph.node("Gather", y, graph.whole(-1), axis=1),
                                      graph.whole(1)))  # fmt: skip
    data = graph.proto(graph.dense(y, UNITS, 2))
    read_onnx(data.SerializeToString())
    node = [each for each in data.graph.node if each.op_type == op][-1]
    node.attribute.append(helper.make_attribute("sharpness", 3))
    with pytest.raises(UnsupportedModel, match=f"{op}.*sharpness"):
        read_onnx(data.SerializeToString())


@pytest.mark.parametrize(("op", "words"), [("Loop", "dynamo=False"), ("Scan", "dynamo=False"),
                                           ("QuantizeLinear", "a few bits")])  # fmt: skip
def test_what_cannot_be_read_says_how_to_export_otherwise(op: str, words: str) -> None:
    graph = Graph()
    low = one(graph, graph.recurrent("GRU", numbers(graph))[0])
    y = graph.node(op, low, graph.put("scale", np.array(0.1, np.float32)))
    with pytest.raises(UnsupportedModel, match=words):
        read_onnx(graph.data(y))


@given(st.integers(0, 2**20), st.booleans(), st.sampled_from([np.int8, np.uint8]))
@settings(max_examples=20, deadline=None)
def test_weights_of_eight_bits(seed: int, by_channel: bool, kind: Any) -> None:
    graph, draw = Graph(seed=seed), np.random.default_rng(seed)
    y = one(graph, graph.recurrent("LSTM", numbers(graph))[0])
    bounds = np.iinfo(kind)
    graph.put("q", draw.integers(bounds.min, bounds.max, (UNITS, 2)).astype(kind))
    shape = (2,) if by_channel else ()
    graph.put("scale", draw.uniform(0.001, 0.01, shape).astype(np.float32))
    graph.put("zero", draw.integers(0, 20, shape).astype(kind))
    weights = graph.node("DequantizeLinear", "q", "scale", "zero", axis=int(draw.choice([1, -1])))
    data = graph.data(graph.node("MatMul", y, weights), version=19)
    # The runtime rounds what flows to eight bits as well, to be faster; the standard does not.
    (expected,) = by_the_standard(data, x=sequences())
    np.testing.assert_allclose(
        core.record(read_onnx(data), sequences()).outputs, expected, atol=1e-5
    )


@given(st.integers(0, 2**20))
@settings(max_examples=40, deadline=None)
def test_windows_are_right_or_refused(seed: int) -> None:
    """Conv, then a pooling, with settings drawn at random, below a recurrent layer."""
    graph, draw = Graph(seed=seed), np.random.default_rng(seed)
    x = graph.node("Transpose", graph.input("x", ("batch", "time", FEATURES)), perm=[0, 2, 1])
    size, dilation, stride = (int(draw.integers(1, high)) for high in (5, 3, 3))
    reach = dilation * (size - 1)
    pads = [(0, 0), (reach, 0), (reach // 2, reach - reach // 2), (1, 1)][int(draw.integers(4))]
    weights = graph.tensor("conv.weight", 6, FEATURES, size), graph.tensor("conv.bias", 6)
    y = graph.node("Conv", x, *weights, pads=list(pads), strides=[stride], dilations=[dilation])
    y = graph.node("Relu", y)
    op = str(draw.choice(["MaxPool", "AveragePool", ""]))
    if op:
        chosen: dict[str, Any] = {"kernel_shape": [2], "strides": [int(draw.integers(1, 3))]}
        chosen |= {"auto_pad": "SAME_UPPER"} if draw.integers(2) else {}
        chosen |= {"ceil_mode": 1} if draw.integers(4) == 0 else {}
        y = graph.node(op, y, **chosen)
    every, *_ = graph.recurrent("GRU", graph.node("Transpose", y, perm=[2, 0, 1]), features=6)
    data = graph.data(one(graph, every))
    try:
        model = read_onnx(data)
    except UnsupportedModel as refusal:
        refused = str(refusal)
        if "pads" not in refused and "ceil_mode" not in refused:
            raise
        return
    given = sequences(time=14)
    (expected,) = answers(data, x=given)
    np.testing.assert_allclose(core.record(model, given).outputs, expected, atol=1e-5)
    assert isinstance(model.nodes[0], Conv1D)
    assert model.nodes[0].activation == "relu"


@given(st.integers(0, 2**20), st.sampled_from(["LSTM", "GRU", "RNN"]))
@settings(max_examples=40, deadline=None)
def test_settings_of_recurrent_layers_drawn_at_random(seed: int, op: str) -> None:
    graph, draw = Graph(seed=seed), np.random.default_rng(seed)
    bidirectional = draw.integers(2)
    names = {
        "LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"],
    }[op]  # fmt: skip
    chosen: dict[str, Any] = {"direction": "bidirectional" if bidirectional else "reverse"}
    if draw.integers(2):
        chosen["activations"] = names * (1 + bidirectional)
        if op != "LSTM":
            chosen["activations"][-1] = str(draw.choice(["Relu", "Softsign", "Cosine"]))
    if draw.integers(3) == 0:
        chosen["clip"] = float(draw.choice([0.0, 0.3]))
    if op == "GRU":
        chosen["linear_before_reset"] = int(draw.integers(2))
    x = numbers(graph)
    y = graph.node("Transpose", graph.recurrent(op, x, bias=bool(draw.integers(2)), **chosen)[0],
                   perm=[2, 0, 1, 3])  # fmt: skip
    data = graph.data(graph.node("Reshape", y, graph.whole(0, 0, -1)))
    try:
        model = read_onnx(data)
    except UnsupportedModel as refusal:
        if not any(word in str(refusal) for word in ("clip", "Cosine")):
            raise
        return
    (expected,) = answers(data, x=sequences())
    found = core.record(model, sequences()).outputs
    np.testing.assert_allclose(found, expected, atol=1e-5)
