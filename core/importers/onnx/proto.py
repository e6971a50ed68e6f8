"""The bytes of an `.onnx` file as nodes and tensors: protobuf alone, every claim checked.

Of the onnx package only the message classes are used, and the one function that turns a checked
tensor into an array. Nothing is executed, no shapes are inferred, no other file is opened. Raw
numbers never pass through protobuf, which would copy them twice: arrays are views of the file.
Not chosen: `onnx.checker` and `onnx.load`, which run C++ over the whole graph and follow paths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from core.activations import Array
from core.errors import UnsupportedModel
from core.importers.archive import Data
from core.importers.errors import (
    BrokenFile,
    DataOutsideFile,
    MissingEntry,
    NotNumbers,
    NotStored,
    RepeatedEntry,
    shown,
)
from core.importers.limits import Limits, Tally
from core.importers.onnx.protobuf import check_fields, numbers_apart
from core.importers.onnx.sizes import Dim, Size

if TYPE_CHECKING:
    import onnx

OWN_DOMAINS = ("", "ai.onnx")

Raw = memoryview | bytes
Stored = tuple[Any, Raw | None]
"""A tensor, and its numbers if they are raw."""

# Type of the tensor → its name, the field with its numbers if they are not raw, and how raw ones
# are read.
_TYPES = {
    1: ("FLOAT", "float_data", "<f4"),
    2: ("UINT8", "int32_data", "|u1"),
    3: ("INT8", "int32_data", "|i1"),
    5: ("INT16", "int32_data", "<i2"),
    6: ("INT32", "int32_data", "<i4"),
    7: ("INT64", "int64_data", "<i8"),
    9: ("BOOL", "int32_data", "|u1"),
    10: ("FLOAT16", "int32_data", "<f2"),
    11: ("DOUBLE", "double_data", "<f8"),
    16: ("BFLOAT16", "int32_data", "<u2"),
}
_EXTERNAL = 1


@dataclass(frozen=True, eq=False)
class Node:
    """One operation: what it is, what it reads and makes, by name, and its attributes.

    Numbers and lists of numbers stand as they are, texts as str, tensors as arrays, graphs within
    the graph as `Branch`es.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(repr=False)
    at: int
    total: int

    def refuse(self, why: str) -> UnsupportedModel:
        """The error that names the operation and its place."""
        what = f"The operation '{shown(self.name)}' ({shown(self.op)}, "
        return UnsupportedModel(what=f"{what}number {self.at} of {self.total})", why=why)


@dataclass(frozen=True, eq=False)
class Branch:
    """A graph that an operation runs, which may read every name of the graph around it.

    `tensors` are checked, to be read by `array_of`.
    """

    nodes: tuple[Node, ...]
    tensors: Mapping[str, Stored]
    outputs: tuple[str, ...]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Graph:
    """The graph of a file. `inputs` are those without a value, each with the sizes of its axes."""

    nodes: tuple[Node, ...]
    tensors: Mapping[str, Stored]
    inputs: Mapping[str, tuple[Dim, ...]]
    outputs: tuple[str, ...]
    version: int
    name: str
    tally: Tally

    def array(self, name: str) -> Array:
        """The numbers of a stored tensor, half precision widened."""
        return array_of(self.tensors[name])


def read_graph(data: Data, *, limits: Limits) -> Graph:
    """The graph in the bytes.

    Raises FileRefused by its reason, and UnsupportedModel, naming the operation, for functions
    and operations of other domains than ONNX's own.
    """
    import onnx
    from google.protobuf.message import DecodeError

    check_fields(data, limits=limits)
    slim, numbers = numbers_apart(data)
    model = onnx.ModelProto()
    try:
        model.ParseFromString(slim)
    except (DecodeError, RecursionError) as error:
        raise BrokenFile(entry="model", why="it is no ONNX model") from error
    if not model.HasField("graph"):
        raise MissingEntry(entry="graph")
    if model.functions:
        what = f"The function '{shown(model.functions[0].name)}' in an ONNX file"
        raise UnsupportedModel(what=what, why="only operations of ONNX itself are read")
    graph, tally = model.graph, Tally(limits)
    whole = _branch(graph, numbers, tally)
    inputs = {value.name: _sizes(value, limits) for value in graph.input}
    return Graph(
        nodes=whole.nodes,
        tensors=whole.tensors,
        inputs={name: sizes for name, sizes in inputs.items() if name not in whole.tensors},
        outputs=whole.outputs,
        version=_version(model),
        name=graph.name,
        tally=tally,
    )


def _branch(graph: onnx.GraphProto, numbers: Sequence[Raw | None], tally: Tally) -> Branch:
    """A graph, whole or within another; how deep they stand in one another has been checked."""
    if graph.sparse_initializer:
        what = "A sparse tensor in an ONNX file"
        raise UnsupportedModel(what=what, why="weights are read as they are, row by row")
    tally.limits.check_entries(len(graph.node), entry="graph/node")
    tensors: dict[str, Stored] = {}
    for tensor, raw in zip(graph.initializer, numbers, strict=True):
        if tensor.name in tensors:
            raise RepeatedEntry(entry=tensor.name)
        _check_tensor(tensor, raw, tensor.name, tally)
        tensors[tensor.name] = tensor, raw
    total = len(graph.node)
    nodes = tuple(_node(node, at, total, tally) for at, node in enumerate(graph.node, start=1))
    outputs, inputs = (tuple(v.name for v in values) for values in (graph.output, graph.input))
    return Branch(nodes, tensors, outputs, inputs)


def _version(model: onnx.ModelProto) -> int:
    versions = [each.version for each in model.opset_import if each.domain in OWN_DOMAINS]
    if not versions:
        raise MissingEntry(entry="opset_import")
    return max(versions)


def _sizes(value: onnx.ValueInfoProto, limits: Limits) -> tuple[Dim, ...]:
    """The sizes of the axes of an input; those that are open get a name of their own."""
    declared = value.type.tensor_type
    if not declared.HasField("shape"):
        return ()
    sides = [max(each.dim_value, 0) for each in declared.shape.dim]
    limits.check_shape(sides, entry=value.name)
    return tuple(side or Size(1, (axis_of(value.name, at),)) for at, side in enumerate(sides))


def axis_of(name: str, at: int) -> str:
    """What axis number `at` of the input `name` is called."""
    return f"input {name}[{at}]"


def _node(node: onnx.NodeProto, at: int, total: int, tally: Tally) -> Node:
    name = node.name or next((each for each in node.output if each), f"{node.op_type}_{at}")
    bare = Node(node.op_type, name, tuple(node.input), tuple(node.output), {}, at, total)
    if node.domain not in OWN_DOMAINS:
        quantised = "Quant" in node.op_type or "QLinear" in node.op_type
        before = ". It is quantised: export the model before that was done" if quantised else ""
        raise bare.refuse(f"it belongs to '{shown(node.domain)}', not to ONNX itself{before}")
    limits = tally.limits
    limits.check_entries(len(node.input) + len(node.output), entry=name)
    limits.check_entries(len(node.attribute), entry=name)
    attributes = {each.name: _attribute(each, bare, tally) for each in node.attribute}
    return Node(bare.op, name, bare.inputs, bare.outputs, attributes, at, total)


def _attribute(attribute: onnx.AttributeProto, node: Node, tally: Tally) -> Any:
    entry = f"{node.name}/{attribute.name}"
    kinds = type(attribute)
    if attribute.ref_attr_name:
        raise node.refuse(f"its {shown(attribute.name)} is that of a function")
    match attribute.type:
        case kinds.FLOAT:
            return attribute.f
        case kinds.INT:
            return attribute.i
        case kinds.STRING:
            return attribute.s.decode("utf-8", "replace")
        case kinds.FLOATS | kinds.INTS:
            numbers = attribute.floats if attribute.type == kinds.FLOATS else attribute.ints
            tally.add([len(numbers)], entry=entry)
            return list(numbers)
        case kinds.STRINGS:
            tally.limits.check_entries(len(attribute.strings), entry=entry)
            return [each.decode("utf-8", "replace") for each in attribute.strings]
        case kinds.TENSOR:
            stored = attribute.t, _raw(attribute.t)
            _check_tensor(*stored, entry, tally)
            return array_of(stored)
        case kinds.GRAPH:
            numbers_within = [_raw(tensor) for tensor in attribute.g.initializer]
            return _branch(attribute.g, numbers_within, tally)
    raise node.refuse(f"its {shown(attribute.name)} is neither numbers, a text nor a tensor")


def _check_tensor(tensor: onnx.TensorProto, raw: Raw | None, entry: str, tally: Tally) -> None:
    """Refuses a tensor whose numbers are elsewhere, of another type, or not as many as declared."""
    if tensor.data_location == _EXTERNAL or tensor.external_data:
        target = next((each.value for each in tensor.external_data if each.key == "location"), "")
        raise DataOutsideFile(entry=entry, target=target)
    if tensor.data_type not in _TYPES:
        known = ", ".join(name for name, _, _ in _TYPES.values())
        raise NotNumbers(entry=entry, found=f"the type {tensor.data_type}", known=known)
    if tensor.HasField("segment"):
        raise BrokenFile(entry=entry, why="only a segment of it is there")
    _, stored, kind = _TYPES[tensor.data_type]
    count = math.prod(tally.add(list(tensor.dims), entry=entry))
    wide = np.dtype(kind).itemsize
    found = len(getattr(tensor, stored)) * wide if raw is None else len(raw)
    if found != count * wide:
        raise NotStored(entry=entry, expected=count * wide, found=found)


def _raw(tensor: onnx.TensorProto) -> bytes | None:
    return tensor.raw_data if tensor.HasField("raw_data") else None


def array_of(stored: Stored) -> Array:
    """The numbers of a checked tensor, a view of the file where they are raw."""
    import onnx.numpy_helper

    tensor, raw = stored
    if raw is None:
        array: Array = onnx.numpy_helper.to_array(tensor)
    else:
        array = np.frombuffer(raw, _TYPES[tensor.data_type][2]).reshape(tuple(tensor.dims))
    match _TYPES[tensor.data_type][0]:
        case "FLOAT16":
            return array.astype(np.float32)
        case "BFLOAT16" if raw is not None:
            # The upper half of a float32.
            return (array.astype(np.uint32) << 16).view(np.float32)
        case "BFLOAT16":
            return array.astype(np.float32)
        case "BOOL":
            return array != 0
    return array
