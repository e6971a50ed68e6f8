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
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.diagram import GATE, NODE, Bead, Box, Diagram, Node, Note, Token, Wire
from core.cells.expressions import Expression
from core.cells.leaves import Line, Look, Words
from core.cells.quantities import (
    CANDIDATE,
    HIDDEN,
    PHI,
    RESET,
    SIGMA,
    UPDATE,
    B,
    D,
    U,
    W,
    X,
    helped,
)
from core.cells.record import Backward, Kernels, Options, Record, always, in_steps
from core.cells.twins import KerasTwin, OnnxTwin, TorchTwin

z = helped(
    UPDATE,
    en="How much of the hidden state is kept; the rest is overwritten.",
    ko="은닉 상태를 얼마나 남길지 정합니다. 나머지는 새로 씁니다.",
)
r = helped(
    RESET, en="How much of the past the candidate sees.", ko="후보값이 과거를 얼마나 볼지 정합니다."
)
g = helped(
    CANDIDATE, en="What would be written to the hidden state.", ko="은닉 상태에 쓰일 값입니다."
)
h = HIDDEN


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
    """Views of one step back; d… is ∂loss/∂…. `inner` is what the reset gate multiplies.

    `d_through` is room for ∂loss/∂(h_{t−1} U + d).
    """

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
    title: ClassVar[Words] = {"en": "GRU", "ko": "GRU"}
    look = Look("#bb4001", "#ef8111", "dash")
    carried = (h,)
    options: ClassVar[Options] = {"reset_after": True}
    keras = KerasTwin(
        "GRU",
        ("update", "reset", "candidate"),
        calls=(
            ("recurrent_activation", "update"),
            ("recurrent_activation", "reset"),
            ("activation", "candidate"),
        ),
        older={"reset_after": False},
    )
    torch = TorchTwin(
        "GRU",
        ("reset", "update", "candidate"),
        options={"reset_after": True},
        refusal="its reset gate comes before the product, PyTorch's after it",
    )
    onnx = OnnxTwin(
        "GRU",
        ("update", "reset", "candidate"),
        functions=("recurrent_activation", "activation"),
        options={"reset_after": "linear_before_reset"},
    )

    def equations(self, options: Options) -> Iterable[Line]:
        after = options["reset_after"]
        for gate in (z, r):
            a = X @ W + h.before @ U + B
            yield Line(gate.a, a + D if after else a)
            yield Line(gate, SIGMA(gate.a))
        if after:
            yield Line(g.a, X @ W + B + r * (h.before @ U + D))
        else:
            yield Line(g.a, X @ W + (r * h.before) @ U + B)
        yield Line(g, PHI(g.a))
        yield Line(h, z * h.before + (1 - z) * g)

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        a, gates = record.preactivations, record.gates
        product = np.empty_like(a[0])
        before = np.empty_like(product[:, :2])
        return in_steps(
            Step,
            a_gates=a[:, :, :2],
            gates=gates[:, :, :2],
            a_candidate=a[:, :, 2],
            z=gates[:, :, 0],
            r=gates[:, :, 1],
            g=gates[:, :, 2],
            h_before=record.before("hidden"),
            h=record.after("hidden"),
            product=always(product.reshape(len(product), -1)),
            product_gates=always(product[:, :2]),
            product_candidate=always(product[:, 2]),
            narrow=always(before.reshape(len(before), -1)),
            narrow_gates=always(before),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        h_before, h, candidate, r = now.h_before, now.h, now.a_candidate, now.r
        recurrent, units = kernels.recurrent_kernel, h.shape[1]
        after = kernels.options["reset_after"]
        if after:
            np.matmul(h_before, recurrent, out=now.product)
            np.add(now.a_gates, now.product_gates, out=now.a_gates)
        else:
            np.matmul(h_before, recurrent[:, : 2 * units], out=now.narrow)
            np.add(now.a_gates, now.narrow_gates, out=now.a_gates)
        # z, r = σ(x W + b + h₋₁ U + d)
        kernels.recurrent_activation.function(now.a_gates, now.gates)
        if after:
            np.add(now.product_candidate, kernels["recurrent_bias"][2], out=h)
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
        if kernels.options["reset_after"]:
            units = h_before.shape[2]
            inner = h_before @ kernels.recurrent_kernel[:, 2 * units :]
            inner += kernels["recurrent_bias"][2]
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_a=into.preactivations[::-1],
            d_gates=into.gates[::-1],
            d_through=always(np.empty_like(a[0])),
            slopes=slopes[::-1],
            inner=inner[::-1],
            z=z[::-1],
            r=r[::-1],
            keep=(h_before - g)[::-1],
            write=(1 - z)[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h, d_before, d_a, d_gates = now.hidden, carried["hidden"], now.d_a, now.d_gates
        recurrent, units = kernels.recurrent_kernel, d_h.shape[1]
        np.multiply(d_h, now.keep, out=d_gates[:, 0])  # h = z ⊙ h₋₁ + (1 − z) ⊙ g
        np.multiply(d_h, now.write, out=d_gates[:, 2])  # h = z ⊙ h₋₁ + (1 − z) ⊙ g
        np.multiply(d_gates[:, 2], now.slopes[:, 2], out=d_a[:, 2])  # g = φ(a)
        if kernels.options["reset_after"]:
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

    def diagram(self, options: Options) -> Diagram:
        """The hidden state runs along the top, and one gate shares it out.

        The reset gate says how much of the past the candidate may see.
        """
        belt, join, gates, bus, floor = 340.0, 238.0, 140.0, 66.0, 18.0
        at_z, at_g, reset, at_r, end = 100.0, 232.0, 311.0, 392.0, 470.0
        wide, tap = 96.0, 24.0
        joined = (at_z + at_g) / 2
        top, bottom = gates + GATE[1] / 2, gates - GATE[1] / 2
        seen: Expression
        if options["reset_after"]:
            seen, past = g.a.share("from_hidden"), r * (h.before @ U)
        else:
            seen, past = r * h.before, r * h.before
        return Diagram(
            size=(470.0, 392.0),
            body=(40, 454, 88, 376),
            masked=(246, 208),
            parts=(
                # What the gates read: the token, and all hidden units of the step before.
                Wire(((tap, belt), (tap, bus), (at_r, bus), (at_r, bottom)), h),
                Wire(((at_z - 14, bus), (at_z, bus), (at_z, bottom)), h),
                Wire(((reset - 14, bus), (reset, bus), (reset, gates - NODE)), h),
                Wire(((joined, floor), (joined, bus - 2)), "from_input"),
                # The candidate sees the token as it is, and the past through the reset gate.
                Wire(((joined + 4, bus - 8), (at_g, bus - 8), (at_g, bottom)), "from_input"),
                Wire(((at_r - wide / 2, gates), (reset + NODE, gates)), r, r),
                Wire(((reset - NODE, gates), (at_g + wide / 2, gates)), h),
                Wire(((31, belt), (at_z, belt)), h, h.before, scale=h, arrow=False),
                Wire(
                    ((at_z, belt), (at_g, belt)), h, z * h.before, scale=h, arrow=False,
                    masked=h.before,
                ),
                Wire(((at_g, belt), (end, belt)), h, h, scale=h),
                Wire(((at_z, top), (at_z, belt - NODE)), z, z),
                Wire(((at_z + 2, join), (at_g - NODE, join)), z, 1 - z),
                Wire(((at_g, top), (at_g, join - NODE)), g, g),
                Wire(((at_g, join + NODE), (at_g, belt - NODE)), g, (1 - z) * g),
                Node((at_z, belt), "×"),
                Node((at_g, belt), "+"),
                Node((at_g, join), "×"),
                Node((reset, gates), "×"),
                Box((at_z, gates), z, wide),
                Box((at_g, gates), g, wide),
                Box((at_r, gates), r, wide),
                Bead((31, belt), h.before, h, "hidden before", scale=h),
                Bead((166, belt), z * h.before, h, "kept", scale=h, made=True),
                Bead((345, belt), h, h, "hidden", scale=h),
                Bead((161, join), 1 - z, z, "write share", made=True),
                Bead((at_g, 288), (1 - z) * g, g, "written", side="right", made=True),
                Note((reset, gates + 56), seen, h, "past", (reset, gates), called=past),
                Token((joined, floor)),
            ),
        )  # fmt: skip
