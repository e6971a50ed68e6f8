"""What exporters take apart, put together again: the nodes of a graph as one would write them.

A dense layer comes as a product, a sum and a function; a bidirectional one as two layers and a
concatenation; a mean of two as a half of their sum. Nothing here changes what is computed. What no
output depends on is left out, for it is no part of the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from core.nodes import (
    LAST,
    STATE,
    Activation,
    Add,
    Average,
    BatchNormalization,
    Conv1D,
    Dense,
    Layer,
    Node,
    Port,
    Recurrent,
    port,
    recurrent_parts,
)

Nodes = dict[str, Node]


def fused(made: Mapping[str, Node], gives: Iterable[Port]) -> tuple[Nodes, dict[Port, Port]]:
    """The nodes that `gives` depend on, in order, and what ports are called now that had others."""
    gives = tuple(gives)
    nodes = _needed(made, gives)
    renamed: dict[Port, Port] = {}
    for name in list(nodes):
        node = nodes[name]
        below = nodes.get(node.reads[0]) if len(node.reads) == 1 else None
        alone = below is not None and _readers(nodes, gives)[below.name] == 1
        joined = _joined(below, node) if alone and below is not None else None
        if joined is not None:
            nodes[joined.name] = joined
            del nodes[name]
            renamed[name] = joined.name
            nodes = {n: _reading(each, {name: joined.name}) for n, each in nodes.items()}
            gives = tuple(joined.name if given == name else given for given in gives)
    nodes, ends = _with_ends(nodes, gives)
    names = _names(nodes)
    moved = {old: renamed_port(new, names) for old, new in (renamed | ends).items()} | names
    nodes = {names.get(n, n): _named(node, names) for n, node in nodes.items()}
    ports = {old: new for old, new in moved.items() if old != new}
    return nodes, ports


def renamed_port(of: Port, names: Mapping[str, str]) -> Port:
    """A port of a node that is called otherwise now."""
    for name in (of, of.rpartition(".")[0], of.rpartition(f".{STATE}.")[0]):
        if name in names:
            return names[name] + of.removeprefix(name)
    return of


def _needed(made: Mapping[str, Node], gives: tuple[Port, ...]) -> Nodes:
    """The nodes that others read, or that are given."""
    needed, kept = set(gives), []
    for node in reversed(list(made.values())):
        if needed & set(_ports(node)):
            kept.append(node)
            needed |= set(node.reads)
    return {node.name: node for node in kept[::-1]}


def _ports(node: Node) -> list[Port]:
    if not isinstance(node, Layer):
        return [node.name]
    states = [port(node.name, port(STATE, state)) for state in ("hidden", "cell")]
    return [node.name, port(node.name, LAST), *states]


def _readers(nodes: Nodes, gives: tuple[Port, ...]) -> Counter[Port]:
    """How often each port is read or given."""
    return Counter([read for node in nodes.values() for read in node.reads] + list(gives))


def _joined(below: Node, node: Node) -> Node | None:
    """The two as one node, called as the lower one; None where they are not one."""
    linear = isinstance(below, Dense | Conv1D) and below.activation == "linear"
    if isinstance(node, Activation) and linear:
        return replace(below, activation=node.activation)  # type: ignore[call-arg]
    if not isinstance(node, BatchNormalization) or not _scales(node):
        return None
    gamma, beta = node.gamma, node.beta
    assert gamma is not None
    assert beta is not None
    with np.errstate(invalid="ignore", over="ignore"):  # refused by the model, then
        if isinstance(below, Dense) and linear:
            gamma, beta = (each.astype(below.kernel.dtype) for each in (gamma, beta))
            bias = beta if below.bias is None else below.bias * gamma + beta
            plain = below.bias is None and not beta.any()
            return replace(below, kernel=below.kernel * gamma, bias=None if plain else bias)
        if isinstance(below, BatchNormalization) and _scales(below):
            assert below.gamma is not None
            assert below.beta is not None
            return replace(below, gamma=below.gamma * gamma, beta=below.beta * gamma + beta)
    count = len(below.reads)
    if isinstance(below, Add) and not beta.any() and (gamma == np.float32(1 / count)).all():
        return Average(below.name, reads=below.reads)
    return None


def _scales(node: BatchNormalization) -> bool:
    """Whether it is a scale and a shift alone."""
    plain = not node.moving_mean.any() and bool((node.moving_variance == 1).all())
    return plain and node.epsilon == 0 and node.gamma is not None and node.beta is not None


def _with_ends(nodes: Nodes, gives: tuple[Port, ...]) -> tuple[Nodes, dict[Port, Port]]:
    """Layers that return what is read of them; what starts another layer is a state.

    A layer of a pair is zero at masked steps; its last output is read as a state, which is not.
    """
    ends: dict[Port, Port] = {}
    starts = {node.name: _started(node) for node in nodes.values()}
    nodes = {name: replace(node, reads=starts[name]) for name, node in nodes.items()}
    read = _readers(nodes, gives)
    ended = {
        name: replace(node, returns="every" if read[name] or not read[port(name, LAST)] else "last")
        if isinstance(node, Layer)
        else node
        for name, node in nodes.items()
    }
    for pair in _pairs(ended):
        for layer in pair.layers:
            if pair.returns == "every":
                ended[layer.name] = replace(layer, zero_masked=True)
                ends[port(layer.name, LAST)] = port(layer.name, f"{STATE}.hidden")
    ended = {
        name: replace(node, reads=tuple(ends.get(read, read) for read in node.reads))
        for name, node in ended.items()
    }
    return ended, ends


def _started(node: Node) -> tuple[Port, ...]:
    """What a node reads; initial states of a layer are states."""
    if not isinstance(node, Layer):
        return node.reads
    sequence, *states = node.reads
    hidden = f"{STATE}.hidden"
    as_states = (
        port(state.removesuffix(f".{LAST}"), hidden) if state.endswith(f".{LAST}") else state
        for state in states
    )
    return (sequence, *as_states)


def _pairs(nodes: Nodes) -> list[Recurrent]:
    parts = recurrent_parts(tuple(nodes.values()), {n: node.reads for n, node in nodes.items()})
    unique = {part.name: part for part in parts.values() if part.merge is not None}
    return list(unique.values())


def _names(nodes: Nodes) -> dict[str, str]:
    """New names: the two of a pair after it, one step of a node after the node."""
    names: dict[str, str] = {}
    for name in nodes:
        plain = name.partition("@")[0]
        if plain != name and plain not in nodes:
            names[name] = plain
    paired = _pairs(nodes)
    for pair in paired:
        first = pair.layers[0].name.removesuffix(f"/{pair.layers[0].direction}")
        others = {*nodes, *names.values()} - {pair.name, *(layer.name for layer in pair.layers)}
        wanted = {layer.name: f"{first}/{layer.direction}" for layer in pair.layers}
        wanted[pair.name] = first
        if not others & set(wanted.values()):
            names |= wanted
    in_pairs = {layer.name for pair in paired for layer in pair.layers}
    for name, node in nodes.items():
        if isinstance(node, Layer) and name not in in_pairs:
            alone = name.removesuffix(f"/{node.direction}")
            taken = {*nodes, *names.values()}
            other = any(each.startswith(f"{alone}/") for each in nodes if each != name)
            if alone not in taken and not other:
                names[name] = alone
    return {old: new for old, new in names.items() if old != new}


def _named(node: Node, names: Mapping[str, str]) -> Node:
    return replace(_reading(node, names), name=names.get(node.name, node.name))


def _reading(node: Node, names: Mapping[str, str]) -> Node:
    return replace(node, reads=tuple(renamed_port(read, names) for read in node.reads))
