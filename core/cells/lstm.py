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

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.belt import AT_F, AT_G, AT_I, AT_O, BELT, TOP, belt
from core.cells.diagram import NODE, Diagram, Wire
from core.cells.leaves import Line, Look, Words
from core.cells.quantities import (
    CANDIDATE,
    CELL,
    FORGET,
    HIDDEN,
    INPUT,
    OUTPUT,
    PHI,
    SIGMA,
    B,
    U,
    W,
    X,
    helped,
)
from core.cells.record import Backward, Kernels, Options, Record, always, in_steps
from core.cells.twins import KerasTwin, OnnxTwin, TorchTwin

i = helped(INPUT, en="How much of the candidate is written.", ko="후보값을 얼마나 쓸지 정합니다.")
f = helped(FORGET, en="How much of the cell state is kept.", ko="셀 상태를 얼마나 남길지 정합니다.")
g = helped(CANDIDATE, en="What would be written to the cell state.", ko="셀 상태에 쓰일 값입니다.")
o = helped(
    OUTPUT, en="How much of the cell state is shown.", ko="셀 상태를 얼마나 내보일지 정합니다."
)
c, h = CELL, HIDDEN


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
    title: ClassVar[Words] = {"en": "LSTM", "ko": "LSTM"}
    look = Look("#891477", "#ca6bb5")
    carried = (h, c)
    stacked = ("output", "input", "forget", "candidate")
    forget_bias: ClassVar[Mapping[str, int]] = {"forget": 1}
    keras = KerasTwin(
        "LSTM",
        ("input", "forget", "candidate", "output"),
        calls=(
            ("recurrent_activation", "input"),
            ("recurrent_activation", "forget"),
            ("activation", "candidate"),
            ("recurrent_activation", "output"),
            ("activation", "cell"),
        ),
    )
    torch = TorchTwin("LSTM", ("input", "forget", "candidate", "output"))
    onnx = OnnxTwin(
        "LSTM",
        ("input", "output", "forget", "candidate"),
        functions=("recurrent_activation", "activation", "activation"),
    )

    def equations(self, options: Options) -> Iterable[Line]:
        for gate, function in ((i, SIGMA), (f, SIGMA), (g, PHI), (o, SIGMA)):
            yield Line(gate.a, X @ W + h.before @ U + B)
            yield Line(gate, function(gate.a))
        yield Line(c, f * c.before + i * g)
        yield Line(h, o * PHI(c))

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        z, gates = record.preactivations, record.gates
        hidden_part = np.empty_like(z[0])
        return in_steps(
            Step,
            z=z,
            hidden_part=always(hidden_part),
            flat=always(hidden_part.reshape(len(hidden_part), -1)),
            z_gates=z[:, :, :3],
            gates=gates[:, :, :3],
            z_candidate=z[:, :, 3],
            o=gates[:, :, 0],
            i=gates[:, :, 1],
            f=gates[:, :, 2],
            g=gates[:, :, 3],
            c_before=record.before("cell"),
            c=record.after("cell"),
            h_before=record.before("hidden"),
            h=record.after("hidden"),
        )

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
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_c=into.states["cell"][::-1],
            d_gates=into.gates[::-1],
            d_o=into.gates[::-1, :, 0],
            d_written=into.gates[::-1, :, 1:],
            d_z=into.preactivations[::-1],
            slopes=slopes[::-1],
            squashed=squashed[::-1],
            opening=(o * kernels.activation.slope(squashed, c))[::-1],
            partners=np.stack([g, record.before("cell"), i], axis=2)[::-1],
            f=f[::-1],
        )

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

    def diagram(self, options: Options) -> Diagram:
        return belt(
            kept=f * c.before, i=i, g=g, o=o, c=c, h=h,
            keeping=(Wire(((AT_F, TOP), (AT_F, BELT - NODE)), f, f),),
            gates=((AT_F, f), (AT_I, i), (AT_G, g), (AT_O, o)),
        )  # fmt: skip
