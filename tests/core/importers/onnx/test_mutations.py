"""Graphs changed at random: refused for a reason, or read and right.

Bytes changed at random are mostly broken protobuf (the fuzz run does that). Here operations,
attributes, inputs, shapes and weights are changed, so that what results is still a graph; where
it is read, and the reference runs it, the answers have to be the same.
"""

from __future__ import annotations

import itertools
import random
import warnings

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

import core
from core.errors import CoreError
from core.importers.limits import Limits
from core.importers.onnx.file import read_onnx
from core.importers.onnx.layers import LAYERS
from core.importers.onnx.structure import STRUCTURE
from tests.core.importers.onnx.cases import BATCH, CASES, ROWS, TIME
from tests.core.importers.onnx.graphs import Graph

OPERATIONS = sorted([*LAYERS, *STRUCTURE, "Shape", "ConstantOfShape", "Expand", "Where", "Sub"])
NUMBERS = (-(2**62), -3, -1, 0, 1, 2, 3, 5, 2**31, 2**62)


def sound(name: str) -> onnx.ModelProto:
    graph = Graph(seed=1)
    return graph.proto(CASES[name](graph))


def change(model: onnx.ModelProto, draw: random.Random) -> None:
    """Changes one thing."""
    graph = model.graph
    node = draw.choice(graph.node)
    names = [name for each in graph.node for name in each.output]
    names += [each.name for each in (*graph.initializer, *graph.input)] + [""]
    match draw.randrange(8):
        case 0 if node.input:
            node.input[draw.randrange(len(node.input))] = draw.choice(names)
        case 1:
            node.op_type = draw.choice(OPERATIONS)
        case 2 if node.attribute:
            attribute = draw.choice(node.attribute)
            attribute.i = draw.choice(NUMBERS)
            attribute.ints[:] = draw.choices(NUMBERS[1:-2], k=draw.randint(0, 4))
            attribute.s = draw.choice([b"forward", b"reverse", b"bidirectional", b"\xff"])
        case 3 if graph.initializer:
            tensor = draw.choice(graph.initializer)
            array = _other(numpy_helper.to_array(tensor), draw)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
        case 4:
            node.input.append(draw.choice(names))
        case 5 if node.input:
            del node.input[-1]
        case 6:
            for side in draw.choice(graph.input).type.tensor_type.shape.dim:
                side.dim_value = draw.choice((0, 1, 3, 4, 5, -1, 2**62))
        case 7:
            node.output[0] = draw.choice(names)


def _other(array: np.ndarray, draw: random.Random) -> np.ndarray:
    if array.dtype.kind == "i":
        return np.array(draw.choices(NUMBERS, k=draw.randint(0, 4)), np.int64)
    others = [
        array.T,
        array[None],
        array.ravel()[:0],
        np.zeros_like(array),
        array.ravel(),
        np.full_like(array, np.inf),
    ]
    return np.ascontiguousarray(draw.choice(others))


def inputs_of(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Random inputs of the shapes that the graph declares."""
    generator = np.random.default_rng(0)
    found: dict[str, np.ndarray] = {}
    for each in model.graph.input:
        declared = each.type.tensor_type
        sides = [side.dim_value for side in declared.shape.dim]
        shape = [side if side > 0 else (BATCH, TIME, 3)[at] for at, side in enumerate(sides)]
        whole = declared.elem_type == onnx.TensorProto.INT64
        drawn = generator.integers(0, ROWS, shape) if whole else generator.normal(size=shape)
        found[each.name] = drawn if whole else drawn.astype(np.float32)
    return found


def expected_of(model: onnx.ModelProto, given: dict[str, np.ndarray]) -> np.ndarray | None:
    """What the reference gives; None where it does not run the graph."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.asarray(ReferenceEvaluator(model).run(None, given)[0])
        except Exception:  # noqa: BLE001 (it raises whatever NumPy and its own code raise)
            return None


def agree(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether they are the same, in whatever order the graph has its axes."""
    if found.size != expected.size:
        return False
    orders = itertools.permutations(range(expected.ndim))
    turned = (expected.transpose(order).reshape(found.shape) for order in orders)
    return any(np.allclose(found, each, atol=1e-4) for each in turned)


@settings(max_examples=200)
@given(st.sampled_from(sorted(CASES)), st.integers(0, 2**32))
def test_changed_graphs_are_refused_or_right(name: str, seed: int) -> None:
    draw, proto = random.Random(seed), sound(name)
    for _ in range(draw.randint(1, 3)):
        change(proto, draw)
    try:
        model = read_onnx(proto.SerializeToString(), limits=Limits(file_bytes=1 << 24))
    except CoreError:
        return
    given = inputs_of(proto)
    expected = expected_of(proto, given)
    if expected is None:
        return
    x = next(iter(given.values()))
    for turned in (x, x.swapaxes(0, 1)):  # a graph may have time first
        try:
            outputs = core.record(model, turned).outputs
        except CoreError:
            continue
        if "answer_at" in model.card:
            outputs = outputs[:, -1 if model.card["answer_at"] == "end" else 0]
        if agree(outputs, expected):
            return
    pytest.fail(f"read with other answers: {[stage.name for stage in model.parts]}")


def test_the_test_would_notice() -> None:
    """Other weights give other answers by this measure."""
    proto = sound("torch_last")
    model = read_onnx(proto.SerializeToString())
    given = inputs_of(proto)
    expected = expected_of(proto, given)
    assert expected is not None
    weights = model.with_parameters({"fc/bias": model.parameters["fc/bias"] + 0.1})
    for read, same in ((model, True), (weights, False)):
        outputs = core.record(read, given["ids"]).outputs
        assert agree(outputs, expected) is same
