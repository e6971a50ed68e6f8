"""What a model is made of, part by part: what each gives, through which functions, at what cost.

Everything is read off the nodes, nothing is run. Not chosen: the shapes of a recorded run, which
would need inputs first.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import cells
from core.analysis.parameters import StageCount, count_parameters
from core.model import Model
from core.nodes import Activated, Masking, Recurrent, nodes_of
from core.nodes import Part as AnyPart


@dataclass(frozen=True)
class Part:
    """One node, or the three of a bidirectional layer.

    `kind` is the name of its cell or its own, such as "dense"; `reads` the parts that it reads;
    `outputs` how many numbers it gives, at each step if `every_step`, else once. `activations` are
    those of its states and of its gates, or its own; () for none. `both_ways`: two layers that
    read in opposite directions. `count` are its parameters, None where it has none.
    """

    name: str
    kind: str
    reads: tuple[str, ...]
    outputs: int
    every_step: bool
    activations: tuple[str, ...]
    both_ways: bool
    count: StageCount | None


def anatomy(model: Model) -> tuple[Part, ...]:
    """The parts, in the order of the nodes."""
    counts = {count.name: count for count in count_parameters(model).stages}
    return tuple(_part(model, part, counts.get(part.name)) for part in model.parts)


def _part(model: Model, part: AnyPart, count: StageCount | None) -> Part:
    wiring, nodes = model.wiring, nodes_of([part])
    spec = wiring.specs[nodes[-1].hands_on]
    below = [wiring.owners[read] for read in wiring.reads[nodes[0].name] if read in wiring.owners]
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
        reads=tuple(dict.fromkeys(model.parts_by_node[name].name for name in below)),
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
