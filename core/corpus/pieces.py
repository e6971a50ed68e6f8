"""How may a model's texts be put together, or taken apart, so that no number changes?

Side by side: texts of different lengths are padded after their end and masked, where every node
honours a mask. A convolution does not, so its model reads texts of one length at a time. In
pieces: a text of millions of tokens is read a piece at a time, each from the states that the one
before left, where nothing but these states goes from step to step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core import cells
from core.activations import Array
from core.corpus.errors import NotACorpusModel
from core.model import Model
from core.nodes import Layer, Node
from core.trace import Trace

STEP_BY_STEP = frozenset(
    {
        *("input", "embedding", "dense", "activation", "masking", "layer_normalization"),
        *("batch_normalization", "concatenate", "add", "average", "multiply"),
    }
)
"""Kinds of nodes that make each step of its own."""
MASKED = STEP_BY_STEP | {"recurrent", "global_max_pooling", "global_average_pooling"}
"""Kinds that leave masked steps out, or alone."""

LARGEST_TRACE = 24_000_000
"""Bytes that the trace of one group of texts may take, of which each core computes one."""
FEWEST_STEPS = 64


def check_model(model: Model) -> None:
    """Raises NotACorpusModel for a model that reads no tokens, or several texts at once."""
    if len(model.inputs) > 1:
        raise NotACorpusModel(model=model.name, what=f"{', '.join(model.inputs)} together")
    if model.embedding is None:
        raise NotACorpusModel(model=model.name, what="numbers")
    if not model.layers:
        raise NotACorpusModel(model=model.name, what="tokens without a recurrent layer")


def can_pad(model: Model) -> bool:
    """Whether texts of different lengths may be read side by side."""
    return all(node.kind in MASKED for node in model.nodes)


def why_whole(model: Model) -> str:
    """Why texts have to be read whole; "" where they may be read in pieces."""
    for node in model.nodes:
        if isinstance(node, Layer):
            if node.direction == "backward":
                return f"{node.name} reads from the end"
            if len(model.wiring.reads[node.name]) > 1:
                return f"{node.name} begins with states of another layer"
        elif node.kind not in STEP_BY_STEP:
            return f"{node.name} is a {node.title}"
    return ""


@dataclass(frozen=True)
class Room:
    """How much of a model's trace fits in memory: `steps`, those of all texts of a batch."""

    steps: int
    bytes_a_step: int

    @classmethod
    def of(cls, model: Model) -> Room:
        """What a step of a model takes while it is recorded, estimated from above."""
        each = sum(_numbers(model, node) for node in model.nodes) * model.dtype.itemsize
        return cls(max(FEWEST_STEPS, LARGEST_TRACE // max(each, 1)), each)


def _numbers(model: Model, node: Node) -> int:
    given = model.wiring.specs[node.hands_on]
    if isinstance(node, Layer):
        cell = cells.get(node.cell)
        return node.units * (2 * (len(cell.maps) + len(cell.gates)) + 3 * len(cell.states))
    return 2 * (given.features or 1)


def after(trace: Trace) -> dict[str, Mapping[str, Array]]:
    """The states that a piece leaves, by layer, from which the next piece is read: (1, units)."""
    return {
        layer.name: {name: state[:, -1].copy() for name, state in layer.states.items()}
        for layer in trace.layers
    }
