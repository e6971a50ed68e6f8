"""Graphs as exporters write them, and as they could: each a way to say the same few networks.

A case builds its graph from `x`, (batch, time, features) unless it begins with ids, and gives the
name of its output, (batch, units) or (batch, time, units).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx

import core
from core.importers.onnx.file import read_onnx
from tests.core.importers.onnx.graphs import (
    FEATURES,
    UNITS,
    Graph,
    answers,
    sequences,
    side_by_side,
)

Build = Callable[[Graph], str]
ROWS = 9
BATCH, TIME = 3, 5
"""Of the graphs whose shape is fixed, and of what all of them are given."""


def numbers(g: Graph, *, fixed: bool = False, batch: int = BATCH) -> str:
    """An input of features, turned round for a recurrent layer: (time, batch, features)."""
    dims = (batch, TIME, FEATURES) if fixed else ("batch", "time", FEATURES)
    return g.node("Transpose", g.input("x", dims), perm=[1, 0, 2])


def ids(g: Graph) -> str:
    """An embedding of ids (batch, time), turned round."""
    given = g.input("ids", ("batch", "time"), onnx.TensorProto.INT64)
    found = g.node("Gather", g.tensor("words.weight", ROWS, FEATURES), given)
    return g.node("Transpose", found, perm=[1, 0, 2])


def both(g: Graph, x: str, op: str = "GRU", **settings: object) -> list[str]:
    return g.recurrent(op, x, direction="bidirectional", **settings)


def batches_first(g: Graph, every: str) -> str:
    """(time, directions, batch, units) as (batch, time, directions · units)."""
    return g.node("Transpose", side_by_side(g, every), perm=[1, 0, 2])


def last_of(g: Graph, every: str) -> str:
    return g.node("Gather", every, g.put("minus_one", np.array(-1)), axis=1)


def one(g: Graph, every: str) -> str:
    """Of one direction: (batch, time, units)."""
    dropped = g.node("Squeeze", every, g.whole(1))
    return g.node("Transpose", dropped, perm=[1, 0, 2])


def torch_last(g: Graph) -> str:
    every, *_ = g.recurrent("LSTM", ids(g))
    return g.node("Sigmoid", g.dense(last_of(g, one(g, every)), UNITS, 1))


def keras_last(g: Graph) -> str:
    """tf2onnx: the state squeezed, weights on the right, the bias added."""
    _, last = g.recurrent("GRU", ids(g))
    found = g.node("MatMul", g.node("Squeeze", last, g.whole(0)), g.tensor("kernel", UNITS, 3))
    return g.node("Softmax", g.node("Add", found, g.tensor("bias", 3)), axis=1)


def sliced_last(g: Graph) -> str:
    every, *_ = g.recurrent("RNN", numbers(g))
    found = g.node("Slice", one(g, every), g.whole(-1), g.whole(2**31 - 1), g.whole(1))
    return g.dense(g.node("Squeeze", found, g.whole(1)), UNITS, 2)


def last_by_length(g: Graph) -> str:
    """The step number `length − 1`, calculated from the shape."""
    every, *_ = g.recurrent("LSTM", numbers(g))
    y = one(g, every)
    length = g.node("Gather", g.node("Shape", y), g.put("at", np.array(1)))
    at = g.node("Sub", length, g.put("unit", np.array(1)))
    return g.node("Gather", y, at, axis=1)


def every_step(g: Graph) -> str:
    every, *_ = both(g, ids(g), "LSTM")
    y = batches_first(g, every)
    found = g.node("MatMul", y, g.tensor("kernel", 2 * UNITS, 2))
    return g.node("Softmax", g.node("Add", g.tensor("bias", 2), found))


def every_step_by_rows(g: Graph) -> str:
    """All steps of all texts as rows of one matrix, and back."""
    every, *_ = g.recurrent("GRU", numbers(g))
    y = one(g, every)
    found = g.dense(g.node("Reshape", y, g.whole(-1, UNITS)), UNITS, 2)
    shape = g.node("Slice", g.node("Shape", y), g.whole(0), g.whole(2))
    return g.node("Reshape", found, g.node("Concat", shape, g.whole(2), axis=0))


def two_nodes(g: Graph) -> str:
    x = numbers(g)
    there, *_ = g.recurrent("LSTM", x)
    back, *_ = g.recurrent("LSTM", x, direction="reverse")
    return g.node("Concat", one(g, there), one(g, back), axis=-1)


def two_nodes_at_last(g: Graph) -> str:
    x = numbers(g)
    ends = [g.recurrent("GRU", x, direction=way)[1] for way in ("reverse", "forward")]
    states = [g.node("Squeeze", end, g.whole(0)) for end in ends]
    return g.dense(g.node("Concat", *states, axis=1), 2 * UNITS, 2)


def two_widths(g: Graph) -> str:
    x = numbers(g)
    there, *_ = g.recurrent("LSTM", x, units=2)
    back, *_ = g.recurrent("GRU", x, units=5, direction="reverse")
    return g.dense(g.node("Concat", one(g, there), one(g, back), axis=2), 7, 2)


def flipped(g: Graph, value: str) -> str:
    return g.node("Slice", value, g.whole(-1), g.whole(-(2**31)), g.whole(0), g.whole(-1))


def turned_by_hand(g: Graph) -> str:
    """A backward layer as a forward one between two reversals."""
    x = numbers(g)
    there, *_ = g.recurrent("RNN", x)
    back, *_ = g.recurrent("RNN", flipped(g, x))
    return g.node("Concat", one(g, there), one(g, flipped(g, back)), axis=2)


def last_of_turned(g: Graph) -> str:
    """The last step of a reversed text is the first of the text."""
    every, *_ = g.recurrent("GRU", flipped(g, numbers(g)))
    return last_of(g, one(g, every))


def split(g: Graph, every: str) -> list[str]:
    return [one(g, half) for half in g.node("Split", every, axis=1, count=2)]


def added(g: Graph) -> str:
    return g.node("Add", *split(g, both(g, numbers(g))[0]))


def multiplied(g: Graph) -> str:
    return g.dense(g.node("Mul", *split(g, both(g, numbers(g), "LSTM")[0])), UNITS, 2)


def averaged(g: Graph) -> str:
    found = g.node("Add", *split(g, both(g, numbers(g), "RNN")[0]))
    return g.node("Div", found, g.put("two", np.array(2, np.float32)))


def meaned(g: Graph) -> str:
    return g.node("Mean", *split(g, both(g, numbers(g))[0]))


def above_a_sum(g: Graph) -> str:
    found = g.node("Add", *split(g, both(g, numbers(g))[0]))
    every, *_ = g.recurrent("LSTM", g.node("Transpose", found, perm=[1, 0, 2]), features=UNITS)
    return one(g, every)


def stacked(g: Graph) -> tuple[str, list[str]]:
    """Two bidirectional layers: the states of all of them, as PyTorch's `h_n`."""
    every, low, *_ = both(g, ids(g), "LSTM")
    _, high, cell = both(g, side_by_side(g, every), "LSTM", features=2 * UNITS)
    return g.node("Concat", low, high, axis=0), [low, high, cell]


def h_n_by_index(g: Graph) -> str:
    h, _ = stacked(g)
    ends = [g.node("Gather", h, g.put(f"at{at}", np.array(at)), axis=0) for at in (-2, -1)]
    return g.dense(g.node("Concat", *ends, axis=1), 4 * UNITS // 2, 2)


def h_n_by_shape(g: Graph) -> str:
    h, _ = stacked(g)
    shaped = g.node("Reshape", h, g.whole(2, 2, -1, UNITS))
    top = g.node("Gather", shaped, g.put("top", np.array(1)), axis=0)
    turned = g.node("Transpose", top, perm=[1, 0, 2])
    return g.dense(g.node("Reshape", turned, g.whole(-1, 2 * UNITS)), 2 * UNITS, 2)


def h_n_by_slice(g: Graph) -> str:
    h, _ = stacked(g)
    top = g.node("Slice", h, g.whole(-2), g.whole(2**62), g.whole(0))
    turned = g.node("Transpose", top, perm=[1, 0, 2])
    return g.dense(g.node("Flatten", turned), 2 * UNITS, 2)


def both_ends(g: Graph) -> str:
    """Each direction where it has read everything, cut out of every step."""
    y = batches_first(g, both(g, numbers(g))[0])
    ends = []
    for at, (start, stop) in ((-1, (0, UNITS)), (0, (UNITS, 2**31))):
        step = g.node("Gather", y, g.put(f"at{at}", np.array(at)), axis=1)
        ends.append(g.node("Slice", step, g.whole(start), g.whole(stop), g.whole(1)))
    return g.dense(g.node("Concat", *ends, axis=1), 2 * UNITS, 2)


CASES: dict[str, Build] = {
    each.__name__: each
    for each in (
        torch_last, keras_last, sliced_last, last_by_length, every_step, every_step_by_rows,
        two_nodes, two_nodes_at_last, two_widths, turned_by_hand, last_of_turned, added, multiplied,
        averaged, meaned, above_a_sum, h_n_by_index, h_n_by_shape, h_n_by_slice, both_ends,
    )
}  # fmt: skip


TOLERANCE = 1e-5


def compared(graph: Graph, output: str, *, version: int = 17, batch: int = BATCH) -> core.Model:
    """The model of the graph, once its answers are those of the reference."""
    data = graph.data(output, version=version)
    model = read_onnx(data)
    if "ids" in graph.inputs:
        given = {"ids": np.random.default_rng(2).integers(0, ROWS, (batch, TIME))}
    else:
        given = {"x": sequences(batch, TIME)}
    (expected,) = answers(data, **given)
    outputs = core.record(model, next(iter(given.values()))).outputs
    np.testing.assert_allclose(outputs, expected, atol=TOLERANCE)
    return model
