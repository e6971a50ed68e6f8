"""What is kept in mind while a graph is read: the nodes so far, which axes are time, names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from core.cells import CELLS
from core.errors import UnsupportedModel
from core.importers.errors import shown
from core.importers.onnx.axes import ONE, UNITS, Axes, Group
from core.importers.onnx.proto import Branch, Graph, Node, axis_of
from core.importers.onnx.sizes import Dim
from core.importers.onnx.values import Flow
from core.nodes import Merge, Port
from core.nodes import Node as ModelNode

_RECURRENT = ("Scan", *{cell.onnx.operation for cell in CELLS.values() if cell.onnx})


@dataclass
class Reading:
    """One reading of a graph.

    `made` are the nodes of the model by name, `entrances` the sizes of its inputs. `times` and
    `batches` are the labels of such axes of the inputs, known from the recurrent layers on;
    `lengths` says for each time whether its texts have lengths of their own.
    """

    graph: Graph
    made: dict[str, ModelNode] = field(default_factory=dict)
    entrances: dict[str, tuple[Dim, ...]] = field(default_factory=dict)
    times: set[str] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)
    lengths: dict[str, bool] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)
    _same: dict[str, str] = field(default_factory=dict)
    _merges: dict[tuple[type[Merge], tuple[Port, ...]], str] = field(default_factory=dict)

    def input(self, name: str, axes: Axes) -> Flow:
        """An input of the graph, whose name is taken."""
        called = re.sub(r"[./]", "_", shown(name)) or "input"
        while called in self._names:
            called += "_"
        self._names.add(called)
        self.entrances[called] = self.graph.inputs[name]
        return Flow(called, axes, name, bare=True)

    def put(self, node: ModelNode) -> None:
        """One more node of the model."""
        self.made[node.name] = node

    def through(self, flow: Flow, node: ModelNode, axes: Axes | None = None) -> Flow:
        """What a node gives that reads the flow alone."""
        self.put(replace(node, reads=(flow.port,)))
        return replace(flow, port=node.name, bare=False, axes=flow.axes if axes is None else axes)

    def merge(self, kind: type[Merge], ports: tuple[Port, ...], node: Node, name: str = "") -> Port:
        """The port of what some are merged to, the same each time it is asked for."""
        if (kind, ports) not in self._merges:
            name = self._unused(name) if name else self.name_for(node)
            self._merges[kind, ports] = name
            self.put(kind(name, reads=ports))
        return self._merges[kind, ports]

    def same_axis(self, one: str, other: str) -> bool:
        """Takes two axes of inputs for one, as what joins them does; whether they can be."""
        one, other = self.axis(one), self.axis(other)
        if one == other:
            return True
        if ONE in (one, other) or UNITS in (one, other):
            return False
        self._same[other] = one
        for kept in (self.times, self.batches):
            if other in kept:
                kept.add(one)
        if other in self.lengths:
            self.lengths.setdefault(one, self.lengths[other])
        return not self.times & self.batches

    def declared(self, source: str) -> dict[str, int]:
        """How many ids ("length") or steps of numbers ("window") an input has, where it says so."""
        sizes = self.graph.inputs.get(source, ())
        if len(sizes) == 2:
            numbers = [size for size in sizes if isinstance(size, int) and size != 1]
            return {"length": numbers[0]} if len(numbers) == 1 else {}
        labels = (self.axis(axis_of(source, at)) for at in range(len(sizes)))
        times = [s for s, label in zip(sizes, labels, strict=True) if label in self.times]
        fixed = len(sizes) == 3 and len(times) == 1
        return {"window": times[0]} if fixed and isinstance(times[0], int) else {}

    def axis(self, label: str) -> str:
        """The label that an axis goes by."""
        while label in self._same:
            label = self._same[label]
        return label

    def is_time(self, label: str) -> bool:
        """Whether an axis is known to be that of time."""
        return self.axis(label) in self.times

    def is_batch(self, label: str) -> bool:
        """Whether an axis is known to be that of the examples."""
        return self.axis(label) in self.batches

    def is_features(self, label: str, source: str) -> bool:
        """Whether an axis is that of features: of an input, the last one is."""
        if label == UNITS:
            return True
        rank = len(self.graph.inputs.get(source, ()))
        return rank in (2, 3) and label == axis_of(source, rank - 1) and not self.is_time(label)

    @property
    def version(self) -> int:
        """Of ONNX's set of operations."""
        return self.graph.version

    def name_for(self, node: Node, *, weights: str = "") -> str:
        """A name for the stage of a node: that of its weights, or its own without its path.

        `/encoder/lstm/LSTM` becomes `encoder.lstm`, `fc.weight` becomes `fc`. No name is given
        twice.
        """
        base = weights.removesuffix(".weight") if weights.endswith(".weight") else ""
        if not base:
            *path, own = node.name.strip("/").split("/")
            if path and own.lower().startswith(node.op.lower()):
                own = path.pop() + own[len(node.op) :]
            base = ".".join([*path, own.removeprefix("node_")])
        base = re.sub(r"_{2,}", "_", shown(base.replace("/", "."))) or node.op.lower()
        return self._unused(base)

    def _unused(self, base: str) -> str:
        name, count = base, 1
        while name in self._names:
            name, count = f"{base}_{count}", count + 1
        self._names.add(name)
        return name

    def settle_axes(self, time: Group, batch: Group, node: Node) -> None:
        """Learns from a recurrent layer which axis is which, or holds it to what is known."""
        found = []
        for group, what in ((time, "time"), (batch, "batch")):
            if len(group) != 1:
                raise node.refuse(f"several axes are joined where its axis of {what} is")
            found.append(self.axis(group[0].label))
        if found[0] == ONE:
            raise node.refuse("it reads a single step")
        self.times.add(found[0])
        self.batches.add(found[1])
        if self.times & self.batches:
            raise node.refuse("its axes of time and batch are not those of a layer before it")


def is_recurrent(node: Node) -> bool:
    """Whether the node, or one that it may run, has a loop in time."""
    inside = (each for branch in branches(node) for each in branch.nodes)
    return node.op in _RECURRENT or any(map(is_recurrent, inside))


def branches(node: Node) -> list[Branch]:
    """The graphs that a node may run."""
    return [value for value in node.attributes.values() if isinstance(value, Branch)]


def live(graph: Graph | Branch) -> list[Node]:
    """The nodes that an output depends on, in the order of the file."""
    needed, found = set(graph.outputs), []
    for node in reversed(graph.nodes):
        if needed & set(node.outputs):
            found.append(node)
            needed |= reads(node)
    return found[::-1]


def reads(node: Node) -> set[str]:
    """The names that a node reads, those in graphs that it may run included."""
    names = set(node.inputs)
    for branch in branches(node):
        names |= set(branch.outputs)
        for each in branch.nodes:
            names |= reads(each)
    return names


def needs(node: Node, count: int) -> None:
    """Refuses a node with fewer inputs than it has to have."""
    if len(node.inputs) < count or not all(node.inputs[:count]):
        raise node.refuse(f"it has {len(node.inputs)} inputs and needs {count}")


def integer(node: Node, name: str, default: int) -> int:
    """An attribute that is a whole number."""
    value = node.attributes.get(name, default)
    if not isinstance(value, int):
        raise _wrong(node, name, "a whole number")
    return value


def number(node: Node, name: str, default: float) -> float:
    """An attribute that is a number."""
    value = node.attributes.get(name, default)
    if not isinstance(value, int | float):
        raise _wrong(node, name, "a number")
    return float(value)


def text(node: Node, name: str, default: str) -> str:
    """An attribute that is a text."""
    value = node.attributes.get(name, default)
    if not isinstance(value, str):
        raise _wrong(node, name, "a text")
    return value


def whole_numbers(node: Node, name: str) -> list[int] | None:
    """An attribute that is a list of whole numbers, None where it is not there."""
    value = node.attributes.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
        raise _wrong(node, name, "a list of whole numbers")
    return value


def _wrong(node: Node, name: str, expected: str) -> UnsupportedModel:
    return node.refuse(f"its {name} is not {expected}")
