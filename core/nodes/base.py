"""Plain stages: what a model does to features without a loop, and how a gradient goes back.

Each says its own equations in both directions, as a cell does, so that a stage is one class in
one place: `run` records, `back` reads what was recorded. Their weights are fields, named in
`needed` and `optional`, and everything else that makes them up in `settings`; files, digests and
counts follow from these. Not chosen: a stage for dropout and its like, which do nothing once a
model is trained.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.activations import Array

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class NodeTrace:
    """What one plain stage did.

    `inputs` and `outputs` are (batch, time, features), or (batch, features) above the readout's
    step or a pooling; `preactivations` what went into the activation, None where there is none.
    """

    name: str
    inputs: Array
    outputs: Array
    preactivations: Array | None = None


@dataclass(frozen=True, eq=False)
class Back:
    """∂loss/∂ of what a plain stage read, and what its weights' gradients are made of.

    `products` are for z = x W, by the name of W: x and ∂loss/∂z. `added` are for weights that
    are added or multiplied in place, such as a bias: what each position contributes. All have
    the leading axes of the stage's inputs.
    """

    inputs: Array
    products: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    added: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Plain(ABC):
    """A stage without a loop."""

    name: str

    kind: ClassVar[str]
    needed: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[tuple[str, ...]] = ()
    reads_steps: ClassVar[bool] = False
    """Whether it makes sense of a sequence only, (batch, time, features)."""
    ends_steps: ClassVar[bool] = False
    """Whether it makes one vector, (batch, features), of a sequence."""

    @property
    def features(self) -> int | None:
        """The number of inputs (at each step); None where any will do."""
        return None

    def width(self, features: int) -> int:
        """The number of outputs (at each step), from that of the inputs."""
        return features

    @abstractmethod
    def run(self, x: Array, mask: Mask | None) -> NodeTrace:
        """What it makes of `x`. `mask` (batch, time) is False at steps to skip."""

    @abstractmethod
    def back(self, d: Array, run: NodeTrace, mask: Mask | None) -> Back:
        """From `d`, ∂loss/∂outputs, what `run` had read and what the weights did."""

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name."""
        named = {f"{self.name}/{w}": getattr(self, w) for w in (*self.needed, *self.optional)}
        return {name: array for name, array in named.items() if array is not None}

    def with_parameters(self, values: Mapping[str, Array]) -> Self:
        """The same stage with other weights; names not in `values` stay."""
        prefix = f"{self.name}/"
        own: dict[str, Any] = {
            name.removeprefix(prefix): values[name] for name in self.parameters() if name in values
        }
        return replace(self, **own)


class Activated(Plain):
    """A plain stage whose last step is an activation, so that a loss can be measured before it."""

    activation: str

    @abstractmethod
    def back_from(self, d: Array, run: NodeTrace) -> Back:
        """As `back`, from `d`, ∂loss/∂ of the pre-activations."""
