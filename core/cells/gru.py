"""The gated recurrent unit, in the convention of Keras: z near 1 keeps.

    z_t = σ(x_t W_z + b_z + h_{t−1} U_z + d_z)              update gate: how much is kept
    r_t = σ(x_t W_r + b_r + h_{t−1} U_r + d_r)              reset gate: how much the candidate sees
    g_t = φ(x_t W_g + b_g + r_t ⊙ (h_{t−1} U_g + d_g))      candidate, reset_after (Keras, cuDNN)
    g_t = φ(x_t W_g + b_g + (r_t ⊙ h_{t−1}) U_g)            candidate, reset before (the paper)
    h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ g_t                   hidden state

Cho et al. 2014 (whose z keeps too; Chung et al. 2014 write the opposite). Shapes: x (batch,
features); h and the gates (batch, units); W (features, units); U (units, units); b and d
(units,). Only reset_after has the recurrent bias d. σ is the recurrent activation, φ the
activation.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Backward, Cell, Kernels, Record


class Step(NamedTuple):
    """Views of one step. a: pre-activations; z, r, g, h as above; the rest is room to work in."""

    a_gates: Array
    gates: Array
    a_candidate: Array
    z: Array
    r: Array
    g: Array
    h_before: Array
    h: Array
    product: Array
    product_gates: Array
    product_candidate: Array
    narrow: Array
    narrow_gates: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…. `inner` is what the reset gate multiplies."""

    hidden: Array
    d_a: Array
    d_gates: Array
    d_through: Array
    slopes: Array
    inner: Array
    z: Array
    r: Array
    keep: Array
    write: Array


class GRU(Cell):
    """Gates update, reset, candidate; state hidden."""

    name = "gru"
    gates = ("update", "reset", "candidate")
    maps = gates
    stacked = gates
    states = ("hidden",)
    candidate = "candidate"

    def standing_bias(self, kernels: Kernels) -> Array:
        if not kernels.reset_after:
            return kernels.bias
        standing = kernels.bias.copy()
        standing[:2] += kernels.recurrent_bias[:2]
        return standing

    def parts(
        self, name: str, *, record: Record, kernels: Kernels, inputs: Array
    ) -> tuple[Array, Array, Array]:
        found = super().parts(name, record=record, kernels=kernels, inputs=inputs)
        if name != "candidate" or not kernels.reset_after:
            return found
        from_input, product, _ = found
        r = record.gates[:, :, 1]
        return from_input, r * product, kernels.bias[2] + r * kernels.recurrent_bias[2]

    def separates_recurrent(self, kernels: Kernels) -> bool:
        return kernels.reset_after

    def masks_hidden(self, name: str, kernels: Kernels) -> bool:
        return name == "candidate" and not kernels.reset_after

    def recurrent_inputs(self, name: str, record: Record, kernels: Kernels) -> Array:
        h_before = record.before("hidden")
        return record.gates[:, :, 1] * h_before if self.masks_hidden(name, kernels) else h_before

    def steps(self, record: Record) -> Iterable[Step]:
        a, gates = record.preactivations, record.gates
        product = np.empty_like(a[0])
        before = np.empty_like(product[:, :2])
        rows = zip(
            a[:, :, :2], gates[:, :, :2], a[:, :, 2],
            gates[:, :, 0], gates[:, :, 1], gates[:, :, 2],
            record.before("hidden"), record.after("hidden"),
            repeat(product.reshape(len(product), -1)), repeat(product[:, :2]),
            repeat(product[:, 2]), repeat(before.reshape(len(before), -1)), repeat(before),
        )  # fmt: skip
        return map(Step._make, rows)

    def step(self, now: Step, kernels: Kernels) -> None:
        h_before, h, candidate, r = now.h_before, now.h, now.a_candidate, now.r
        recurrent, units = kernels.recurrent_kernel, h.shape[1]
        if kernels.reset_after:
            np.matmul(h_before, recurrent, out=now.product)
            np.add(now.a_gates, now.product_gates, out=now.a_gates)
        else:
            np.matmul(h_before, recurrent[:, : 2 * units], out=now.narrow)
            np.add(now.a_gates, now.narrow_gates, out=now.a_gates)
        kernels.recurrent_activation.function(
            now.a_gates, now.gates
        )  # z, r = σ(x W + b + h₋₁ U + d)
        if kernels.reset_after:
            np.add(now.product_candidate, kernels.recurrent_bias[2], out=h)
            np.multiply(r, h, out=h)
        else:
            np.matmul(r * h_before, recurrent[:, 2 * units :], out=h)
        np.add(candidate, h, out=candidate)
        kernels.activation.function(candidate, now.g)  # g = φ(a)
        np.subtract(h_before, now.g, out=h)
        np.multiply(now.z, h, out=h)
        np.add(h, now.g, out=h)  # h = z ⊙ h₋₁ + (1 − z) ⊙ g, as g + z ⊙ (h₋₁ − g)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        gates, a, h_before = record.gates, record.preactivations, record.before("hidden")
        z, r, g = (gates[:, :, at] for at in range(3))
        slopes = np.empty_like(a)
        slopes[:, :, :2] = kernels.recurrent_activation.slope(gates[:, :, :2], a[:, :, :2])
        slopes[:, :, 2] = kernels.activation.slope(g, a[:, :, 2])
        inner = h_before
        if kernels.reset_after:
            units = h_before.shape[2]
            inner = h_before @ kernels.recurrent_kernel[:, 2 * units :] + kernels.recurrent_bias[2]
        rows = zip(
            into.states["hidden"], into.preactivations, into.gates, into.through_recurrent,
            slopes, inner, z, r, h_before - g, 1 - z, strict=True,
        )  # fmt: skip
        return map(BackwardStep._make, reversed(list(rows)))

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_before, d_a, d_gates = now.hidden, carried["hidden"], now.d_a, now.d_gates
        recurrent, units = kernels.recurrent_kernel, d_h.shape[1]
        np.multiply(d_h, now.keep, out=d_gates[:, 0])  # h = z ⊙ h₋₁ + (1 − z) ⊙ g
        np.multiply(d_h, now.write, out=d_gates[:, 2])  # h = z ⊙ h₋₁ + (1 − z) ⊙ g
        np.multiply(d_gates[:, 2], now.slopes[:, 2], out=d_a[:, 2])  # g = φ(a)
        if kernels.reset_after:
            d_through = now.d_through
            np.multiply(d_a[:, 2], now.r, out=d_through[:, 2])  # a = … + r ⊙ (h₋₁ U + d)
            np.multiply(d_a[:, 2], now.inner, out=d_gates[:, 1])  # a = … + r ⊙ (h₋₁ U + d)
            np.multiply(d_gates[:, :2], now.slopes[:, :2], out=d_a[:, :2])  # z, r = σ(a)
            d_through[:, :2] = d_a[:, :2]  # a = … + h₋₁ U + d
            np.matmul(d_through.reshape(len(d_h), -1), recurrent.T, out=d_before)
        else:
            d_masked = d_a[:, 2] @ recurrent[:, 2 * units :].T  # a = … + (r ⊙ h₋₁) U
            np.multiply(d_masked, now.inner, out=d_gates[:, 1])  # r ⊙ h₋₁
            np.multiply(d_gates[:, :2], now.slopes[:, :2], out=d_a[:, :2])  # z, r = σ(a)
            flat = np.ascontiguousarray(d_a[:, :2]).reshape(len(d_h), -1)
            np.matmul(flat, recurrent[:, : 2 * units].T, out=d_before)  # a = … + h₋₁ U
            d_before += d_masked * now.r  # r ⊙ h₋₁
        d_before += d_h * now.z  # h = z ⊙ h₋₁ + …
