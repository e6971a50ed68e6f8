"""ONNX graphs built from scratch, every weight drawn anew, and what the reference makes of them.

`onnx.reference` is written in NumPy beside the specification, by other people than us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

MAPS = {"LSTM": 4, "GRU": 3, "RNN": 1}
DIRECTIONS = ("forward", "reverse", "bidirectional")
FEATURES, UNITS = 3, 4

Dims = Sequence[str | int]


@dataclass
class Graph:
    """A graph on the way: its nodes, its tensors, its inputs and outputs."""

    seed: int = 0
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tensors: dict[str, np.ndarray] = field(default_factory=dict)
    inputs: dict[str, tuple[Dims, int]] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)

    def input(self, name: str, dims: Dims, kind: int = onnx.TensorProto.FLOAT) -> str:
        self.inputs[name] = (dims, kind)
        return name

    def tensor(self, name: str, *shape: int, scale: float = 0.6) -> str:
        """A new tensor of random numbers."""
        return self.put(name, self.generator.normal(0, scale, shape).astype(np.float32))

    def put(self, name: str, array: Any) -> str:
        self.tensors[name] = np.asarray(array)
        return name

    def whole(self, *numbers: int) -> str:
        """A list of whole numbers."""
        return self.put(f"whole_{len(self.tensors)}", np.array(numbers, np.int64))

    def node(self, op: str, *inputs: str, count: int = 1, **attributes: Any) -> Any:
        """A node; the name of its output, or of all of them."""
        at = len(self.nodes)
        names = [f"{op.lower()}_{at}_{number}" for number in range(count)]
        made = helper.make_node(op, inputs, names, name=f"/net/{op}_{at}", **attributes)
        self.nodes.append(made)
        return names[0] if count == 1 else names

    def recurrent(
        self,
        op: str,
        x: str,
        *,
        features: int = FEATURES,
        units: int = UNITS,
        direction: str = "forward",
        bias: bool = True,
        lengths: str = "",
        initial: Sequence[str] = (),
        **attributes: Any,
    ) -> list[str]:
        """An LSTM, GRU or RNN with random weights: the names of its outputs."""
        at, wide = len(self.nodes), MAPS[op] * units
        ways = 2 if direction == "bidirectional" else 1
        w = self.tensor(f"W{at}", ways, wide, features)
        r = self.tensor(f"R{at}", ways, wide, units)
        b = self.tensor(f"B{at}", ways, 2 * wide) if bias else ""
        inputs = [x, w, r, b, lengths, *initial]
        while not inputs[-1]:
            inputs.pop()
        attributes = {"direction": direction, "hidden_size": units} | attributes
        count = 3 if op == "LSTM" else 2
        names: list[str] = self.node(op, *inputs, count=count, **attributes)
        return names

    def dense(self, x: str, features: int, units: int, name: str = "fc") -> str:
        """A Gemm as PyTorch writes it."""
        weight = self.tensor(f"{name}.weight", units, features)
        answer: str = self.node("Gemm", x, weight, self.tensor(f"{name}.bias", units), transB=1)
        return answer

    def proto(self, *outputs: str, version: int = 17) -> onnx.ModelProto:
        """The model that gives these outputs."""
        given = [
            helper.make_tensor_value_info(name, kind, list(dims))
            for name, (dims, kind) in self.inputs.items()
        ]
        asked = [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
            for name in outputs or self.outputs
        ]
        stored = [numpy_helper.from_array(array, name) for name, array in self.tensors.items()]
        graph = helper.make_graph(self.nodes, "net", given, asked, stored)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)])
        made.ir_version = 8  # what runtimes of these years read
        return made

    def data(self, *outputs: str, version: int = 17) -> bytes:
        return self.proto(*outputs, version=version).SerializeToString()


def answers(data: bytes, **inputs: np.ndarray) -> list[np.ndarray]:
    """What the reference implementation of ONNX gives, output after output."""
    found: list[np.ndarray] = ReferenceEvaluator(onnx.load_model_from_string(data)).run(
        None, inputs
    )
    return found


def sequences(batch: int = 2, time: int = 6, features: int = FEATURES) -> np.ndarray:
    """Random inputs (batch, time, features)."""
    return np.random.default_rng(7).normal(size=(batch, time, features)).astype(np.float32)


def side_by_side(graph: Graph, every: str) -> str:
    """Y (time, directions, batch, units) as (time, batch, directions · units), as PyTorch does."""
    turned = graph.node("Transpose", every, perm=[0, 2, 1, 3])
    joined: str = graph.node("Reshape", turned, graph.whole(0, 0, -1))
    return joined
