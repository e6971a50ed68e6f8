"""Layer-wise relevance propagation: the answer taken apart along the sums that it is made of.

Every sum z = Σ_j x_j w_j + b hands the relevance of its result on in proportion to its terms,
x_j w_j / (z + ε sign z); a gate gives what passes through it to the signal, and keeps nothing
(Bach et al. 2015; for LSTM and GRU Arras, Montavon, Müller & Samek 2017). What biases, initial
states and ε take is missing from the sum of the shares.

In terms of m = R / x this is a way back like that of gradients, with φ(z)/z in place of slopes and
gates held fixed (`core/cells/relevance.py` says it for cells); so nodes that are sums go back as
they are. Cost: one way back through the interpreted equations, for every cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from core.activations import Array
from core.cells import get
from core.cells.loops import WayBack
from core.cells.relevance import RelevantCell, handed_on
from core.errors import UnsupportedModel
from core.model import Model
from core.nodes import (
    MAIN,
    PREACTIVATIONS,
    Activated,
    Activation,
    Add,
    Average,
    BatchNormalization,
    Concatenate,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling,
    GlobalMaxPooling,
    Input,
    Layer,
    LayerTrace,
    Masking,
    Node,
    NodeTrace,
    port,
)
from core.trace import Trace

_SUMS = (
    Activation, Add, Average, BatchNormalization, Concatenate, Dense, Embedding, Flatten,
    GlobalAveragePooling, GlobalMaxPooling, Input, Layer, Masking,
)  # fmt: skip
"""Nodes that are sums, choices, or hand on what they read."""


class _Explained(LayerTrace):
    """What a layer did, to be gone back through by its relevance."""

    @property
    def way_back(self) -> WayBack:
        return RelevantCell(get(self.cell))


def relevance(model: Model, run: Trace, answered: Array) -> Array:
    """The relevance of everything that is read, (batch, time, features).

    `answered` says what of: 1 at the numbers of the answer that are asked about, before their
    activation, 0 elsewhere. Raises UnsupportedModel for a part that is no sum.
    """
    for node in model.nodes:
        if not isinstance(node, _SUMS):
            why = "relevance is defined for sums and gates"
            raise UnsupportedModel(what=f"Relevance through {node.title} ({node.name})", why=why)
    ((given, _),) = run.outputs_by_port.items()
    owner = model.wiring.owners[given]
    before = run.nodes[owner].before_activation is not None
    arrived = {port(owner, PREACTIVATIONS) if before else given: answered}
    for node in reversed(model.nodes):
        did = run.nodes[node.name]
        ports = {of: port(node.name, of) for of in (*did.gave, PREACTIVATIONS)}
        here = {of: arrived[at] for of, at in ports.items() if at in arrived}
        if not here:
            continue
        seen = _explained(did) if isinstance(did, LayerTrace) else did
        back = node.back(_before_activation(node, here, did), seen)
        for read, m in zip(model.wiring.reads[node.name], back.inputs, strict=False):
            if m is not None:
                arrived[read] = arrived[read] + m if read in arrived else m
    (entrance,) = model.wiring.inputs.values()
    m = arrived.get(entrance, np.zeros_like(run.inputs))
    return run.inputs * m


def _explained(run: LayerTrace) -> _Explained:
    return _Explained(**{each.name: getattr(run, each.name) for each in fields(run)})


def _before_activation(
    node: Node, arrived: Mapping[str, Array], run: NodeTrace
) -> Mapping[str, Array]:
    """What reaches an activation, carried past it: φ(z)/z in place of its slope."""
    z = run.before_activation
    if z is None or MAIN not in arrived or not isinstance(node, Activated):
        return arrived
    return {PREACTIVATIONS: arrived[MAIN] * handed_on(run.outputs, z)}
