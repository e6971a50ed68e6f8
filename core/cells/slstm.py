"""sLSTM: the LSTM of xLSTM with an exponential input gate, a normaliser and a stabiliser.

    i'_t, f'_t, g'_t, o'_t = x_t W + h_{t−1} U + b      pre-activations, of each gate its own
    m_t = max(log σ(f'_t) + m_{t−1}, i'_t)              stabiliser: the largest logarithm so far
    i_t = exp(i'_t − m_t)                               input gate, as a share of e^m
    f_t = exp(log σ(f'_t) + m_{t−1} − m_t)              forget gate, as a share of e^m
    g_t = φ(g'_t)                                       candidate (z in the paper)
    o_t = σ(o'_t)                                       output gate
    c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t                     cell
    n_t = f_t ⊙ n_{t−1} + i_t                           normaliser: the sum of what was written
    h_t = o_t ⊙ (c_t / n_t)                             hidden state

Beck, Pöppel, Spanring, Auer, Prudnikova, Kopp, Klambauer, Brandstetter & Hochreiter 2024, "xLSTM:
Extended long short-term memory", equations 8 to 17, with the sigmoid as forget gate (the paper lets
it be that or exp), one head, and no projections around it. Recorded are the stabilised gates, those
that multiply: the gates themselves are e^m times as large, and m cancels in c / n. Where nothing
has been written n is 0, and c / n is taken to be 0. Shapes: x (batch, features); all else (batch,
units); W (features, units); U (units, units); b (units,). σ of the output gate is the recurrent
activation, φ the activation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from core import activations
from core.activations import Array
from core.cells import quantities
from core.cells.base import Cell
from core.cells.diagram import GATE, NODE, Bead, Box, Diagram, Node, Squash, Token, Wire
from core.cells.expressions import Largest
from core.cells.leaves import Line, Look, State, Words
from core.cells.quantities import EXP, LOG_SIGMOID, PHI, SIGMA, B, U, W, X
from core.cells.record import NUMPY, Backward, Kernels, Options, Record, always, in_steps, maps

i = quantities.helped(
    quantities.bounded(quantities.INPUT, 0, 1),
    en="How much of the candidate is written, against the most that was ever written.",
    ko="지금까지 가장 크게 쓴 것에 견주어 후보값을 얼마나 쓸지 정합니다.",
)
f = quantities.helped(
    quantities.bounded(quantities.FORGET, 0, 1), en="How much of cell and normaliser is kept.",
    ko="셀 상태와 정규화 상태를 얼마나 남길지 정합니다.",
)  # fmt: skip
g = quantities.helped(
    quantities.CANDIDATE, en="What would be written to the cell.", ko="셀 상태에 쓰일 값입니다.",
)  # fmt: skip
o = quantities.helped(
    quantities.OUTPUT, en="How much of the normalised cell state is shown.",
    ko="정규화한 셀 상태를 얼마나 내보일지 정합니다.",
)  # fmt: skip
c, h = quantities.CELL, quantities.HIDDEN
n = State(
    "normaliser", "n", title={"en": "Normaliser", "ko": "정규화 상태"},
    look=Look("#542025", "#f9f1c2"), positive=True,
)  # fmt: skip
m = State(
    "stabiliser", "m", title={"en": "Stabiliser", "ko": "안정화 상태"},
    look=Look("#1f2333", "#b0c07e", "dot"), signed=True,
)  # fmt: skip
_LOG_SIGMOID = activations.get("log_sigmoid")


class Step(NamedTuple):
    """Views of one step. a: pre-activations; `log_f` is log σ(a_f), `reached` that plus m₋₁."""

    a: Array
    hidden_part: Array
    flat: Array
    a_i: Array
    a_f: Array
    a_g: Array
    a_o: Array
    i: Array
    f: Array
    g: Array
    o: Array
    reached: Array
    m_before: Array
    m: Array
    c_before: Array
    c: Array
    n_before: Array
    n: Array
    h_before: Array
    h: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…. `past` is where m came from the past."""

    hidden: Array
    d_c: Array
    d_n: Array
    d_m: Array
    d_i: Array
    d_f: Array
    d_g: Array
    d_o: Array
    d_a: Array
    d_a_i: Array
    d_a_f: Array
    d_a_g: Array
    d_a_o: Array
    slope_f: Array
    slope_g: Array
    slope_o: Array
    i: Array
    f: Array
    g: Array
    share: Array
    opening: Array
    past: Array
    c_before: Array
    n_before: Array


class SLSTM(Cell):
    """Gates input, forget, candidate, output; states hidden, cell, normaliser, stabiliser."""

    name = "slstm"
    title: ClassVar[Words] = {"en": "sLSTM", "ko": "sLSTM"}
    look = Look("#3f5857", "#97927e", "dashdot")
    carried = (h, c, n, m)
    forget_bias: ClassVar[Mapping[str, int]] = {"forget": 1}

    def equations(self, options: Options) -> Iterable[Line]:
        yield from (Line(gate.a, X @ W + h.before @ U + B) for gate in (i, f, g, o))
        yield Line(m, Largest(LOG_SIGMOID(f.a) + m.before, i.a))
        yield Line(i, EXP(i.a - m))
        yield Line(f, EXP(LOG_SIGMOID(f.a) + m.before - m))
        yield Line(g, PHI(g.a))
        yield Line(o, SIGMA(o.a))
        yield Line(c, f * c.before + i * g)
        yield Line(n, f * n.before + i)
        yield Line(h, o * (c / n))

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        a, gates = record.preactivations, record.gates
        hidden_part = np.empty_like(a[0])
        return in_steps(
            Step,
            a=a,
            hidden_part=always(hidden_part),
            flat=always(hidden_part.reshape(len(hidden_part), -1)),
            **maps(a, "a_i", "a_f", "a_g", "a_o"),
            **maps(gates, "i", "f", "g", "o"),
            reached=always(np.empty_like(a[0, :, 0])),
            m_before=record.before("stabiliser"),
            m=record.after("stabiliser"),
            c_before=record.before("cell"),
            c=record.after("cell"),
            n_before=record.before("normaliser"),
            n=record.after("normaliser"),
            h_before=record.before("hidden"),
            h=record.after("hidden"),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        i, f, m, c, n, h, reached = now.i, now.f, now.m, now.c, now.n, now.h, now.reached
        np.matmul(now.h_before, kernels.recurrent_kernel, out=now.flat)
        np.add(now.a, now.hidden_part, out=now.a)  # a = x W + b + h₋₁ U
        _LOG_SIGMOID.function(now.a_f, reached)
        np.add(reached, now.m_before, out=reached)
        np.maximum(reached, now.a_i, out=m)  # m = max(log σ(a_f) + m₋₁, a_i)
        np.subtract(now.a_i, m, out=i)
        np.exp(i, out=i)  # i = exp(a_i − m)
        np.subtract(reached, m, out=f)
        np.exp(f, out=f)  # f = exp(log σ(a_f) + m₋₁ − m)
        kernels.activation.function(now.a_g, now.g)  # g = φ(a)
        kernels.recurrent_activation.function(now.a_o, now.o)  # o = σ(a)
        np.multiply(i, now.g, out=h)
        np.multiply(f, now.c_before, out=c)
        np.add(c, h, out=c)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(f, now.n_before, out=n)
        np.add(n, i, out=n)  # n = f ⊙ n₋₁ + i
        np.multiply(now.o, NUMPY.divide_no_nan(c, n), out=h)  # h = o ⊙ (c / n)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        a = record.preactivations
        i, f, g, o = (record.gates[:, :, at] for at in range(4))
        a_i, a_f, a_g, a_o = (a[:, :, at] for at in range(4))
        c, n, log_f = record.after("cell"), record.after("normaliser"), _LOG_SIGMOID(a_f)
        d_a = into.preactivations[::-1]
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_c=into.states["cell"][::-1],
            d_n=into.states["normaliser"][::-1],
            d_m=into.states["stabiliser"][::-1],
            **maps(into.gates[::-1], "d_i", "d_f", "d_g", "d_o"),
            **maps(d_a, "d_a_i", "d_a_f", "d_a_g", "d_a_o"),
            d_a=d_a,
            slope_f=_LOG_SIGMOID.slope(log_f, a_f)[::-1],
            slope_g=kernels.activation.slope(g, a_g)[::-1],
            slope_o=kernels.recurrent_activation.slope(o, a_o)[::-1],
            i=i[::-1],
            f=f[::-1],
            g=g[::-1],
            share=NUMPY.divide_no_nan(c, n)[::-1],
            opening=NUMPY.divide_no_nan(o, n)[::-1],
            past=(log_f + record.before("stabiliser") >= a_i)[::-1],
            c_before=record.before("cell")[::-1],
            n_before=record.before("normaliser")[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_c, d_n, d_m, i, f = now.hidden, now.d_c, now.d_n, now.d_m, now.i, now.f
        np.multiply(d_h, now.share, out=now.d_o)  # h = o ⊙ (c / n)
        np.multiply(d_h, now.opening, out=d_c)  # h = o ⊙ (c / n)
        np.multiply(d_c, now.share, out=d_n)  # h = o ⊙ (c / n)
        np.subtract(carried["normaliser"], d_n, out=d_n)  # n_t is read again at t + 1
        np.add(d_c, carried["cell"], out=d_c)  # c_t is read again at t + 1
        np.multiply(d_c, now.g, out=now.d_i)  # c = f ⊙ c₋₁ + i ⊙ g
        np.add(now.d_i, d_n, out=now.d_i)  # n = f ⊙ n₋₁ + i
        np.multiply(d_c, now.c_before, out=now.d_f)  # c = f ⊙ c₋₁ + i ⊙ g
        now.d_f[...] += d_n * now.n_before  # n = f ⊙ n₋₁ + i
        np.multiply(d_c, i, out=now.d_g)  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(d_c, f, out=carried["cell"])  # c = f ⊙ c₋₁ + i ⊙ g
        np.multiply(d_n, f, out=carried["normaliser"])  # n = f ⊙ n₋₁ + i
        d_written, d_reached = now.d_i * i, now.d_f * f  # i = exp(a_i − m), f = exp(… − m)
        np.subtract(carried["stabiliser"], d_written, out=d_m)  # m_t is read again at t + 1
        np.subtract(d_m, d_reached, out=d_m)  # i = exp(a_i − m), f = exp(log σ(a_f) + m₋₁ − m)
        d_reached += d_m * now.past  # m = max(log σ(a_f) + m₋₁, a_i)
        np.add(d_written, d_m * ~now.past, out=now.d_a_i)  # m = max(log σ(a_f) + m₋₁, a_i)
        np.multiply(d_reached, now.slope_f, out=now.d_a_f)  # log σ(a_f)
        carried["stabiliser"][...] = d_reached  # log σ(a_f) + m₋₁
        np.multiply(now.d_g, now.slope_g, out=now.d_a_g)  # g = φ(a)
        np.multiply(now.d_o, now.slope_o, out=now.d_a_o)  # o = σ(a)
        flat = now.d_a.reshape(len(d_h), -1)
        np.matmul(flat, kernels.recurrent_kernel.T, out=carried["hidden"])  # a = … + h₋₁ U

    def diagram(self, options: Options) -> Diagram:
        """Two belts, cell and normaliser, kept by one gate and written by another; c / n is shown.

        Below the gates runs the stabiliser, from which the two gates take their scale.
        """
        cells, norms, join, gates = 436.0, 350.0, 262.0, 172.0
        scale, bus, floor, end = 104.0, 60.0, 18.0, 470.0
        at_f, at_i, at_g, at_o, out = 84.0, 172.0, 260.0, 348.0, 424.0
        write, joined = (at_i + at_g) / 2, (at_f + at_i) / 2
        top, bottom = gates + GATE[1] / 2, gates - GATE[1] / 2
        tap, ratio = 456.0, 306.0
        belts = ((cells, c, write), (norms, n, at_i))
        return Diagram(
            size=(470.0, 490.0),
            body=(34, 460, 82, 474),
            masked=(216, 222),
            parts=(
                # What every gate reads: the token, and all hidden units of the step before.
                Wire(((31, bus), (at_o, bus), (at_o, bottom)), h),
                *(Wire(((x - 14, bus), (x, bus), (x, bottom)), h) for x in (at_f, at_i, at_g)),
                Wire(((joined, floor), (joined, bus - 2)), "from_input"),
                # The stabiliser, and the two gates that are measured by it.
                Wire(((31, scale), (end, scale)), m),
                Wire(((joined, scale), (joined - 14, scale), (joined - 14, bottom)), m),
                Wire(((joined, scale), (joined + 14, scale), (joined + 14, bottom)), m),
                # The two belts, as wide as what they carry.
                *(Wire(((31, y), (at_f, y)), of, of.before, scale=of, arrow=False)
                  for y, of, _ in belts),
                *(Wire(((at_f, y), (x, y)), of, f * of.before, scale=of, arrow=False,
                       masked=of.before) for y, of, x in belts),
                *(Wire(((x, y), (end, y)), of, of, scale=of) for y, of, x in belts),
                Wire(((at_f, top), (at_f, norms - NODE)), f, f),
                Wire(((at_f, norms + NODE), (at_f, cells - NODE)), f, f),
                Wire(((at_i, top), (at_i, norms - NODE)), i, i),
                Wire(((at_i, join), (write - NODE, join)), i, i),
                Wire(((at_g, top), (at_g, join), (write + NODE, join)), g, g),
                Wire(((write, join + NODE), (write, cells - NODE)), g, i * g, scale=c),
                # What is shown: the cell as a share of the normaliser, through the output gate.
                Wire(((tap, cells), (tap, ratio), (out + NODE, ratio)), c, c, scale=c),
                Wire(((out, norms), (out, ratio + NODE)), n, n, scale=n),
                Wire(((out, ratio - NODE), (out, join + NODE - 18)), "", c / n),
                Wire(((at_o, top), (at_o, join - 18), (out - NODE, join - 18)), o, o),
                Wire(((out, join - 18 - NODE), (out, bus), (end, bus)), h, h),
                *(Node((at_f, y), "×") for y, _, _ in belts),
                *(Node((x, y), "+") for y, _, x in belts),
                Node((write, join), "×"),
                Node((out, ratio), "÷"),
                Node((out, join - 18), "×"),
                Squash((joined, scale), "max"),
                *(Box((x, gates), gate) for x, gate in
                  ((at_f, f), (at_i, i), (at_g, g), (at_o, o))),
                *(Bead((31, y), of.before, of, f"{of.name} before", scale=of)
                  for y, of, _ in belts),
                *(Bead((322, y), of, of, of.name, scale=of) for y, of, _ in belts),
                Bead((148, cells), f * c.before, c, "kept", scale=c, made=True),
                Bead((write, 306), i * g, g, "written", side="right", made=True),
                Bead((31, scale), m.before, m, "stabiliser before", scale=m, side="below"),
                Bead((388, scale), m, m, "stabiliser", scale=m, side="below"),
                Bead((31, bus), h.before, h, "hidden before", side="below"),
                Bead((out, 170), h, h, "hidden", side="corner"),
                Token((joined, floor)),
            ),
        )  # fmt: skip
