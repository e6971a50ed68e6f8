"""What is kept in mind while a graph is read: which axis is time, which names are taken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.cells import CELLS
from core.errors import UnsupportedModel
from core.importers.errors import shown
from core.importers.onnx.axes import ONE, Group
from core.importers.onnx.proto import Branch, Graph, Node

_RECURRENT = tuple({cell.onnx.operation for cell in CELLS.values() if cell.onnx})


@dataclass
class Reading:
    """One reading of a graph.

    `time` and `batch` are the labels of these axes of the input, known from the first recurrent
    layer on; `lengths` whether texts have lengths of their own.
    """

    graph: Graph
    time: str | None = None
    batch: str | None = None
    lengths: bool | None = None
    _names: set[str] = field(default_factory=set)

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
            found.append(group[0].label)
        if found[0] == ONE:
            raise node.refuse("it reads a single step")
        if self.time is None:
            self.time, self.batch = found
        if [self.time, self.batch] != found:
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
