"""Both directions: two layers that read the same text from either end, and a merge.

A bidirectional layer (Schuster & Paliwal 1997) is no node of its own. A `Recurrent` writes the
three nodes that it is as one, and `recurrent_parts` finds such threes again, so that a picture can
say "the second layer, both ways".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.activations import Array
from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes.base import Node
from core.nodes.checks import check_name
from core.nodes.flow import READ, Port, port
from core.nodes.merging import Add, Average, Concatenate, Merge, Multiply
from core.nodes.recurrent import Layer, Readout

MERGES: Mapping[str, type[Merge]] = {
    "concat": Concatenate,
    "sum": Add,
    "mul": Multiply,
    "ave": Average,
}
"""How the two directions are joined, by Keras's names."""
_NAMES = {kind: name for name, kind in MERGES.items()}


@dataclass(frozen=True, eq=False)
class Recurrent:
    """A recurrent layer as one counts them: one direction, or two and a merge of MERGES.

    `returns` says what stands after it reads: "every" step's output, or the "last" one. No node,
    but `nodes` are what it stands for, and a Model takes it in their place. A pair that returns
    every step hands on zeros at masked steps, as in Keras. Raises UnsupportedModel and
    ShapeMismatch where two layers are no pair.
    """

    name: str
    layers: tuple[Layer, ...]
    merge: str | None = None
    returns: Readout = "every"

    def __post_init__(self) -> None:
        check_name("readout", self.returns, ("last", "every"))
        if len(self.layers) == 1 and self.merge is None:
            return
        if len(self.layers) != 2 or self.merge is None:
            why = "a layer has one direction and no merge, or two directions and a merge"
            raise UnsupportedModel(what=self.name, why=why)
        check_name("merge", self.merge, tuple(MERGES))
        one, other = self.layers
        if one.direction == other.direction:
            what = f"{self.name}: two layers reading {one.direction}"
            raise UnsupportedModel(what=what, why="a pair reads in opposite directions")
        if one.features != other.features:
            expected = (one.features, other.units)
            found = (other.features, other.units)
            raise ShapeMismatch(what=f"{other.name}/kernel", found=found, expected=expected)
        if self.merge != "concat" and one.units != other.units:
            what = f"{self.name} merged by {self.merge}"
            raise ShapeMismatch(what=what, found=(other.units,), expected=(one.units,))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """One layer, or two that read the same and what merges them."""
        # What one of a pair reads is said by the other; taken out of its pair, it says nothing.
        said = (layer.reads for layer in self.layers if layer.reads and not _beside(layer))
        reads = next(said, ())
        if self.merge is None:
            return (replace(self.layers[0], reads=reads, returns=self.returns),)
        ends: dict[str, Any] = {"returns": self.returns, "zero_masked": self.returns == "every"}
        one = replace(self.layers[0], reads=reads, **ends)
        other = replace(self.layers[1], reads=(port(one.name, READ),), **ends)
        merge = MERGES[self.merge](self.name, reads=(one.hands_on, other.hands_on))
        return one, other, merge

    @property
    def outputs(self) -> int:
        """The number of outputs at each step."""
        units = [layer.units for layer in self.layers]
        return sum(units) if self.merge == "concat" else units[0]

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name."""
        return {name: array for layer in self.layers for name, array in layer.parameters().items()}


def _beside(layer: Layer) -> bool:
    """Whether it reads what another layer reads."""
    return layer.reads[0].endswith(f".{READ}")


Part = Node | Recurrent
"""What a chain is written as a list of."""


def nodes_of(parts: Iterable[Part]) -> tuple[Node, ...]:
    """The nodes that some parts stand for."""
    return tuple(
        node for part in parts for node in (part.nodes if isinstance(part, Recurrent) else (part,))
    )


def exchanged(
    nodes: Sequence[Node], part: Recurrent, other: Recurrent
) -> tuple[tuple[Node, ...], Mapping[Port, Port]]:
    """The nodes with those of `other` for those of `part`, which have their names.

    What is read of it is renamed, as the mapping says.
    """
    again = {node.name: node for node in other.nodes}
    renamed = {part.nodes[-1].hands_on: other.nodes[-1].hands_on}
    exchanged = (
        again.get(node.name)
        or replace(node, reads=tuple(renamed.get(read, read) for read in node.reads))
        for node in nodes
    )
    return tuple(exchanged), renamed


def recurrent_parts(
    nodes: Sequence[Node], reads: Mapping[str, tuple[Port, ...]]
) -> Mapping[str, Recurrent]:
    """For each node that belongs to a recurrent layer, that layer: the two of a pair are one.

    `reads` says what each node reads, by name.
    """
    by_port = {node.hands_on: node for node in nodes if isinstance(node, Layer)}
    parts: dict[str, Recurrent] = {
        node.name: Recurrent(node.name, (node,), None, node.returns)
        for node in nodes
        if isinstance(node, Layer)
    }
    for node in nodes:
        merge = _NAMES.get(type(node))  # type: ignore[arg-type]  # of other nodes there is none
        layers = [by_port[read] for read in reads[node.name] if read in by_port]
        if merge is None or len(layers) != 2 or len(reads[node.name]) != 2:
            continue
        one, other = layers
        apart = one.direction != other.direction and one.returns == other.returns
        if apart and reads[one.name] == reads[other.name]:
            pair = Recurrent(node.name, (one, other), merge, one.returns)
            parts |= dict.fromkeys((one.name, other.name, node.name), pair)
    return parts
