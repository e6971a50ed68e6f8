"""What no model here computes is refused by its name, with the operation and its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import core
from core.errors import CoreError, UnsupportedModel, UnsupportedTail
from core.importers import errors
from core.importers.limits import Limits
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.cases import (
    TIME,
    batches_first,
    both,
    ids,
    last_of,
    numbers,
    one,
)
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph, answers, sequences

Build = Callable[[Graph], Any]


def layer(op: str = "LSTM", **settings: Any) -> Build:
    return lambda g: g.recurrent(op, numbers(g), **settings)[0]


def _peepholes(g: Graph) -> str:
    p = g.tensor("P", 1, 3 * UNITS)
    return g.recurrent("LSTM", numbers(g), initial=["", "", p], input_forget=1)[0]


def _from_states(g: Graph) -> str:
    state = g.tensor("h0", 1, 2, UNITS)  # not the same for every text
    return g.recurrent("RNN", numbers(g), initial=[state])[0]


def _middle(g: Graph) -> str:
    return g.node("Gather", one(g, layer()(g)), g.put("two", np.array(2)), axis=1)


def _some_units(g: Graph) -> str:
    return g.node("Slice", one(g, layer()(g)), g.whole(0), g.whole(2), g.whole(2))


def _unlike_ends(g: Graph) -> str:
    y = batches_first(g, both(g, numbers(g))[0])
    halves = g.node("Split", y, axis=2, count=2)
    taken = [
        g.node("Gather", half, g.put(f"a{n}", np.array(at)), axis=1)
        for n, (half, at) in enumerate(zip(halves, (-1, -1), strict=True))
    ]
    first = g.node("Gather", halves[0], g.put("zero", np.array(0)), axis=1)
    return g.node("Concat", first, taken[1], axis=1) if taken else ""


def _ratio(g: Graph) -> str:
    x = numbers(g)
    pair = [one(g, g.recurrent("GRU", x, direction=way)[0]) for way in ("forward", "reverse")]
    return g.node("Div", *pair)


def _directions_apart(g: Graph) -> str:
    every = both(g, numbers(g))[0]
    return g.dense(every, UNITS, 2)


def _over_texts(g: Graph) -> str:
    y = one(g, layer()(g))
    return g.dense(g.node("Transpose", y, perm=[1, 2, 0]), 3, 2)


def _long_at_last(g: Graph) -> str:
    """The last step of texts of several lengths: zeros where a text has ended before."""
    g.input("lengths", ("batch",), onnx.TensorProto.INT32)
    return last_of(g, one(g, g.recurrent("LSTM", numbers(g), lengths="lengths")[0]))


def _unsure_lengths(g: Graph) -> str:
    g.input("lengths", ("batch",), onnx.TensorProto.INT32)
    low = g.recurrent("LSTM", numbers(g), lengths="lengths")[0]
    return g.recurrent("LSTM", g.node("Squeeze", low, g.whole(1)), features=UNITS)[0]


def _turned_axes(g: Graph) -> str:
    low = one(g, layer()(g))
    return g.recurrent("LSTM", low, features=UNITS)[0]


def _loop(g: Graph) -> str:
    body = helper.make_graph([], "body", [], [])
    every = layer()(g)
    return g.node("Loop", g.whole(2), g.put("yes", np.array(True)), every, body=body)


def _open_branch(g: Graph) -> str:
    body = helper.make_graph([], "body", [], [])
    layer()(g)
    last = g.nodes[-1].output[0]
    g.input("which", (), onnx.TensorProto.BOOL)
    chosen = g.node("If", "which", then_branch=body, else_branch=body)
    return g.node("Add", last, chosen)


def _of_others(g: Graph) -> str:
    return g.node("Gelu", one(g, layer()(g)), domain="com.microsoft")


def _quantised(g: Graph) -> str:
    return g.node("DynamicQuantizeLSTM", numbers(g), domain="com.microsoft")


REFUSED: dict[str, tuple[Build, list[str]]] = {
    "peepholes of coupled gates": (
        _peepholes,
        ["/net/LSTM_1", "(LSTM, number 2 of 2)", "input_forget, peepholes"],
    ),
    "clip": (layer(clip=3.0), ["(clip)"]),
    "states for each example": (_from_states, ["(RNN, number 2", "(initial_h)"]),
    "an activation": (layer("RNN", activations=["Cosine"]), ["no activation Cosine"]),
    "too few activations": (layer("GRU", activations=["Tanh"]), ["needs 2 activations"]),
    "two activations in a cell": (
        layer(activations=["Sigmoid", "Tanh", "Relu"]),
        ["its candidate has tanh, its cell state relu"],
    ),
    "a slope": (
        layer("RNN", activations=["LeakyRelu"], activation_alpha=[0.3]),
        ["LeakyRelu has alpha 0.3, which is 0.2 here"],
    ),
    "a hard candidate": (
        layer(activations=["Sigmoid", "HardSigmoid", "HardSigmoid"]),
        ["its HardSigmoid acts on the cell state"],
    ),
    "a hidden size": (layer(hidden_size=5), ["hidden_size"]),
    "a direction": (layer(direction="sideways"), ["'sideways'"]),
    "too few features": (layer(features=2), ["reads 3 features and has weights for 2"]),
    "a step in the middle": (_middle, ["(Gather, number 5 of 5)", "middle of the text"]),
    "some units": (_some_units, ["(Slice", "part of an axis"]),
    "unlike ends": (_unlike_ends, ["another step than the one it reads last"]),
    "a ratio of directions": (_ratio, ["(Div", "none of a sum, a product or a mean"]),
    "directions apart": (_directions_apart, ["do not lie side by side"]),
    "over texts": (_over_texts, ["(Gemm", "from one text to another"]),
    "the last step of texts of several lengths": (_long_at_last, ["several lengths"]),
    "lengths for some layers": (_unsure_lengths, ["lengths of the texts, others not"]),
    "time and batch changed": (_turned_axes, ["not those of a layer before it"]),
    "a loop": (_loop, ["(Loop, number 3 of 3)", "a graph of its own, again and again"]),
    "an open branch": (_open_branch, ["(If, number 3 of 4)", "which branch it takes"]),
    "operations of others": (_of_others, ["(Gelu", "'com.microsoft'"]),
    "an LSTM of eight bits": (_quantised, ["DynamicQuantizeLSTM", "is quantised"]),
    "nothing recurrent": (lambda g: g.dense(ids(g), FEATURES, 2), ["no LSTM, GRU or RNN"]),
}


@pytest.mark.parametrize(("build", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_the_operation(build: Build, words: list[str]) -> None:
    graph = Graph()
    with pytest.raises(UnsupportedModel) as refused:
        read_onnx(graph.data(build(graph)))
    for word in words:
        assert word in str(refused.value)


def _tail(g: Graph) -> str:
    y = g.dense(last_of(g, one(g, layer("GRU")(g))), UNITS, 2)
    return g.node("Mul", g.node("Sin", y), y)


def test_a_tail_can_be_left_out() -> None:
    graph = Graph()
    data = graph.data(_tail(graph))
    with pytest.raises(UnsupportedTail, match=r"\(Sin, number 7 of 8\)"):
        read_onnx(data)
    model = read_onnx(data, without_tail=True)
    assert [type(stage).__name__ for stage in model.parts] == ["Recurrent", "Dense"]
    (expected,) = answers(graph.data(graph.nodes[5].output[0]), x=sequences(2, TIME))
    found = core.record(model, sequences(2, TIME)).outputs
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_stands_before_a_recurrent_layer_is_no_tail() -> None:
    graph = Graph()
    low = graph.node("Squeeze", layer()(graph), graph.whole(1))
    every = graph.recurrent("LSTM", graph.node("Sin", low), features=UNITS)[0]
    for without_tail in (False, True):
        with pytest.raises(UnsupportedModel, match="Sin") as refused:
            read_onnx(graph.data(every), without_tail=without_tail)
        assert not isinstance(refused.value, UnsupportedTail)


def _sound() -> tuple[Graph, str]:
    graph = Graph()
    return graph, graph.dense(last_of(graph, one(graph, layer()(graph))), UNITS, 2)


def test_broken_graphs() -> None:
    graph, answer = _sound()
    graph.nodes[-1].input[2] = "nobody"
    with pytest.raises(errors.BrokenFile, match="nothing before it makes 'nobody'"):
        read_onnx(graph.data(answer))
    graph, answer = _sound()
    graph.nodes[-1].output[0] = graph.nodes[-2].output[0]
    with pytest.raises(errors.RepeatedEntry):
        read_onnx(graph.data(graph.nodes[-1].output[0]))
    graph, answer = _sound()
    graph.nodes.reverse()
    with pytest.raises(CoreError):
        read_onnx(graph.data(answer))
    proto = _sound()[0].proto()
    del proto.opset_import[:]
    with pytest.raises(errors.MissingEntry, match="opset_import"):
        read_onnx(proto.SerializeToString())
    with pytest.raises(errors.FileRefused):
        read_onnx(b"")


def test_arrays_out_of_nothing_are_not_made() -> None:
    """A few bytes that ask for terabytes: described, counted, and never allocated."""
    graph, answer = _sound()
    graph.node("ConstantOfShape", graph.whole(2**40, 2**40))
    graph.outputs = [answer, graph.nodes[-1].output[0]]
    assert read_onnx(graph.data(answer)).outputs == 2
    doubled = Graph()
    name = doubled.tensor("t", 1000)
    for _ in range(40):
        name = doubled.node("Concat", name, name, axis=0)
    weights = doubled.node("Reshape", name, doubled.whole(1, -1, 1))
    every = doubled.node("RNN", numbers(doubled), weights, doubled.tensor("R", 1, 4, 4), count=2)[0]
    with pytest.raises(errors.TooManyNumbers):
        read_onnx(doubled.data(every), limits=Limits(file_bytes=1 << 20))
    crossed = Graph()
    name = crossed.node("Add", crossed.tensor("a", 1, 1000), crossed.tensor("b", 1000, 1))
    every = crossed.node("RNN", numbers(crossed), name, crossed.tensor("R", 1, 4, 4), count=2)[0]
    with pytest.raises(errors.TooManyNumbers):
        read_onnx(crossed.data(every), limits=Limits(file_bytes=1 << 20))
