"""How the layers of a functional Keras model call one another, read as plain data.

Keras 2 writes what a layer reads as `[[["before", 0, 0, {…}]]]`, Keras 3 as the arguments of a
call, with the `keras_history` of every tensor among them. Both say of a tensor which layer gave
it, at which of its calls, and as which of its outputs: here a `Ref`. What the layers do with what
they read, and which options of a call mean something, is said in `keras/reader.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.importers.errors import BrokenFile, shown


class Ref(NamedTuple):
    """A tensor: output number `output` of call number `call` of a layer."""

    layer: str
    call: int
    output: int


@dataclass(frozen=True)
class Call:
    """One call of a layer: what is given by position, and by name; tensors are `Ref`s."""

    args: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


Key = tuple[str, int]
"""A call of a layer: the layer's name, and which of its calls."""


def calls_of(entry: Mapping[str, Any], *, where: str) -> tuple[Call, ...]:
    """The calls of a layer, from its entry in a functional model. Raises BrokenFile."""
    nodes = entry.get("inbound_nodes", [])
    if not isinstance(nodes, list):
        raise BrokenFile(entry=where, why="it does not say what it reads")
    return tuple(
        _of_keras_3(node, where=where) if isinstance(node, Mapping) else _of_keras_2(node, where)
        for node in nodes
    )


def refs(value: Any) -> Iterator[Ref]:
    """The tensors in a value, in order."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, tuple | Mapping):
        for inside in value.values() if isinstance(value, Mapping) else value:
            yield from refs(inside)


def ends(listed: Any) -> tuple[Ref, ...]:
    """The tensors that a model lists as its inputs or outputs, also by names or one by itself."""
    return tuple(refs(_converted(listed)))


def order_of(
    calls: Mapping[str, Sequence[Call]], *, given: Sequence[Key], wanted: Sequence[Ref], where: str
) -> tuple[list[Key], Mapping[str, int]]:
    """The calls that `wanted` depend on, each after those it reads; and how many each layer has.

    Raises BrokenFile where layers are missing, read one another in a circle, or read nothing.
    """
    done: dict[Key, None] = dict.fromkeys(given)
    order: list[Key] = []
    opened: set[Key] = set()
    # Not recursion: a file may be as deep as it is long.
    stack = [checked(ref, calls, where=where) for ref in reversed(wanted)]
    while stack:
        key = stack[-1]
        if key in done:
            stack.pop()
            continue
        name, call = key
        if not calls[name]:
            why = f"'{shown(name)}' reads nothing, and is not an input of the model"
            raise BrokenFile(entry=where, why=why)
        reads = [calls[name][call].args, tuple(calls[name][call].options.values())]
        before = [checked(ref, calls, where=where) for ref in refs(tuple(reads))]
        missing = [one for one in reversed(before) if one not in done]
        if not missing:
            done[key] = None
            order.append(key)
            stack.pop()
        elif key in opened:
            raise BrokenFile(entry=where, why="the layers read one another in a circle")
        else:
            opened.add(key)
            stack += missing
    times: dict[str, int] = {}
    for name, _ in order:
        times[name] = times.get(name, 0) + 1
    return order, times


def checked(ref: Ref, calls: Mapping[str, Sequence[Call]], *, where: str) -> Key:
    """The call that gave a tensor. Raises BrokenFile where it is not there."""
    if ref.layer not in calls:
        raise BrokenFile(entry=where, why=f"there is no layer '{shown(ref.layer)}'")
    made = len(calls[ref.layer])
    if made <= 1:  # files count the calls outside the model, too
        return ref.layer, 0
    if not 0 <= ref.call < made:
        why = f"'{shown(ref.layer)}' is called {made} times, and call {ref.call} is read"
        raise BrokenFile(entry=where, why=why)
    return ref.layer, ref.call


def _of_keras_3(node: Mapping[str, Any], *, where: str) -> Call:
    args, options = node.get("args"), node.get("kwargs")
    if not isinstance(args, list) or not isinstance(options, Mapping):
        raise BrokenFile(entry=where, why="it does not say what it reads")
    call = Call(_converted(args), {name: _converted(value) for name, value in options.items()})
    if not any(refs((call.args, call.options))):
        raise BrokenFile(entry=where, why="it does not say what it reads")
    return call


def _of_keras_2(node: Any, where: str) -> Call:
    if not isinstance(node, list) or not node:
        raise BrokenFile(entry=where, why="it does not say what it reads")
    tensors = node if isinstance(node[0], list) else [node]
    options: dict[str, Any] = {}
    for tensor in tensors:
        if isinstance(tensor, list) and len(tensor) == 4 and isinstance(tensor[3], Mapping):
            options |= {name: _converted(value) for name, value in tensor[3].items()}
    read = ends([tensor[:3] if isinstance(tensor, list) else tensor for tensor in tensors])
    if len(read) != len(tensors):
        raise BrokenFile(entry=where, why="it does not say what it reads")
    return Call((read if len(read) > 1 else read[0],), options)


def _converted(value: Any) -> Any:
    """A JSON value with a `Ref` for each tensor, as Keras 2 or 3 writes them, and no lists."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            config = value.get("config")
            value = config.get("keras_history") if isinstance(config, Mapping) else None
        else:
            return {name: _converted(inside) for name, inside in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) >= 3 and isinstance(value[0], str) and all(type(n) is int for n in value[1:3]):
        return Ref(*value[:3])
    return tuple(_converted(inside) for inside in value)
