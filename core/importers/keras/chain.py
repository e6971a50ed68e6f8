"""A functional model of Keras as a chain: each layer reads the one before it, and nothing else.

Keras 2 writes what a layer reads as `[[["before", 0, 0, {…}]]]`, Keras 3 as the arguments of a
call, with the `keras_history` of every tensor among them. Keras 3 also writes down the masks that
it hands on by itself: `NotEqual` of a padded input, or `Any` of `NotEqual` for Masking, given as
`mask=` to the layers above. Those the layers would have had anyway, so they are checked and passed
over. Any other mask, and whatever else a layer is called with, is refused: it changes the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core.errors import UnsupportedModel
from core.importers.errors import BrokenFile, shown


@dataclass(frozen=True)
class _Call:
    """How a layer is called: the tensors it reads, by layer and number of output, and how."""

    reads: tuple[tuple[str, int], ...]
    options: Mapping[str, Any]


def order_of(config: Mapping[str, Any], entries: Sequence[Any], *, where: str) -> list[int]:
    """The places, in `entries`, of the layers of a functional model, in their order.

    `config` is the model's, `entries` its layers as they are written there. Raises BrokenFile for
    what is no functional model, UnsupportedModel where it is no chain; both name the layer.
    """
    graph = _Graph(entries, where=where)
    first = graph.only(config.get("input_layers"), what="inputs")
    last = graph.only(config.get("output_layers"), what="outputs")
    chain = [last]
    while chain[-1] != first:
        call = graph.call(chain[-1])
        if len(call.reads) != 1:
            raise graph.refuse(chain[-1], f"it reads {len(call.reads)} tensors, not one")
        before, output = call.reads[0]
        if output:
            why = f"it reads output {output + 1} of '{shown(before)}', which is a state"
            raise graph.refuse(chain[-1], why)
        if before in chain:
            raise BrokenFile(entry=where, why="the layers read one another in a circle")
        chain.append(before)
    chain.reverse()
    for name in chain[1:]:
        for option, value in graph.call(name).options.items():
            if value is None or (option == "training" and value is False):
                continue
            if option != "mask" or not graph.is_implied(value, chain):
                raise graph.refuse(name, f"it is called with '{shown(option)}'")
    return [graph.place[name] for name in chain]


class _Graph:
    """The layers of a functional model by their names."""

    def __init__(self, entries: Sequence[Any], *, where: str) -> None:
        self.where = where
        self.entries: dict[str, Mapping[str, Any]] = {}
        self.place: dict[str, int] = {}
        for at, entry in enumerate(entries):
            name = entry.get("name") if isinstance(entry, Mapping) else None
            if not isinstance(name, str) or name in self.entries:
                why = "a layer of a functional model has no name of its own"
                raise BrokenFile(entry=f"{where}/layers/{at}", why=why)
            self.entries[name], self.place[name] = entry, at

    def only(self, listed: Any, *, what: str) -> str:
        """The name of the model's only input or output."""
        names = list(_references(listed))
        if len(names) != 1:
            model = "A functional model"
            raise UnsupportedModel(what=model, why=f"it has {len(names)} {what}, not one")
        return self.known(names[0][0])

    def known(self, name: str) -> str:
        """The name, of a layer that is there."""
        if name not in self.entries:
            raise BrokenFile(entry=self.where, why=f"there is no layer '{shown(name)}'")
        return name

    def call(self, name: str) -> _Call:
        """How a layer is called. Raises where it is called more than once, or never."""
        nodes = self.entries[name].get("inbound_nodes")
        if not isinstance(nodes, list) or not nodes:
            raise self.refuse(name, "it reads nothing, and is not the input of the model")
        if len(nodes) > 1:
            raise self.refuse(name, f"it stands in {len(nodes)} places and shares its weights")
        if isinstance(nodes[0], Mapping):
            call = self._of_keras_3(name, nodes[0])
        else:
            call = self._of_keras_2(name, nodes[0])
        for before, _ in call.reads:
            self.known(before)
        return call

    def _of_keras_3(self, name: str, node: Mapping[str, Any]) -> _Call:
        arguments, options = node.get("args"), node.get("kwargs")
        if not isinstance(arguments, list) or not isinstance(options, Mapping) or not arguments:
            raise BrokenFile(entry=f"{self.where}/{name}", why="it does not say what it reads")
        reads = tuple(_references(arguments[0]))
        rest = {f"argument {at}": value for at, value in enumerate(arguments[1:], start=2)}
        return _Call(reads, {**rest, **options})

    def _of_keras_2(self, name: str, node: Any) -> _Call:
        if not isinstance(node, list) or not node:
            raise BrokenFile(entry=f"{self.where}/{name}", why="it does not say what it reads")
        tensors = node if isinstance(node[0], list) else [node]
        options: dict[str, Any] = {}
        for tensor in tensors:
            if len(tensor) == 4 and isinstance(tensor[3], Mapping):
                options |= tensor[3]
        return _Call(tuple(_references([tensor[:3] for tensor in tensors])), options)

    def is_implied(self, mask: Any, chain: Sequence[str]) -> bool:
        """Whether a mask is the one that a layer of the chain makes of what it reads."""
        kinds: list[str] = []
        values: list[Any] = []
        while True:
            names = list(_references(mask))
            if len(names) != 1 or names[0][0] not in self.entries:
                return False
            source = names[0][0]
            entry = self.entries[source]
            if entry.get("class_name") not in ("NotEqual", "Any"):
                break
            if len(kinds) == 2:
                return False
            node = (entry.get("inbound_nodes") or [None])[0]
            arguments = node.get("args") if isinstance(node, Mapping) else None
            if not isinstance(arguments, list) or not arguments:
                return False
            kinds.append(entry["class_name"])
            mask, values = arguments[0], arguments[1:]
        for before, name in pairwise(chain):
            if before != source:
                continue
            kind, config = self.entries[name].get("class_name"), self.entries[name].get("config")
            if not isinstance(config, Mapping):
                return False
            if kinds == ["NotEqual"] and kind == "Embedding":
                return bool(config.get("mask_zero")) and values == [0]
            if kinds == ["Any", "NotEqual"] and kind == "Masking":
                return values == [config.get("mask_value", 0.0)]
        return False

    def refuse(self, name: str, why: str) -> UnsupportedModel:
        """The error that names a layer, its class and its place."""
        kind, at = self.entries[name].get("class_name"), self.place[name] + 1
        place = f"{shown(str(kind))}, number {at} of {len(self.entries)}"
        return UnsupportedModel(what=f"The layer '{shown(name)}' ({place})", why=why)


def _references(value: Any) -> Iterator[tuple[str, int]]:
    """The tensors in a value, as Keras 2 or 3 writes them: by layer and number of output."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            config = value.get("config")
            value = config.get("keras_history") if isinstance(config, Mapping) else None
        else:
            for inner in value.values():
                yield from _references(inner)
            return
    if not isinstance(value, list):
        return
    if len(value) >= 3 and isinstance(value[0], str) and all(type(n) is int for n in value[1:3]):
        yield value[0], value[2]
        return
    for inner in value:
        yield from _references(inner)
