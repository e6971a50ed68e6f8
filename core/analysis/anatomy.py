"""What a model is made of, stage by stage: what each gives, through which functions, at what cost.

Everything is read off the stages, nothing is run. Not chosen: the shapes of a recorded run, which
would need inputs first.
"""

from __future__ import annotations

from dataclasses import dataclass

from core import cells
from core.analysis.parameters import StageCount, count_parameters
from core.model import Model
from core.nodes import Activated, Embedding, Masking, Recurrent


@dataclass(frozen=True)
class Part:
    """One stage.

    `kind` is the name of its cell or its own, such as "dense"; `outputs` how many numbers it
    gives, at each step if `every_step`, else once. `activations` are those of its states and of
    its gates, or its own; () for none. `both_ways`: two layers that read in opposite directions.
    `count` are its parameters, None where it has none.
    """

    name: str
    kind: str
    outputs: int
    every_step: bool
    activations: tuple[str, ...]
    both_ways: bool
    count: StageCount | None


def anatomy(model: Model) -> tuple[Part, ...]:
    """The stages, first to last."""
    counts = {count.name: count for count in count_parameters(model).stages}
    parts, width, every = [], model.features, True
    for stage in model.stages:
        activations: tuple[str, ...] = ()
        both, kind = False, ""
        if isinstance(stage, Embedding):
            kind, width = "embedding", stage.outputs
        elif isinstance(stage, Recurrent):
            first = stage.layers[0]
            kind, width, every = first.cell, stage.outputs, stage.returns == "every"
            gates = [first.recurrent_activation] if cells.get(first.cell).gated else []
            activations = (first.activation, *gates)
            both = len(stage.layers) == 2
        else:
            kind, width = stage.kind, stage.width(width)
            every = every and not stage.ends_steps
            activations = (stage.activation,) if isinstance(stage, Activated) else ()
        parts.append(
            Part(stage.name, kind, width, every, activations, both, counts.get(stage.name))
        )
    return tuple(parts)


def masks(model: Model) -> str:
    """What makes steps be skipped: "zero" for id 0, "masking" for a Masking layer, else "none"."""
    if model.embedding is not None and model.embedding.mask_zero:
        return "zero"
    return "masking" if any(isinstance(stage, Masking) for stage in model.stages) else "none"
