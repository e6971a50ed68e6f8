"""Normalisation of features: over the features of one step, or by what training has seen.

x̂ is x with its mean taken away and divided by its deviation; y = γ ⊙ x̂ + β. A layer normalisation
(Ba et al. 2016) takes mean and variance over the features of each step by itself. A batch
normalisation (Ioffe & Szegedy 2015) takes them, once trained, from moving averages that it has
kept; they are weights like others here, and have gradients, though no training follows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from core.activations import Array
from core.errors import OutOfRange
from core.nodes.base import Back, Contribution, Node, NodeTrace
from core.nodes.checks import check_shape
from core.nodes.flow import Flow


@dataclass(frozen=True, eq=False)
class LayerNormalization(Node):
    """y = γ ⊙ (x − μ)/σ + β, σ² = var(x) + ε; μ and var over the features of each step.

    `gamma` γ and `beta` β are (features,), or None where there is no scale or no centre.
    """

    gamma: Array | None
    beta: Array | None
    epsilon: float = 1e-3

    kind: ClassVar[str] = "layer_normalization"
    title: ClassVar[str] = "LayerNormalization"
    optional: ClassVar[tuple[str, ...]] = ("gamma", "beta")
    settings: ClassVar[tuple[str, ...]] = ("epsilon",)

    def __post_init__(self) -> None:
        if not self.epsilon > 0:
            what = f"epsilon of {self.name}"
            raise OutOfRange(what=what, found=self.epsilon, expected="more than 0")
        _check_shapes(self)

    @property
    def features(self) -> int | None:
        """The number of inputs and outputs; None without any weights."""
        return _size(self.gamma, self.beta)

    def resized(self, features: int | None) -> Self:
        """As many numbers of each kind."""
        return self.with_parameters(_ones(self, features))

    def run(self, *read: Flow) -> NodeTrace:
        """Y. Masked steps are normalised like others."""
        normal, _ = self._normal(read[0].values)
        return self.trace(read, read[0].giving(_scaled(normal, self.gamma, self.beta)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """From ∂loss/∂y; μ and σ are functions of x as well."""
        d = self.arrived(gradients, run)
        normal, deviation = self._normal(run.inputs)
        into = d if self.gamma is None else d * self.gamma  # y = γ ⊙ x̂ + β
        mean = into.mean(axis=-1, keepdims=True)  # x̂ = (x − μ)/σ: through μ,
        along = (into * normal).mean(axis=-1, keepdims=True)  # and through σ
        back = (into - mean - normal * along) / deviation
        return Back((back,), _shares(self, {"gamma": d * normal, "beta": d}))

    def _normal(self, x: Array) -> tuple[Array, Array]:
        """x̂, and σ (…, 1)."""
        deviation = np.sqrt(x.var(axis=-1, keepdims=True) + x.dtype.type(self.epsilon))
        return (x - x.mean(axis=-1, keepdims=True)) / deviation, deviation


@dataclass(frozen=True, eq=False)
class BatchNormalization(Node):
    """y = γ ⊙ (x − μ)/σ + β, σ² = v + ε; μ and v are what training has seen on average.

    `moving_mean` μ and `moving_variance` v are (features,), `gamma` γ and `beta` β as well, or
    None where there is no scale or no centre.
    """

    moving_mean: Array
    moving_variance: Array
    gamma: Array | None = None
    beta: Array | None = None
    epsilon: float = 1e-3

    kind: ClassVar[str] = "batch_normalization"
    title: ClassVar[str] = "BatchNormalization"
    needed: ClassVar[tuple[str, ...]] = ("moving_mean", "moving_variance")
    optional: ClassVar[tuple[str, ...]] = ("gamma", "beta")
    settings: ClassVar[tuple[str, ...]] = ("epsilon",)

    def __post_init__(self) -> None:
        _check_shapes(self)
        # Not-a-number passes: the model counts those of all its weights, and says so.
        if (self.moving_variance + self.epsilon <= 0).any():
            least = float(self.moving_variance.min())
            what = f"{self.name}/moving_variance + epsilon"
            raise OutOfRange(what=what, found=least + self.epsilon, expected="more than 0")

    @property
    def features(self) -> int:
        """The number of inputs and outputs."""
        return self.moving_mean.shape[0]

    def resized(self, features: int | None) -> Self:
        """As many numbers of each kind."""
        return self.with_parameters(_ones(self, features))

    def run(self, *read: Flow) -> NodeTrace:
        """Y. Masked steps are normalised like others."""
        normal = (read[0].values - self.moving_mean) / self._deviation
        return self.trace(read, read[0].giving(_scaled(normal, self.gamma, self.beta)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """From ∂loss/∂y; μ and σ do not depend on x."""
        d = self.arrived(gradients, run)
        normal = (run.inputs - self.moving_mean) / self._deviation
        into = d if self.gamma is None else d * self.gamma  # y = γ ⊙ x̂ + β
        back = into / self._deviation  # x̂ = (x − μ)/σ
        shares = {
            "gamma": d * normal,
            "beta": d,
            "moving_mean": -back,
            "moving_variance": -back * normal / (2 * self._deviation),  # σ = √(v + ε)
        }
        return Back((back,), _shares(self, shares))

    @property
    def _deviation(self) -> Array:
        return np.sqrt(self.moving_variance + self.moving_variance.dtype.type(self.epsilon))


def _size(*arrays: Array | None) -> int | None:
    return next((array.shape[0] for array in arrays if array is not None and array.ndim), None)


def _check_shapes(node: LayerNormalization | BatchNormalization) -> None:
    size = _size(*node.parameters().values())
    for name, array in node.parameters().items():
        check_shape(name, array, (size or 0,))


def _ones(node: Node, features: int | None) -> dict[str, Array]:
    """Weights for another number of features, which take no memory."""
    one = np.ones(())
    return {
        name: np.broadcast_to(one.astype(array.dtype), (features or 0,))
        for name, array in node.parameters().items()
    }


def _scaled(normal: Array, gamma: Array | None, beta: Array | None) -> Array:
    scaled = normal if gamma is None else normal * gamma
    return scaled if beta is None else scaled + beta


def _shares(node: Node, shares: dict[str, Array]) -> dict[str, Contribution]:
    """The gradients of those of the weights that the node has."""
    there = {name: d for name, d in shares.items() if getattr(node, name) is not None}
    return node.contributions(**{name: Contribution.of_sum(d) for name, d in there.items()})
