"""ONNX graphs beside onnxruntime: what the reference has not.

Activations of one's own, peepholes, coupled gates, and texts of several lengths.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.cases import TIME, both, numbers
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph, sequences, side_by_side

TOLERANCE = 1e-5


def answers(data: bytes, **inputs: np.ndarray) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


HARD = {"alpha": 1 / 6, "beta": 0.5}
ACTIVATIONS: dict[str, tuple[str, list[str], dict[str, list[float]]]] = {
    "rnn relu": ("RNN", ["Relu"], {}),
    "rnn softsign": ("RNN", ["Softsign"], {}),
    "rnn affine": ("RNN", ["Affine"], {"alpha": [1.0], "beta": [0.0]}),
    "lstm": ("LSTM", ["Sigmoid", "Softsign", "Softsign"], {}),
    "lstm, hard": ("LSTM", ["HardSigmoid", "Tanh", "Tanh"], {"alpha": [1 / 6], "beta": [0.5]}),
    "gru": ("GRU", ["Softsign", "Relu"], {}),
    "gru, leaky": ("GRU", ["HardSigmoid", "LeakyRelu"], {"alpha": [1 / 6, 0.2], "beta": [0.5]}),
}


@pytest.mark.parametrize(("op", "names", "numbers_of"), ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_activations(op: str, names: list[str], numbers_of: dict[str, list[float]]) -> None:
    graph = Graph(seed=3)
    x = numbers(graph)
    chosen: dict[str, Any] = {"activations": names * 2} | {
        f"activation_{which}": values * 2 for which, values in numbers_of.items()
    }
    data = graph.data(side_by_side(graph, both(graph, x, op, **chosen)[0]))
    (expected,) = answers(data, x=sequences())
    outputs = core.record(read_onnx(data), sequences()).outputs
    np.testing.assert_allclose(outputs, expected.swapaxes(0, 1), atol=TOLERANCE)


@pytest.mark.parametrize(
    ("op", "numbers_of"),
    [("LeakyRelu", {}), ("LeakyRelu", {"alpha": 0.3}), ("Elu", {"alpha": 2.5}), ("Elu", {})],
)
def test_slopes_of_their_own(op: str, numbers_of: dict[str, float]) -> None:
    graph = Graph(seed=4)
    last = graph.node("Squeeze", graph.recurrent("RNN", numbers(graph))[1], graph.whole(0))
    data = graph.data(graph.node(op, graph.dense(last, UNITS, 4), **numbers_of))
    (expected,) = answers(data, x=sequences())
    assert (expected < 0).any()
    np.testing.assert_allclose(
        core.record(read_onnx(data), sequences()).outputs, expected, atol=TOLERANCE
    )


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("cell", ["peephole_lstm", "coupled_lstm"])
def test_lstms_of_other_kinds(cell: str, direction: str) -> None:
    """P, i o f, and input_forget, where f = 1 − i and the rows of f are not read."""
    graph, ways = Graph(seed=6), 1 + (direction == "bidirectional")
    x = graph.input("x", ("time", "batch", FEATURES))
    settings: dict[str, Any] = {"input_forget": 1}
    if cell == "peephole_lstm":
        settings = {"initial": ["", "", graph.tensor("P", ways, 3 * UNITS)]}
    every, *_ = graph.recurrent("LSTM", x, direction=direction, **settings)
    data = graph.data(side_by_side(graph, every))
    (expected,) = answers(data, x=sequences().swapaxes(0, 1))
    model = read_onnx(data)
    assert {layer.cell for layer in model.layers} == {cell}
    found = core.record(model, sequences()).outputs
    np.testing.assert_allclose(found, expected.swapaxes(0, 1), atol=TOLERANCE)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("op", ["LSTM", "GRU", "RNN"])
def test_lengths_of_texts(op: str, direction: str) -> None:
    graph, lengths = Graph(seed=4), np.array([5, 2, 3], np.int32)
    x = graph.input("x", ("time", "batch", FEATURES))
    graph.input("lengths", ("batch",), onnx.TensorProto.INT32)
    chosen: dict[str, Any] = {"direction": direction, "lengths": "lengths"}
    ways = 1 + (direction == "bidirectional")
    low = side_by_side(graph, graph.recurrent(op, x, **chosen)[0])
    every, last, *_ = graph.recurrent(op, low, features=ways * UNITS, **chosen)
    texts, mask = sequences(3, TIME), np.arange(TIME) < lengths[:, None]
    for wanted in (side_by_side(graph, every), last):
        data = graph.data(wanted)
        (expected,) = answers(data, x=texts.swapaxes(0, 1), lengths=lengths)
        found = core.record(read_onnx(data), texts, mask=mask).outputs
        if wanted is last:
            side = expected.swapaxes(0, 1).reshape(3, -1)
            np.testing.assert_allclose(found, side, atol=TOLERANCE)
        else:
            # Past the end of a text ONNX has zeros, and one layer alone repeats itself here.
            steps = expected.swapaxes(0, 1)[mask]
            np.testing.assert_allclose(found[mask], steps, atol=TOLERANCE)


@given(st.sampled_from(["LSTM", "GRU", "RNN"]), st.integers(0, 2**20), st.booleans())
@settings(max_examples=25, deadline=None)
def test_functions_that_stretch_what_goes_in(op: str, seed: int, bias: bool) -> None:
    """HardSigmoid, Affine and ScaledTanh with any numbers: in a layer, and as an operation."""
    draw, graph = np.random.default_rng(seed), Graph(seed=seed)
    alpha, beta, steep, slope, shift = (float(n) for n in draw.uniform(0.1, 1.2, 5).astype("f4"))
    names, alphas, betas = {
        "LSTM": (["HardSigmoid", "Tanh", "Tanh"], [alpha], [beta]),
        "GRU": (["HardSigmoid", "ScaledTanh"], [alpha, 1.0], [beta, steep]),
        "RNN": (["ScaledTanh"], [1.0], [steep]),
    }[op]
    lists = {"activation_alpha": alphas * 2, "activation_beta": betas * 2}
    chosen: dict[str, Any] = {"activations": names * 2, "bias": bias} | lists
    if op == "GRU":
        chosen["linear_before_reset"] = int(draw.integers(2))
    y = side_by_side(graph, both(graph, numbers(graph), op, **chosen)[0])
    if draw.integers(2):
        y = graph.node("MatMul", y, graph.tensor("fc.weight", 2 * UNITS, 2))
    y = graph.node("HardSigmoid", y, alpha=slope, beta=shift)
    data = graph.data(graph.node("Transpose", y, perm=[1, 0, 2]))
    (expected,) = answers(data, x=sequences())
    found = core.record(read_onnx(data), sequences()).outputs
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


@given(st.integers(0, 2**20), st.lists(st.sampled_from("+-*/~r"), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_constants_folded_around_a_layer(seed: int, below_and_above: list[str]) -> None:
    """What is left of a normalisation: sums, products and the like with one number a feature."""
    graph, draw = Graph(seed=seed), np.random.default_rng(seed)

    def folded(x: str, width: int) -> str:
        for op in below_and_above:
            shape = [(width,), (1, 1, width), (), (1,)][int(draw.integers(4))]
            constant = graph.put(
                f"c{len(graph.tensors)}", draw.uniform(0.5, 1.5, shape).astype("f4")
            )
            both_ways = [x, constant][:: 1 if op == "/" or draw.integers(2) else -1]
            name = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div"}.get(op)
            x = graph.node(name, *both_ways) if name else graph.node("Neg", x)
        return x

    x = folded(graph.input("x", ("batch", "time", FEATURES)), FEATURES)
    every, *_ = both(graph, graph.node("Transpose", x, perm=[1, 0, 2]), "GRU")
    y = folded(side_by_side(graph, every), 2 * UNITS)
    if draw.integers(2):
        y = folded(graph.node("MatMul", y, graph.tensor("fc.weight", 2 * UNITS, 2)), 2)
    data = graph.data(graph.node("Transpose", y, perm=[1, 0, 2]))
    (expected,) = answers(data, x=sequences())
    model = read_onnx(data)
    np.testing.assert_allclose(core.record(model, sequences()).outputs, expected, atol=TOLERANCE)
    assert len(model.parts) <= 4


def test_states_joined_of_zeros() -> None:
    """As tf2onnx writes the initial states of both directions: one number, twice, side by side."""
    graph = Graph(seed=5)
    x = numbers(graph)
    batch = graph.node("Slice", graph.node("Shape", x), graph.whole(1), graph.whole(2))
    shape = graph.node("Concat", batch, graph.whole(UNITS), axis=0)
    zero = graph.node("Expand", graph.put("zero", np.array(0, np.float32)), shape)
    one = graph.node("Unsqueeze", zero, graph.whole(0))
    tiled = graph.node("Tile", graph.node("Mul", one, zero), graph.whole(2, 1, 1))
    states = [graph.node("Concat", one, one, axis=0), tiled]
    every = both(graph, x, "LSTM", initial=states)[0]
    data = graph.data(graph.node("Transpose", side_by_side(graph, every), perm=[1, 0, 2]))
    (expected,) = answers(data, x=sequences())
    found = core.record(read_onnx(data), sequences()).outputs
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)
