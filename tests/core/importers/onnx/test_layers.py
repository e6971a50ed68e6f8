"""What stands above and below the recurrent layers of a graph: stages, with the same answers."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.importers.onnx.file import read_onnx
from core.nodes import Flatten
from tests.core.importers.onnx.cases import (
    TIME,
    batches_first,
    both,
    compared,
    last_of,
    numbers,
    one,
)
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph, sequences


def test_all_steps_side_by_side() -> None:
    graph = Graph(seed=7)
    y = batches_first(graph, both(graph, numbers(graph, fixed=True))[0])
    wide = TIME * 2 * UNITS
    flat = graph.node("Reshape", y, graph.whole(-1, wide))
    model = compared(graph, graph.dense(flat, wide, 2))
    assert isinstance(model.parts[1], Flatten)


def _pooled(graph: Graph, op: str, *, keep: bool) -> str:
    y = one(graph, graph.recurrent("GRU", numbers(graph))[0])
    pooled = graph.node(op, y, axes=[1], keepdims=int(keep))
    return graph.node("Squeeze", pooled, graph.whole(1)) if keep else pooled


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("op", ["ReduceMean", "ReduceMax"])
def test_pooling(op: str, keep: bool) -> None:
    graph = Graph(seed=8)
    compared(graph, graph.dense(_pooled(graph, op, keep=keep), UNITS, 2))


def test_pooling_of_channels() -> None:
    """The reference pools a sequence wrongly; the same by ReduceMax has been compared above."""
    graph, other = Graph(seed=8), Graph(seed=8)
    y = one(graph, graph.recurrent("GRU", numbers(graph))[0])
    pooled = graph.node("GlobalMaxPool", graph.node("Transpose", y, perm=[0, 2, 1]))
    models = [
        read_onnx(graph.data(graph.dense(graph.node("Flatten", pooled), UNITS, 2))),
        read_onnx(other.data(other.dense(_pooled(other, "ReduceMax", keep=False), UNITS, 2))),
    ]
    found = [core.record(model, sequences()).outputs for model in models]
    np.testing.assert_array_equal(*found)


def test_layers_around_the_recurrent_ones() -> None:
    graph = Graph(seed=9)
    x = graph.input("x", ("batch", "time", FEATURES))
    found = graph.node("MatMul", x, graph.tensor("in", FEATURES, 6))
    found = graph.node("LeakyRelu", found, alpha=0.2)
    scale, shift = graph.tensor("scale", 6), graph.tensor("shift", 6)
    found = graph.node("LayerNormalization", found, scale, shift, epsilon=1e-4)
    every, *_ = graph.recurrent("LSTM", graph.node("Transpose", found, perm=[1, 0, 2]), features=6)
    y = graph.node("Relu", last_of(graph, one(graph, every)))
    moments = [graph.tensor(name, UNITS) for name in ("gamma", "beta", "mean")]
    variance = graph.put("variance", np.linspace(0.5, 2, UNITS).astype(np.float32))
    y = graph.node("BatchNormalization", y, *moments, variance, epsilon=1e-3)
    y = graph.dense(graph.node("Dropout", graph.node("Identity", y)), UNITS, 3, "hidden")
    y = graph.dense(graph.node("Elu", graph.node("Cast", y, to=1)), 3, 2)
    model = compared(graph, graph.node("LogSoftmax", y, axis=-1))
    assert [type(stage).__name__ for stage in model.parts] == [
        "Dense", "LayerNormalization", "Recurrent", "Activation", "BatchNormalization", "Dense",
        "Dense",
    ]  # fmt: skip
    assert [stage.name for stage in model.parts][-2:] == ["hidden", "fc"]


def test_gemm_scales() -> None:
    graph = Graph(seed=1)
    y = graph.node("Squeeze", graph.recurrent("RNN", numbers(graph))[1], graph.whole(0))
    weights = graph.tensor("w", UNITS, 2), graph.tensor("b", 2)
    compared(graph, graph.node("Gemm", y, *weights, alpha=0.5, beta=2.0))
