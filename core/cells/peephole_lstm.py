"""The LSTM whose gates look at the cell state, through peepholes.

    i_t = σ(x_t W_i + h_{t−1} U_i + p_i ⊙ c_{t−1} + b_i)    input gate: sees the cell before
    f_t = σ(x_t W_f + h_{t−1} U_f + p_f ⊙ c_{t−1} + b_f)    forget gate: sees the cell before
    g_t = φ(x_t W_g + h_{t−1} U_g + b_g)                    candidate: has no peephole
    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t                         cell
    o_t = σ(x_t W_o + h_{t−1} U_o + p_o ⊙ c_t + b_o)        output gate: sees the cell as it is now
    h_t = o_t ⊙ φ(c_t)                                      hidden state

Gers & Schmidhuber 2000, "Recurrent nets that time and count"; ONNX's LSTM with weights P. Shapes
as in the LSTM; p (units,), one number a unit: a gate looks at its own unit's cell alone. σ is the
recurrent activation, φ the activation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.belt import AT_F, AT_G, AT_I, AT_O, BELT, TOP, belt
from core.cells.diagram import NODE, Diagram, Wire
from core.cells.leaves import Line, Look, Weight, Words
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
from core.cells.twins import OnnxTwin

i = helped(
    INPUT,
    en="How much of the candidate is written; it sees what the cell holds.",
    ko="후보값을 얼마나 쓸지 정합니다. 셀에 든 값을 봅니다.",
)
f = helped(
    FORGET,
    en="How much of the cell state is kept; it sees what the cell holds.",
    ko="셀 상태를 얼마나 남길지 정합니다. 셀에 든 값을 봅니다.",
)
g = helped(CANDIDATE, en="What would be written to the cell state.", ko="셀 상태에 쓰일 값입니다.")
o = helped(
    OUTPUT,
    en="How much of the cell state is shown; it sees the new one.",
    ko="셀 상태를 얼마나 내보일지 정합니다. 새 셀 상태를 봅니다.",
)
c, h = CELL, HIDDEN
P = Weight(
    "peephole", "p", ("units",), "from_cell",
    title={"en": "From the cell state", "ko": "셀 상태에서 온 몫"},
    look=Look("#35172f", "#fdbe45", "dashdot"),
)  # fmt: skip


class Step(NamedTuple):
    """Views of one step. z: pre-activations; `seen` is room for what comes through peepholes."""

    z: Array
    hidden_part: Array
    flat: Array
    seen: Array
    z_writing: Array
    writing: Array
    z_o: Array
    z_g: Array
    i: Array
    f: Array
    o: Array
    g: Array
    c_before: Array
    c_of_every_map: Array
    c: Array
    h_before: Array
    h: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…; `writing` are i and f, which see c before."""

    hidden: Array
    d_c: Array
    d_o: Array
    d_i: Array
    d_f: Array
    d_g: Array
    d_gates: Array
    d_z: Array
    d_z_o: Array
    slopes: Array
    squashed: Array
    opening: Array
    c_before: Array
    i: Array
    f: Array
    g: Array


class PeepholeLSTM(Cell):
    """Gates input, forget, candidate, output; states hidden and cell."""

    name = "peephole_lstm"
    title: ClassVar[Words] = {"en": "Peephole LSTM", "ko": "핍홀 LSTM"}
    look = Look("#7f607e", "#daeede", "dot")
    carried = (h, c)
    stacked = ("input", "forget", "output", "candidate")
    forget_bias: ClassVar[Mapping[str, int]] = {"forget": 1}
    onnx = OnnxTwin(
        "LSTM",
        ("input", "output", "forget", "candidate"),
        functions=("recurrent_activation", "activation", "activation"),
        peepholes=("input", "output", "forget"),
    )

    def equations(self, options: Options) -> Iterable[Line]:
        for gate in (i, f):
            yield Line(gate.a, X @ W + h.before @ U + P * c.before + B)
            yield Line(gate, SIGMA(gate.a))
        yield Line(g.a, X @ W + h.before @ U + B)
        yield Line(g, PHI(g.a))
        yield Line(c, f * c.before + i * g)
        yield Line(o.a, X @ W + h.before @ U + P * c + B)
        yield Line(o, SIGMA(o.a))
        yield Line(h, o * PHI(c))

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        z, gates = record.preactivations, record.gates
        hidden_part = np.empty_like(z[0])
        return in_steps(
            Step,
            z=z,
            hidden_part=always(hidden_part),
            flat=always(hidden_part.reshape(len(hidden_part), -1)),
            seen=always(np.empty_like(z[0, :, :2])),
            z_writing=z[:, :, :2],
            writing=gates[:, :, :2],
            z_o=z[:, :, 2],
            z_g=z[:, :, 3],
            i=gates[:, :, 0],
            f=gates[:, :, 1],
            o=gates[:, :, 2],
            g=gates[:, :, 3],
            c_before=record.before("cell"),
            c_of_every_map=record.before("cell")[:, :, None],
            c=record.after("cell"),
            h_before=record.before("hidden"),
            h=record.after("hidden"),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        z, c, h, p = now.z, now.c, now.h, kernels["peephole"]
        np.matmul(now.h_before, kernels.recurrent_kernel, out=now.flat)
        np.add(z, now.hidden_part, out=z)  # z = x W + b + h₋₁ U
        np.multiply(now.c_of_every_map, p[:2], out=now.seen)
        np.add(now.z_writing, now.seen, out=now.z_writing)  # z_i, z_f = … + p ⊙ c₋₁
        kernels.recurrent_activation.function(now.z_writing, now.writing)  # i, f = σ(z)
        kernels.activation.function(now.z_g, now.g)  # g = φ(z)
        np.multiply(now.i, now.g, out=h)
        np.multiply(now.f, now.c_before, out=c)
        np.add(c, h, out=c)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(c, p[2], out=h)
        np.add(now.z_o, h, out=now.z_o)  # z_o = … + p ⊙ c
        kernels.recurrent_activation.function(now.z_o, now.o)  # o = σ(z)
        kernels.activation.function(c, h)
        np.multiply(now.o, h, out=h)  # h = o ⊙ φ(c)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        gates, z, c = record.gates, record.preactivations, record.after("cell")
        i, f, o, g = (gates[:, :, at] for at in range(4))
        squashed = kernels.activation(c)
        slopes = np.empty_like(z)
        slopes[:, :, :3] = kernels.recurrent_activation.slope(gates[:, :, :3], z[:, :, :3])
        slopes[:, :, 3] = kernels.activation.slope(g, z[:, :, 3])
        d_gates, d_z = into.gates[::-1], into.preactivations[::-1]
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_c=into.states["cell"][::-1],
            d_i=d_gates[:, :, 0],
            d_f=d_gates[:, :, 1],
            d_o=d_gates[:, :, 2],
            d_g=d_gates[:, :, 3],
            d_gates=d_gates,
            d_z=d_z,
            d_z_o=d_z[:, :, 2],
            slopes=slopes[::-1],
            squashed=squashed[::-1],
            opening=(o * kernels.activation.slope(squashed, c))[::-1],
            c_before=record.before("cell")[::-1],
            i=i[::-1],
            f=f[::-1],
            g=g[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_c, p = now.hidden, now.d_c, kernels["peephole"]
        np.multiply(d_h, now.squashed, out=now.d_o)  # h = o ⊙ φ(c)
        np.multiply(now.d_o, now.slopes[:, 2], out=now.d_z_o)  # o = σ(z)
        np.multiply(d_h, now.opening, out=d_c)  # h = o ⊙ φ(c)
        np.add(d_c, carried["cell"], out=d_c)  # c_t is read again at t + 1
        d_c += now.d_z_o * p[2]  # z_o = … + p ⊙ c
        np.multiply(d_c, now.g, out=now.d_i)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(d_c, now.c_before, out=now.d_f)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(d_c, now.i, out=now.d_g)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(now.d_gates, now.slopes, out=now.d_z)  # i, f, o = σ(z), g = φ(z)
        np.multiply(d_c, now.f, out=carried["cell"])  # c = f ⊙ c₋₁ + i ⊙ g
        carried["cell"] += (now.d_z[:, :2] * p[:2]).sum(axis=1)  # z_i, z_f = … + p ⊙ c₋₁
        flat = now.d_z.reshape(len(d_h), -1)
        np.matmul(flat, kernels.recurrent_kernel.T, out=carried["hidden"])  # z = … + h₋₁ U

    def diagram(self, options: Options) -> Diagram:
        """The LSTM's, with dotted lines from the belt down to the gates that see it."""
        left, level = AT_F - 22, TOP + 26
        peepholes = (
            Wire(((left, BELT), (left, TOP)), c, dash="dot"),
            Wire(((left, level), (AT_I - 22, level), (AT_I - 22, TOP)), c, dash="dot"),
            Wire(((AT_O + 26, BELT), (AT_O + 26, TOP)), c, dash="dot"),
        )
        return belt(
            kept=f * c.before, i=i, g=g, o=o, c=c, h=h,
            keeping=(Wire(((AT_F, TOP), (AT_F, BELT - NODE)), f, f),),
            gates=((AT_F, f), (AT_I, i), (AT_G, g), (AT_O, o)),
            besides=peepholes,
        )  # fmt: skip
