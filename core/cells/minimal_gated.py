"""The minimal gated unit: one gate for both what the GRU has two for.

    f_t = σ(x_t W_f + h_{t−1} U_f + b_f)            forget gate: how much is overwritten, and seen
    g_t = φ(x_t W_g + (f_t ⊙ h_{t−1}) U_g + b_g)    candidate
    h_t = (1 − f_t) ⊙ h_{t−1} + f_t ⊙ g_t           hidden state

Zhou, Wu, Zhang & Zhou 2016, "Minimal gated unit for recurrent neural networks", in its
convention: f near 1 *replaces*, although it is called the forget gate, and lets the candidate see
the past; what keeps is 1 − f. Shapes: x (batch, features); h, f and g (batch, units); W (features,
units); U (units, units); b (units,). σ is the recurrent activation, φ the activation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.diagram import GATE, NODE, Bead, Box, Diagram, Node, Note, Token, Wire
from core.cells.leaves import Line, Look, Words
from core.cells.quantities import CANDIDATE, FORGET, HIDDEN, PHI, SIGMA, B, U, W, X, helped
from core.cells.record import Backward, Kernels, Options, Record, always, in_steps

f = helped(
    FORGET,
    en="How much of the hidden state is overwritten, and how much of it the candidate sees.",
    ko="은닉 상태를 얼마나 새로 쓸지, 후보값이 과거를 얼마나 볼지 함께 정합니다.",
)
g = helped(
    CANDIDATE, en="What would be written to the hidden state.", ko="은닉 상태에 쓰일 값입니다."
)
h = HIDDEN


class Step(NamedTuple):
    """Views of one step. a: pre-activations; f, g, h as above; `room` is (batch, units)."""

    a_f: Array
    a_g: Array
    f: Array
    g: Array
    h_before: Array
    h: Array
    room: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…."""

    hidden: Array
    d_f: Array
    d_g: Array
    d_a_f: Array
    d_a_g: Array
    slope_f: Array
    slope_g: Array
    f: Array
    keep: Array
    change: Array
    h_before: Array


class MinimalGatedUnit(Cell):
    """Gates forget and candidate; state hidden."""

    name = "minimal_gated"
    title: ClassVar[Words] = {"en": "MGU", "ko": "MGU"}
    look = Look("#7e0415", "#df98c0", "dashdot")
    carried = (h,)

    def equations(self, options: Options) -> Iterable[Line]:
        yield Line(f.a, X @ W + h.before @ U + B)
        yield Line(f, SIGMA(f.a))
        yield Line(g.a, X @ W + (f * h.before) @ U + B)
        yield Line(g, PHI(g.a))
        yield Line(h, (1 - f) * h.before + f * g)

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        a, gates = record.preactivations, record.gates
        return in_steps(
            Step,
            a_f=a[:, :, 0],
            a_g=a[:, :, 1],
            f=gates[:, :, 0],
            g=gates[:, :, 1],
            h_before=record.before("hidden"),
            h=record.after("hidden"),
            room=always(np.empty_like(a[0, :, 0])),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        h_before, h, f, g = now.h_before, now.h, now.f, now.g
        recurrent, units = kernels.recurrent_kernel, h.shape[1]
        np.matmul(h_before, recurrent[:, :units], out=now.room)
        np.add(now.a_f, now.room, out=now.a_f)  # a_f = x W + b + h₋₁ U
        kernels.recurrent_activation.function(now.a_f, f)  # f = σ(a)
        np.multiply(f, h_before, out=h)
        np.matmul(h, recurrent[:, units:], out=now.room)
        np.add(now.a_g, now.room, out=now.a_g)  # a_g = x W + b + (f ⊙ h₋₁) U
        kernels.activation.function(now.a_g, g)  # g = φ(a)
        np.subtract(g, h_before, out=h)
        np.multiply(f, h, out=h)
        np.add(h, h_before, out=h)  # h = (1 − f) ⊙ h₋₁ + f ⊙ g, as h₋₁ + f ⊙ (g − h₋₁)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        a, h_before = record.preactivations, record.before("hidden")
        f, g = record.gates[:, :, 0], record.gates[:, :, 1]
        d_gates, d_a = into.gates[::-1], into.preactivations[::-1]
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_f=d_gates[:, :, 0],
            d_g=d_gates[:, :, 1],
            d_a_f=d_a[:, :, 0],
            d_a_g=d_a[:, :, 1],
            slope_f=kernels.recurrent_activation.slope(f, a[:, :, 0])[::-1],
            slope_g=kernels.activation.slope(g, a[:, :, 1])[::-1],
            f=f[::-1],
            keep=(1 - f)[::-1],
            change=(g - h_before)[::-1],
            h_before=h_before[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_before = now.hidden, carried["hidden"]
        recurrent, units = kernels.recurrent_kernel, d_h.shape[1]
        np.multiply(d_h, now.f, out=now.d_g)  # h = (1 − f) ⊙ h₋₁ + f ⊙ g
        np.multiply(now.d_g, now.slope_g, out=now.d_a_g)  # g = φ(a)
        d_seen = now.d_a_g @ recurrent[:, units:].T  # a_g = … + (f ⊙ h₋₁) U
        np.multiply(d_h, now.change, out=now.d_f)  # h = (1 − f) ⊙ h₋₁ + f ⊙ g
        now.d_f[...] += d_seen * now.h_before  # f ⊙ h₋₁
        np.multiply(now.d_f, now.slope_f, out=now.d_a_f)  # f = σ(a)
        np.matmul(now.d_a_f, recurrent[:, :units].T, out=d_before)  # a_f = … + h₋₁ U
        d_before += d_seen * now.f  # f ⊙ h₋₁
        d_before += d_h * now.keep  # h = (1 − f) ⊙ h₋₁ + …

    def diagram(self, options: Options) -> Diagram:
        """The hidden state runs along the top; one gate shares it out, and shows it below."""
        belt, join, gates, bus, floor = 340.0, 238.0, 140.0, 66.0, 18.0
        at_f, at_g, seen, end = 104.0, 322.0, 213.0, 470.0
        wide, tap, read = 96.0, 24.0, 276.0
        top, bottom = gates + GATE[1] / 2, gates - GATE[1] / 2
        return Diagram(
            size=(470.0, 392.0),
            body=(40, 454, 88, 376),
            masked=(246, 208),
            parts=(
                # What the gates read: the token, and the hidden units of the step before.
                Wire(((tap, belt), (tap, bus), (seen, bus), (seen, gates - NODE)), h),
                Wire(((at_f - 14, bus), (at_f, bus), (at_f, bottom)), h),
                Wire(((read, floor), (read, bus - 14), (at_g, bus - 14), (at_g, bottom)),
                     "from_input"),
                Wire(((read, bus - 14), (at_f + 14, bus - 14), (at_f + 14, bottom)), "from_input"),
                # The candidate sees the token as it is, and the past through the gate.
                Wire(((at_f + wide / 2, gates), (seen - NODE, gates)), f, f),
                Wire(((seen + NODE, gates), (at_g - wide / 2, gates)), h),
                Wire(((31, belt), (at_f, belt)), h, h.before, scale=h, arrow=False),
                Wire(
                    ((at_f, belt), (at_g, belt)), h, (1 - f) * h.before, scale=h, arrow=False,
                    masked=h.before,
                ),
                Wire(((at_g, belt), (end, belt)), h, h, scale=h),
                Wire(((at_f, top), (at_f, belt - NODE)), f, 1 - f),
                Wire(((at_f + 2, join), (at_g - NODE, join)), f, f),
                Wire(((at_g, top), (at_g, join - NODE)), g, g),
                Wire(((at_g, join + NODE), (at_g, belt - NODE)), g, f * g),
                Node((at_f, belt), "×"),
                Node((at_g, belt), "+"),
                Node((at_g, join), "×"),
                Node((seen, gates), "×"),
                Box((at_f, gates), f, wide),
                Box((at_g, gates), g, wide),
                Bead((31, belt), h.before, h, "hidden before", scale=h),
                Bead((213, belt), (1 - f) * h.before, h, "kept", scale=h, made=True),
                Bead((408, belt), h, h, "hidden", scale=h),
                Bead((at_f, 290), 1 - f, f, "keep share", side="right", made=True),
                Bead((at_g, 288), f * g, g, "written", side="right", made=True),
                Note((seen, gates + 56), f * h.before, h, "past", (seen, gates),
                     called=f * h.before),
                Token((read, floor)),
            ),
        )  # fmt: skip
