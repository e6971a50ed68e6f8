"""Dense layers, and activations that stand alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core import activations
from core.activations import Array
from core.errors import ShapeMismatch
from core.nodes.base import Activated, Back, Mask, NodeTrace
from core.nodes.checks import check_shape


@dataclass(frozen=True, eq=False)
class Dense(Activated):
    """y = φ(z), z = x W + b: `kernel` W (features, units), `bias` b (units,) or None."""

    kernel: Array
    bias: Array | None
    activation: str = "linear"

    kind: ClassVar[str] = "dense"
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

    def width(self, features: int) -> int:
        """The number of units."""
        return self.outputs

    def run(self, x: Array, mask: Mask | None = None) -> NodeTrace:
        """Y, and z before the activation."""
        z = x @ self.kernel
        if self.bias is not None:
            z += self.bias
        return NodeTrace(self.name, x, activations.get(self.activation)(z), z)

    def back(self, d: Array, run: NodeTrace, mask: Mask | None = None) -> Back:
        """From ∂loss/∂y."""
        return self.back_from(_past(self.activation, d, run), run)

    def back_from(self, d: Array, run: NodeTrace) -> Back:
        """From ∂loss/∂z."""
        added = {} if self.bias is None else {"bias": d}  # z = … + b
        return Back(d @ self.kernel.T, {"kernel": (run.inputs, d)}, added)  # z = x W + …


@dataclass(frozen=True, eq=False)
class Activation(Activated):
    """y = φ(x), for each number, or along the features for a softmax."""

    activation: str

    kind: ClassVar[str] = "activation"
    settings: ClassVar[tuple[str, ...]] = ("activation",)

    def __post_init__(self) -> None:
        activations.get(self.activation)

    def run(self, x: Array, mask: Mask | None = None) -> NodeTrace:
        """Y; its pre-activations are x."""
        return NodeTrace(self.name, x, activations.get(self.activation)(x), x)

    def back(self, d: Array, run: NodeTrace, mask: Mask | None = None) -> Back:
        """From ∂loss/∂y."""
        return self.back_from(_past(self.activation, d, run), run)

    def back_from(self, d: Array, run: NodeTrace) -> Back:
        """From ∂loss/∂x, which is what is asked for."""
        return Back(d)


def _past(name: str, d: Array, run: NodeTrace) -> Array:
    """∂loss/∂z from ∂loss/∂y, for y = φ(z)."""
    assert run.preactivations is not None
    return activations.get(name).backward(d, outputs=run.outputs, inputs=run.preactivations)
