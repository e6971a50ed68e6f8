"""What stands between the layers of a graph: read as the chain it is, with the same answers."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper

import core
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.cases import (
    BATCH,
    CASES,
    ROWS,
    TIME,
    Build,
    batches_first,
    both,
    compared,
    ids,
    last_of,
    numbers,
    one,
    split,
    stacked,
)
from tests.core.importers.onnx.graphs import (
    FEATURES,
    UNITS,
    Graph,
    answers,
    sequences,
    side_by_side,
)

TOLERANCE = 1e-5


@pytest.mark.parametrize("build", CASES.values(), ids=CASES)
def test_answers_stay(build: Build) -> None:
    graph = Graph(seed=11)
    compared(graph, build(graph))


def test_states_that_are_handed_out_beside_do_not_matter() -> None:
    graph = Graph(seed=2)
    h, (low, _, cell) = stacked(graph)
    every, *_ = both(graph, ids(Graph()), "LSTM")  # of another graph: dead, and dropped
    graph.nodes = [each for each in graph.nodes if every not in each.output]
    tops = [graph.node("Gather", h, graph.put(f"a{at}", np.array(at)), axis=0) for at in (2, 3)]
    answer = graph.dense(graph.node("Concat", *tops, axis=1), 2 * UNITS, 2)
    moved = graph.node("Transpose", cell, perm=[1, 0, 2])
    data = graph.data(low, moved, h, answer)
    given = np.random.default_rng(2).integers(0, ROWS, (BATCH, TIME))
    *_, expected = answers(data, ids=given)
    outputs = core.record(read_onnx(data), given).outputs
    np.testing.assert_allclose(outputs, expected, atol=TOLERANCE)


def test_both_directions_at_the_last_step_answer_there() -> None:
    """What `output[:, -1]` of PyTorch gives: the backward layer has read one token by then."""
    for at, step in ((-1, "end"), (0, "start")):
        graph = Graph(seed=4)
        y = batches_first(graph, both(graph, numbers(graph))[0])
        taken = graph.node("Gather", y, graph.put("at", np.array(at)), axis=1)
        data = graph.data(graph.dense(taken, 2 * UNITS, 2))
        model, given = read_onnx(data), sequences(BATCH, TIME)
        assert model.card["answer_at"] == step
        (expected,) = answers(data, x=given)
        outputs = core.record(model, given).outputs
        np.testing.assert_allclose(outputs[:, at], expected, atol=TOLERANCE)


def _zeros(graph: Graph, x: str, how: str) -> str:
    """Initial states of zeros, as exporters make them from the shape of `x`."""
    batch = graph.node("Slice", graph.node("Shape", x), graph.whole(1), graph.whole(2))
    shape = graph.node("Concat", graph.whole(2), batch, graph.whole(UNITS), axis=0)
    if how == "shape":
        value = helper.make_tensor("zero", onnx.TensorProto.FLOAT, [1], [0.0])
        return graph.node("ConstantOfShape", shape, value=value)
    if how == "expand":
        return graph.node("Expand", graph.put("zero", np.array(0, np.float32)), shape)
    # As torch writes `h0.expand(-1, batch, -1)`: −1 means as it was.
    minus = graph.node(
        "Mul",
        graph.node(
            "ConstantOfShape",
            graph.whole(3),
            value=helper.make_tensor("one", onnx.TensorProto.INT64, [1], [1]),
        ),
        graph.put("minus", np.array(-1)),
    )
    given = graph.node("Concat", graph.whole(-1), batch, graph.whole(-1), axis=0)
    kept = graph.node("Where", graph.node("Equal", given, minus), graph.whole(1, 1, 1), given)
    return graph.node("Expand", graph.put("h", np.zeros((2, 1, UNITS), np.float32)), kept)


@pytest.mark.parametrize("how", ["shape", "expand", "where"])
def test_zeros_made_of_shapes(how: str) -> None:
    graph = Graph(seed=5)
    x = numbers(graph)
    zero = _zeros(graph, x, how)
    cut = graph.node("Slice", zero, graph.whole(0), graph.whole(2), graph.whole(0))
    compared(graph, batches_first(graph, both(graph, x, "LSTM", initial=[zero, cut])[0]))


@pytest.mark.parametrize("batch", [1, UNITS])
def test_fixed_shapes(batch: int) -> None:
    """Sizes that agree by chance, or are 1, do not confuse one axis with another."""
    graph = Graph(seed=6)
    x = numbers(graph, fixed=True, batch=batch)
    zero = graph.put("zero", np.zeros((2, batch, UNITS), np.float32))
    every, *_ = both(graph, x, initial=[zero])
    turned = graph.node("Transpose", every, perm=[0, 2, 1, 3])
    joined = graph.node("Reshape", turned, graph.whole(TIME, batch, 2 * UNITS))
    every, *_ = graph.recurrent("LSTM", joined, features=2 * UNITS)
    y = graph.node("Reshape", every, graph.whole(TIME, batch, UNITS))
    compared(graph, last_of(graph, graph.node("Transpose", y, perm=[1, 0, 2])), batch=batch)


def test_weights_put_together_in_the_graph() -> None:
    """Gates cut apart and joined anew, as exporters do that fold no constants."""
    graph = Graph(seed=10)
    x, wide = numbers(graph), 4 * UNITS
    parts = {}
    for name, columns in (("W", FEATURES), ("R", UNITS)):
        whole = graph.tensor(name, columns, wide)
        turned = graph.node("Transpose", whole, perm=[1, 0])
        i, f, g, o = graph.node("Split", turned, axis=0, count=4)
        joined = graph.node("Concat", i, o, f, g, axis=0)
        half = graph.node("Cast", graph.node("Cast", joined, to=11), to=1)
        parts[name] = graph.node("Unsqueeze", half, graph.whole(0))
    names = graph.node("LSTM", x, parts["W"], parts["R"], count=3, hidden_size=UNITS)
    compared(graph, one(graph, names[0]))


def test_operations_of_older_versions() -> None:
    """Axes and bounds were attributes, and a softmax went over all axes from the first."""
    graph = Graph(seed=12)
    every, *_ = graph.recurrent("LSTM", numbers(graph))
    y = graph.node("Transpose", graph.node("Squeeze", every, axes=[1]), perm=[1, 0, 2])
    taken = graph.node("Slice", y, axes=[1], starts=[-1], ends=[2**31 - 1])
    found = graph.dense(graph.node("Squeeze", taken, axes=[1]), UNITS, 3)
    compared(graph, graph.node("Softmax", found), version=9)


def test_number_types() -> None:
    doubled, halved = Graph(seed=13), Graph(seed=13)
    for graph, kind in ((doubled, np.float64), (halved, np.float16)):
        x = graph.input("x", ("time", "batch", FEATURES))
        output = side_by_side(graph, graph.recurrent("GRU", x)[0])
        graph.tensors |= {name: graph.tensors[name].astype(kind) for name in ("W0", "R0", "B0")}
        model = read_onnx(graph.data(output))
        assert model.dtype == (np.float64 if kind is np.float64 else np.float32)
        stored = graph.tensors["R0"][0, :UNITS].T
        gate = model.layers[0].weights["update"]
        np.testing.assert_array_equal(gate["recurrent_kernel"], stored)


def test_a_text_alone() -> None:
    """PyTorch's modules without a batch: an axis of one, put in before and taken out after."""
    graph = Graph(seed=14)
    x = graph.node("Unsqueeze", graph.input("x", ("time", FEATURES)), graph.whole(1))
    every, *_ = both(graph, x)
    y = graph.node("Squeeze", side_by_side(graph, every), graph.whole(1))
    data, given = graph.data(y), sequences(1, TIME)
    (expected,) = answers(data, x=given[0])
    outputs = core.record(read_onnx(data), given).outputs
    np.testing.assert_allclose(outputs[0], expected, atol=TOLERANCE)


def test_lengths_of_texts_are_a_mask() -> None:
    """The reference has no lengths: each text is read alone, as far as it goes."""
    graph, alone = Graph(seed=15), Graph(seed=15)
    lengths = [5, 2, 3]
    for each, given in ((graph, "lengths"), (alone, "")):
        x = each.input("x", ("time", "batch", FEATURES))
        if given:
            each.input(given, ("batch",), onnx.TensorProto.INT32)
        every, *_ = both(each, x, "LSTM", lengths=given)
        low = side_by_side(each, every)
        each.outputs = [both(each, low, "LSTM", features=2 * UNITS, lengths=given)[1]]
    model, texts = read_onnx(graph.data()), sequences(3, TIME)
    mask = np.arange(TIME) < np.array(lengths)[:, None]
    found = core.record(model, texts, mask=mask)
    for at, length in enumerate(lengths):
        (expected,) = answers(alone.data(), x=texts[at : at + 1, :length].swapaxes(0, 1))
        np.testing.assert_allclose(found.outputs[at], expected[:, 0].ravel(), atol=TOLERANCE)


def _branch(op: str, value: str, *axes: str) -> onnx.GraphProto:
    node = helper.make_node(op, [value, *axes], [f"{op}_chosen"])
    given = helper.make_tensor_value_info(f"{op}_chosen", onnx.TensorProto.FLOAT, None)
    return helper.make_graph([node], op, [], [given])


@pytest.mark.parametrize("units", [1, 2])
def test_a_branch_that_shapes_decide_on(units: int) -> None:
    """As torch writes `squeeze(-1)`: only if that axis has a size of 1."""
    graph = Graph(seed=18)
    y = graph.dense(
        last_of(graph, one(graph, graph.recurrent("GRU", numbers(graph))[0])), UNITS, units
    )
    wide = graph.node("Gather", graph.node("Shape", y), graph.put("at", np.array(-1)))
    narrow = graph.node("Equal", wide, graph.put("unit", np.array(1)))
    graph.node("If", narrow, then_branch=_branch("Squeeze", y, graph.whole(-1)),
               else_branch=_branch("Identity", y))  # fmt: skip
    data, given = graph.data(graph.node("Tanh", graph.nodes[-1].output[0])), sequences(BATCH, TIME)
    (expected,) = answers(data, x=given)
    assert expected.ndim == units
    outputs = core.record(read_onnx(data), given).outputs
    np.testing.assert_allclose(outputs, expected.reshape(BATCH, units), atol=TOLERANCE)


def test_names_come_from_weights_and_paths() -> None:
    graph = Graph(seed=16)
    y = last_of(graph, one(graph, graph.recurrent("LSTM", ids(graph))[0]))
    graph.nodes[2].name = "/encoder/rnn/LSTM_1"
    model = compared(graph, graph.dense(y, UNITS, 1, "decoder.head"))
    assert [stage.name for stage in model.parts] == ["words", "encoder.rnn_1", "decoder.head"]
    assert model.name == "net"


def test_a_sum_cut_apart_is_not_mistaken() -> None:
    """Only one of the directions: a model of that one."""
    graph = Graph(seed=17)
    back = split(graph, both(graph, numbers(graph))[0])[1]
    model = compared(graph, back)
    assert [layer.direction for layer in model.layers] == ["backward"]
