"""Long short-term memory.

    i_t = σ(x_t W_i + h_{t−1} U_i + b_i)        input gate: how much of the candidate is written
    f_t = σ(x_t W_f + h_{t−1} U_f + b_f)        forget gate: how much of the cell is kept
    g_t = φ(x_t W_g + h_{t−1} U_g + b_g)        candidate: what would be written
    o_t = σ(x_t W_o + h_{t−1} U_o + b_o)        output gate: how much of the cell is shown
    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t             cell
    h_t = o_t ⊙ φ(c_t)                          hidden state

Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000, as Keras
computes it. Shapes: x (batch, features); h, c and the gates (batch, units); W (features, units);
U (units, units); b (units,). σ is the recurrent activation, φ the activation.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Backward, Cell, Kernels, Record


class Step(NamedTuple):
    """Views of one step. z: pre-activations; i, f, g, o, c, h as above."""

    z: Array
    hidden_part: Array
    flat: Array
    z_gates: Array
    gates: Array
    z_candidate: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c_before: Array
    c: Array
    h_before: Array
    h: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…."""

    hidden: Array
    d_c: Array
    d_gates: Array
    d_o: Array
    d_written: Array
    d_z: Array
    slopes: Array
    squashed: Array
    opening: Array
    partners: Array
    f: Array


class LSTM(Cell):
    """Gates input, forget, candidate, output; states hidden and cell.

    Stacked so that the three sigmoids lie together, and the three that the cell depends on.
    """

    name = "lstm"
    gates = ("input", "forget", "candidate", "output")
    maps = gates
    stacked = ("output", "input", "forget", "candidate")
    states = ("hidden", "cell")
    candidate = "candidate"

    def steps(self, record: Record) -> Iterable[Step]:
        z, gates = record.preactivations, record.gates
        o, i, f, g = (gates[:, :, at] for at in range(4))
        hidden_part = np.empty_like(z[0])
        rows = zip(
            z, repeat(hidden_part), repeat(hidden_part.reshape(len(hidden_part), -1)),
            z[:, :, :3], gates[:, :, :3], z[:, :, 3], i, f, g, o,
            record.before("cell"), record.after("cell"),
            record.before("hidden"), record.after("hidden"),
        )  # fmt: skip
        return map(Step._make, rows)

    def step(self, now: Step, kernels: Kernels) -> None:
        z, c, h = now.z, now.c, now.h
        np.matmul(now.h_before, kernels.recurrent_kernel, out=now.flat)
        np.add(z, now.hidden_part, out=z)  # z = x W + b + h₋₁ U
        kernels.recurrent_activation.function(now.z_gates, now.gates)  # o, i, f = σ(z)
        kernels.activation.function(now.z_candidate, now.g)  # g = φ(z)
        np.multiply(now.i, now.g, out=h)
        np.multiply(now.f, now.c_before, out=c)
        np.add(c, h, out=c)  # c = f ⊙ c₋₁ + i ⊙ g
        kernels.activation.function(c, h)
        np.multiply(now.o, h, out=h)  # h = o ⊙ φ(c)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        gates, z, c = record.gates, record.preactivations, record.after("cell")
        o, i, f, g = (gates[:, :, at] for at in range(4))
        squashed = kernels.activation(c)
        slopes = np.empty_like(z)
        slopes[:, :, :3] = kernels.recurrent_activation.slope(gates[:, :, :3], z[:, :, :3])
        slopes[:, :, 3] = kernels.activation.slope(g, z[:, :, 3])
        partners = np.stack([g, record.before("cell"), i], axis=2)
        d_gates = into.gates
        rows = zip(
            into.states["hidden"], into.states["cell"], d_gates, d_gates[:, :, 0],
            d_gates[:, :, 1:], into.preactivations, slopes, squashed,
            o * kernels.activation.slope(squashed, c), partners, f, strict=True,
        )  # fmt: skip
        return map(BackwardStep._make, reversed(list(rows)))

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_c = now.hidden, now.d_c
        np.multiply(d_h, now.squashed, out=now.d_o)  # h = o ⊙ φ(c)
        np.multiply(d_h, now.opening, out=d_c)  # h = o ⊙ φ(c)
        np.add(d_c, carried["cell"], out=d_c)  # c_t is read again at t + 1
        np.multiply(d_c[:, None], now.partners, out=now.d_written)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(d_c, now.f, out=carried["cell"])  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(now.d_gates, now.slopes, out=now.d_z)  # gates = σ(z), g = φ(z)
        flat = now.d_z.reshape(len(d_h), -1)
        np.matmul(flat, kernels.recurrent_kernel.T, out=carried["hidden"])  # z = … + h₋₁ U
