"""ONNX graphs beside onnxruntime: what the reference has not.

Activations of one's own, and texts of several lengths.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

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
    settings: dict[str, Any] = {"activations": names * 2} | {
        f"activation_{which}": values * 2 for which, values in numbers_of.items()
    }
    data = graph.data(side_by_side(graph, both(graph, x, op, **settings)[0]))
    (expected,) = answers(data, x=sequences())
    outputs = core.record(read_onnx(data), sequences()).outputs
    np.testing.assert_allclose(outputs, expected.swapaxes(0, 1), atol=TOLERANCE)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("op", ["LSTM", "GRU", "RNN"])
def test_lengths_of_texts(op: str, direction: str) -> None:
    graph, lengths = Graph(seed=4), np.array([5, 2, 3], np.int32)
    x = graph.input("x", ("time", "batch", FEATURES))
    graph.input("lengths", ("batch",), onnx.TensorProto.INT32)
    settings: dict[str, Any] = {"direction": direction, "lengths": "lengths"}
    ways = 1 + (direction == "bidirectional")
    low = side_by_side(graph, graph.recurrent(op, x, **settings)[0])
    every, last, *_ = graph.recurrent(op, low, features=ways * UNITS, **settings)
    given, mask = sequences(3, TIME), np.arange(TIME) < lengths[:, None]
    for wanted in (side_by_side(graph, every), last):
        data = graph.data(wanted)
        (expected,) = answers(data, x=given.swapaxes(0, 1), lengths=lengths)
        found = core.record(read_onnx(data), given, mask=mask).outputs
        if wanted is last:
            side = expected.swapaxes(0, 1).reshape(3, -1)
            np.testing.assert_allclose(found, side, atol=TOLERANCE)
        else:
            # Past the end of a text ONNX has zeros, and one layer alone repeats itself here.
            steps = expected.swapaxes(0, 1)[mask]
            np.testing.assert_allclose(found[mask], steps, atol=TOLERANCE)
