"""The LSTM that forgets as much as it writes: input and forget gate are one.

    i_t = σ(x_t W_i + h_{t−1} U_i + b_i)          input gate: how much is written, and forgotten
    g_t = φ(x_t W_g + h_{t−1} U_g + b_g)          candidate: what would be written
    o_t = σ(x_t W_o + h_{t−1} U_o + b_o)          output gate: how much of the cell is shown
    c_t = (1 − i_t) ⊙ c_{t−1} + i_t ⊙ g_t         cell
    h_t = o_t ⊙ φ(c_t)                            hidden state

Greff, Srivastava, Koutník, Steunebrink & Schmidhuber 2017, "LSTM: A search space odyssey", where
it is CIFG: f_t = 1 − i_t. ONNX's LSTM with `input_forget` = 1 has the same gate: it computes i from
its weights and takes f = 1 − i, so that its rows of f are not read. Shapes as in the LSTM. σ is the
recurrent activation, φ the activation. The setting `forget_bias` enters with a minus: where i
begins shut, the cell keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.belt import AT_F, AT_G, AT_O, BELT, JOIN, belt
from core.cells.diagram import NODE, Bead, Diagram, Wire
from core.cells.leaves import Line, Look, Words
from core.cells.quantities import (
    CANDIDATE,
    CELL,
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
from core.cells.twins import OnnxTwin

i = helped(
    INPUT,
    en="How much of the candidate is written; as much of the cell state is forgotten.",
    ko="후보값을 얼마나 쓸지 정합니다. 그만큼 셀 상태를 잊습니다.",
)
g = helped(CANDIDATE, en="What would be written to the cell state.", ko="셀 상태에 쓰일 값입니다.")
o = helped(
    OUTPUT, en="How much of the cell state is shown.", ko="셀 상태를 얼마나 내보일지 정합니다."
)
c, h = CELL, HIDDEN


class Step(NamedTuple):
    """Views of one step. z: pre-activations; i, g, o, c, h as above."""

    z: Array
    hidden_part: Array
    flat: Array
    z_gates: Array
    gates: Array
    z_candidate: Array
    i: Array
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
    d_i: Array
    d_g: Array
    d_z: Array
    slopes: Array
    squashed: Array
    opening: Array
    change: Array
    i: Array
    keep: Array


class CoupledLSTM(Cell):
    """Gates input, candidate, output; states hidden and cell."""

    name = "coupled_lstm"
    title: ClassVar[Words] = {"en": "Coupled LSTM", "ko": "결합 게이트 LSTM"}
    look = Look("#7239ca", "#ffdafd", "dash")
    carried = (h, c)
    stacked = ("output", "input", "candidate")
    forget_bias: ClassVar[Mapping[str, int]] = {"input": -1}
    onnx = OnnxTwin(
        "LSTM",
        ("input", "output", "forget", "candidate"),
        functions=("recurrent_activation", "activation", "activation"),
        attributes={"input_forget": 1},
    )

    def equations(self, options: Options) -> Iterable[Line]:
        for gate, function in ((i, SIGMA), (g, PHI), (o, SIGMA)):
            yield Line(gate.a, X @ W + h.before @ U + B)
            yield Line(gate, function(gate.a))
        yield Line(c, (1 - i) * c.before + i * g)
        yield Line(h, o * PHI(c))

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        z, gates = record.preactivations, record.gates
        hidden_part = np.empty_like(z[0])
        return in_steps(
            Step,
            z=z,
            hidden_part=always(hidden_part),
            flat=always(hidden_part.reshape(len(hidden_part), -1)),
            z_gates=z[:, :, :2],
            gates=gates[:, :, :2],
            z_candidate=z[:, :, 2],
            o=gates[:, :, 0],
            i=gates[:, :, 1],
            g=gates[:, :, 2],
            c_before=record.before("cell"),
            c=record.after("cell"),
            h_before=record.before("hidden"),
            h=record.after("hidden"),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        z, c, h = now.z, now.c, now.h
        np.matmul(now.h_before, kernels.recurrent_kernel, out=now.flat)
        np.add(z, now.hidden_part, out=z)  # z = x W + b + h₋₁ U
        kernels.recurrent_activation.function(now.z_gates, now.gates)  # o, i = σ(z)
        kernels.activation.function(now.z_candidate, now.g)  # g = φ(z)
        np.subtract(now.g, now.c_before, out=c)
        np.multiply(now.i, c, out=c)
        np.add(c, now.c_before, out=c)  # c = (1 − i) ⊙ c₋₁ + i ⊙ g, as c₋₁ + i ⊙ (g − c₋₁)
        kernels.activation.function(c, h)
        np.multiply(now.o, h, out=h)  # h = o ⊙ φ(c)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        gates, z, c = record.gates, record.preactivations, record.after("cell")
        o, i, g = (gates[:, :, at] for at in range(3))
        squashed = kernels.activation(c)
        slopes = np.empty_like(z)
        slopes[:, :, :2] = kernels.recurrent_activation.slope(gates[:, :, :2], z[:, :, :2])
        slopes[:, :, 2] = kernels.activation.slope(g, z[:, :, 2])
        d_gates = into.gates[::-1]
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_c=into.states["cell"][::-1],
            d_gates=d_gates,
            d_o=d_gates[:, :, 0],
            d_i=d_gates[:, :, 1],
            d_g=d_gates[:, :, 2],
            d_z=into.preactivations[::-1],
            slopes=slopes[::-1],
            squashed=squashed[::-1],
            opening=(o * kernels.activation.slope(squashed, c))[::-1],
            change=(g - record.before("cell"))[::-1],
            i=i[::-1],
            keep=(1 - i)[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_c = now.hidden, now.d_c
        np.multiply(d_h, now.squashed, out=now.d_o)  # h = o ⊙ φ(c)
        np.multiply(d_h, now.opening, out=d_c)  # h = o ⊙ φ(c)
        np.add(d_c, carried["cell"], out=d_c)  # c_t is read again at t + 1
        np.multiply(d_c, now.change, out=now.d_i)  # c = (1 − i) ⊙ c₋₁ + i ⊙ g
        np.multiply(d_c, now.i, out=now.d_g)  # c = (1 − i) ⊙ c₋₁ + i ⊙ g
        np.multiply(d_c, now.keep, out=carried["cell"])  # c = (1 − i) ⊙ c₋₁ + i ⊙ g
        np.multiply(now.d_gates, now.slopes, out=now.d_z)  # o, i = σ(z), g = φ(z)
        flat = now.d_z.reshape(len(d_h), -1)
        np.matmul(flat, kernels.recurrent_kernel.T, out=carried["hidden"])  # z = … + h₋₁ U

    def diagram(self, options: Options) -> Diagram:
        """The LSTM's, with one gate that both keeps and writes."""
        at_i = AT_F + 56
        return belt(
            kept=(1 - i) * c.before, i=i, g=g, o=o, c=c, h=h,
            keeping=(
                Wire(((at_i, JOIN), (AT_F, JOIN), (AT_F, BELT - NODE)), i, 1 - i),
                Bead((AT_F, 280), 1 - i, i, "keep share", side="right", made=True),
            ),
            gates=((at_i, i), (AT_G, g), (AT_O, o)),
        )  # fmt: skip
