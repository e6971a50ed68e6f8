"""The simple recurrent network.

    h_t = φ(x_t W + h_{t−1} U + b)

Elman 1990, as Keras computes it. Shapes: x (batch, features); h (batch, units);
W (features, units); U (units, units); b (units,). It has no gates: what it computes is its state.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import NamedTuple

import numpy as np

from core.activations import Activation, Array
from core.cells.base import Backward, Cell, Kernels, Record


class Step(NamedTuple):
    """Views of one step. z: pre-activation."""

    z: Array
    hidden_part: Array
    h_before: Array
    h: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…."""

    hidden: Array
    d_z: Array
    slopes: Array


class SimpleRNN(Cell):
    """No gates; one map and one state, both called hidden."""

    name = "simple_rnn"
    gates = ()
    maps = ("hidden",)
    stacked = maps
    states = ("hidden",)
    candidate = "hidden"

    def steps(self, record: Record) -> Iterable[Step]:
        rows = zip(
            record.preactivations[:, :, 0], repeat(np.empty_like(record.states["hidden"][0])),
            record.before("hidden"), record.after("hidden"),
        )  # fmt: skip
        return map(Step._make, rows)

    def step(self, now: Step, kernels: Kernels) -> None:
        np.matmul(now.h_before, kernels.recurrent_kernel, out=now.hidden_part)
        np.add(now.z, now.hidden_part, out=now.z)  # z = x W + b + h₋₁ U
        kernels.activation.function(now.z, now.h)  # h = φ(z)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        z = record.preactivations[:, :, 0]
        slopes = kernels.activation.slope(record.after("hidden"), z)
        rows = zip(into.states["hidden"], into.preactivations[:, :, 0], slopes, strict=True)
        return map(BackwardStep._make, reversed(list(rows)))

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        np.multiply(now.hidden, now.slopes, out=now.d_z)  # h = φ(z)
        np.matmul(now.d_z, kernels.recurrent_kernel.T, out=carried["hidden"])  # z = … + h₋₁ U

    def activation_of(self, name: str, kernels: Kernels) -> Activation:
        return kernels.activation
