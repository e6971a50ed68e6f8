"""What reads what: the ports of a model's nodes resolved, and checked to fit.

A node that names nothing reads what the node before it hands on, so a chain needs no wires. Names
are resolved once, in the order of the nodes: a node reads only what stands before it, so there is
no circle. What flows through each port is known before anything runs (`Spec`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from core.errors import UnknownName, UnsupportedModel
from core.nodes import MAIN, READ, Conv1D, Embedding, Flatten, Input, Layer, Node, Port, Spec, port

INPUT = "input"
"""What the first node of a chain reads, if the model has no `Input` that says its name."""
GIVEN = "given"
"""The port of an Input at which the caller's values enter."""


@dataclass(frozen=True)
class Wiring:
    """`reads` says for each node by name what ports it reads; `specs` what flows at each port.

    `inputs` are the ports at which values enter, by the name that callers use; `owners` the names
    of the nodes that the other ports belong to.
    """

    reads: Mapping[str, tuple[Port, ...]]
    specs: Mapping[Port, Spec]
    inputs: Mapping[str, Port]
    owners: Mapping[Port, str]

    def readers(self, of: Port) -> Iterator[str]:
        """The names of the nodes that read a port."""
        return (name for name, ports in self.reads.items() if of in ports)

    def embedding(self, of: str, nodes: Sequence[Node]) -> Embedding | None:
        """The embedding of an input, None where that is numbers. Raises UnknownName."""
        if of not in self.inputs:
            raise UnknownName(kind="input", found=of, known=", ".join(self.inputs))
        names = {*self.readers(self.inputs[of]), *self.readers(of)}
        readers = (node for node in nodes if node.name in names)
        return next((node for node in readers if isinstance(node, Embedding)), None)


def wire(nodes: Sequence[Node]) -> Wiring:
    """The wiring of a model.

    Raises UnsupportedModel where a node reads what is not there, or the nodes make no model that
    can be run; ShapeMismatch where what a node reads does not fit it.
    """
    # A convolution goes along the steps as well, and Flatten lays them side by side: models that
    # forecast are compared with such. Files are held to a recurrent layer where they are read.
    if not any(isinstance(node, Layer | Conv1D | Flatten) for node in nodes):
        check_unrolls(())
    _check_names(nodes)
    inputs = {node.name: port(node.name, GIVEN) for node in nodes if isinstance(node, Input)}
    specs: dict[Port, Spec] = {
        port(node.name, GIVEN): node.spec()[MAIN] for node in nodes if isinstance(node, Input)
    }
    if not inputs:
        inputs = {INPUT: INPUT}
        specs[INPUT] = _first(nodes)
    reads: dict[str, tuple[Port, ...]] = {}
    owners: dict[Port, str] = {}
    by_name = {node.name: node for node in nodes}
    before = INPUT
    for node in nodes:
        ports = (port(node.name, GIVEN),) if isinstance(node, Input) else node.reads or (before,)
        reads[node.name] = tuple(_resolved(read, reads) for read in ports)
        for read in reads[node.name]:
            if read not in specs:
                what = f"{node.name}, which reads {read},"
                raise UnsupportedModel(what=what, why="no node before it gives that")
        read_specs = [specs[read] for read in reads[node.name]]
        _check_order(node, read_specs[0], by_name)
        given = node.spec(*read_specs)
        specs |= {port(node.name, of): replace(spec, of=node.name) for of, spec in given.items()}
        owners |= {port(node.name, of): node.name for of in given}
        before = node.hands_on
    return Wiring(reads, specs, inputs, owners)


def check_unrolls(layers: Sequence[Layer]) -> None:
    """Raises UnsupportedModel where there is no recurrent layer, for whom one is needed."""
    if not layers:
        raise UnsupportedModel(what="A model without a recurrent layer", why="nothing unrolls")


def _first(nodes: Sequence[Node]) -> Spec:
    """What the first node of a chain reads: token ids, or as many features as weights ask for."""
    if isinstance(nodes[0], Embedding):
        return Spec(None)
    # What a Flatten has laid side by side is read step by step.
    steps = prod(node.steps for node in nodes[:1] if isinstance(node, Flatten))
    return Spec(next(node.features for node in nodes if node.features is not None) // steps)


def _resolved(read: Port, reads: Mapping[str, tuple[Port, ...]]) -> Port:
    """The port itself, for one that says "what that node reads"."""
    name, dot, of = read.rpartition(".")
    return reads[name][0] if dot and of == READ and name in reads else read


def _check_order(node: Node, spec: Spec, by_name: Mapping[str, Node]) -> None:
    """Raises UnsupportedModel, with the mend, for a recurrent layer that gets one step of one."""
    if isinstance(node, Layer) and isinstance(by_name.get(spec.of), Layer) and not spec.steps:
        why = "the next recurrent layer needs every step; give it returns='every'"
        raise UnsupportedModel(what="A recurrent layer above the last step of another", why=why)


def _check_names(nodes: Sequence[Node]) -> None:
    """Raises UnsupportedModel where two weights, or two nodes, have one name."""
    for what, names in (
        ("weights", [name for node in nodes for name in node.parameters()]),
        ("nodes", [node.name for node in nodes]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UnsupportedModel(what=f"Two {what} called {twice[0]}", why="names must differ")
