"""Dense layers, and activations that stand alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from core import activations
from core.activations import Array
from core.errors import ShapeMismatch
from core.nodes.base import Activated, Back, Contribution, NodeTrace
from core.nodes.checks import check_shape
from core.nodes.flow import MAIN, PREACTIVATIONS, Flow, Spec


@dataclass(frozen=True, eq=False)
class Dense(Activated):
    """y = φ(z), z = x W + b: `kernel` W (features, units), `bias` b (units,) or None."""

    kernel: Array
    bias: Array | None
    activation: str = "linear"

    kind: ClassVar[str] = "dense"
    title: ClassVar[str] = "Dense"
    needed: ClassVar[tuple[str, ...]] = ("kernel",)
    optional: ClassVar[tuple[str, ...]] = ("bias",)
    settings: ClassVar[tuple[str, ...]] = ("activation",)

    def __post_init__(self) -> None:
        activations.get(self.activation)
        if self.kernel.ndim != 2:
            expected = "(features, units)"
            raise ShapeMismatch(what=self.name, found=self.kernel.shape, expected=expected)
        if self.bias is not None:
            check_shape(f"{self.name}/bias", self.bias, (self.outputs,))

    @property
    def features(self) -> int:
        """The number of inputs."""
        return self.kernel.shape[0]

    @property
    def outputs(self) -> int:
        """The number of units."""
        return self.kernel.shape[1]

    def resized(self, features: int | None) -> Self:
        """A kernel of as many rows."""
        zero = np.zeros((), self.kernel.dtype)
        rows = np.broadcast_to(zero, (features or 0, self.outputs))
        return self.with_parameters({f"{self.name}/kernel": rows})

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The units, at each step that there is."""
        return {MAIN: replace(self.check_features(read[0]), features=self.outputs)}

    def run(self, *read: Flow) -> NodeTrace:
        """Y, and z before the activation."""
        z = read[0].values @ self.kernel
        if self.bias is not None:
            z += self.bias
        y = activations.get(self.activation)(z)
        return self.trace(read, read[0].giving(y), recorded={PREACTIVATIONS: z})

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """From ∂loss/∂y, or from ∂loss/∂z."""
        d = before_activation(self, gradients, run)
        return Back(
            (d @ self.kernel.T,),  # z = x W + …
            self.contributions(
                kernel=Contribution.of_product(run.inputs, d),
                bias=None if self.bias is None else Contribution.of_sum(d),  # z = … + b
            ),
            {PREACTIVATIONS: d},
        )


@dataclass(frozen=True, eq=False)
class Activation(Activated):
    """y = φ(x), for each number, or along the features for a softmax."""

    activation: str

    kind: ClassVar[str] = "activation"
    title: ClassVar[str] = "Activation"
    settings: ClassVar[tuple[str, ...]] = ("activation",)

    def __post_init__(self) -> None:
        activations.get(self.activation)

    def run(self, *read: Flow) -> NodeTrace:
        """Y; its pre-activations are x."""
        x = read[0].values
        y = activations.get(self.activation)(x)
        return self.trace(read, read[0].giving(y), recorded={PREACTIVATIONS: x})

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """From ∂loss/∂y, or from ∂loss/∂x, which is what is asked for."""
        d = before_activation(self, gradients, run)
        return Back((d,), arrays={PREACTIVATIONS: d})


def before_activation(node: Activated, gradients: Mapping[str, Array], run: NodeTrace) -> Array:
    """∂loss/∂z for y = φ(z), from ∂loss/∂y and from what meets z itself."""
    if PREACTIVATIONS in gradients and MAIN not in gradients:
        return gradients[PREACTIVATIONS]
    assert run.before_activation is not None
    d = activations.get(node.activation).backward(
        node.arrived(gradients, run), outputs=run.outputs, inputs=run.before_activation
    )
    return d + gradients[PREACTIVATIONS] if PREACTIVATIONS in gradients else d
