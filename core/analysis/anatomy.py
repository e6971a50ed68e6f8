"""What a model is made of, part by part: what each gives, through which functions, at what cost.

Everything is read off the nodes, nothing is run. Not chosen: the shapes of a recorded run, which
would need inputs first.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import cells
from core.analysis.parameters import StageCount, count_parameters
from core.model import Model
from core.nodes import Activated, Input, Masking, Recurrent, nodes_of
from core.nodes import Part as AnyPart


@dataclass(frozen=True)
class Part:
    """One node, or the three of a bidirectional layer.

    `kind` is the name of its cell or its own, such as "dense"; `reads` the parts that it reads,
    or names of inputs; `depth` how many parts what is read has passed through before it;
    `outputs` how many numbers it gives, at each step if `every_step`, else once. `activations` are
    those of its states and of its gates, or its own; () for none. `both_ways`: two layers that
    read in opposite directions. `count` are its parameters, None where it has none.
    """

    name: str
    kind: str
    reads: tuple[str, ...]
    depth: int
    outputs: int
    every_step: bool
    activations: tuple[str, ...]
    both_ways: bool
    count: StageCount | None


def anatomy(model: Model) -> tuple[Part, ...]:
    """The parts, in the order of the nodes."""
    counts = {count.name: count for count in count_parameters(model).stages}
    parts: dict[str, Part] = {}
    for part in model.parts:
        reads = _reads(model, part)
        depth = 1 + max((parts[name].depth for name in reads if name in parts), default=0)
        depth = 0 if isinstance(part, Input) else depth
        parts[part.name] = _part(model, part, reads, depth, counts.get(part.name))
    return tuple(parts.values())


def _reads(model: Model, part: AnyPart) -> tuple[str, ...]:
    """What a part reads: parts, and for what enters no part before it, the input's name."""
    if isinstance(part, Input):
        return ()
    owners, ports = model.wiring.owners, model.wiring.reads[nodes_of([part])[0].name]
    named = (model.parts_by_node[owners[at]].name if at in owners else at for at in ports)
    return tuple(dict.fromkeys(named))


def _part(
    model: Model, part: AnyPart, reads: tuple[str, ...], depth: int, count: StageCount | None
) -> Part:
    spec = model.wiring.specs[nodes_of([part])[-1].hands_on]
    activations: tuple[str, ...] = ()
    if isinstance(part, Recurrent):
        layer = part.layers[0]
        gates = [layer.recurrent_activation] if cells.get(layer.cell).gated else []
        activations = (layer.activation, *gates)
    elif isinstance(part, Activated):
        activations = (part.activation,)
    return Part(
        name=part.name,
        kind=part.layers[0].cell if isinstance(part, Recurrent) else part.kind,
        reads=reads,
        depth=depth,
        outputs=spec.features or 0,
        every_step=spec.steps,
        activations=activations,
        both_ways=isinstance(part, Recurrent) and len(part.layers) == 2,
        count=count,
    )


def masks(model: Model) -> str:
    """What makes steps be skipped: "zero" for id 0, "masking" for a Masking layer, else "none"."""
    if model.embedding is not None and model.embedding.mask_zero:
        return "zero"
    return "masking" if any(isinstance(node, Masking) for node in model.nodes) else "none"
