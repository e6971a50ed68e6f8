"""minGRU: a GRU whose gates do not look back, so that all of them can be computed at once.

    z_t = σ(x_t W_z + b_z)                      update gate: how much is kept
    g_t = φ(x_t W_g + b_g)                      candidate
    h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ g_t       hidden state

Feng, Tung, Ahmed, Bengio & Hajimirsadeghi 2024, "Were RNNs all we needed?". Here z is this
project's, that of the GRU: z near 1 *keeps*. The paper's z is 1 − z of here: to bring its weights,
turn the signs of W_z and b_z. There is no recurrent kernel, and no φ in the paper: the activation
is linear unless a layer has another. Shapes: x (batch, features); h, z and g (batch, units);
W (features, units); b (units,). σ is the recurrent activation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.diagram import GATE, NODE, Bead, Box, Diagram, Node, Token, Wire
from core.cells.leaves import Line, Look, Words
from core.cells.quantities import CANDIDATE, HIDDEN, PHI, SIGMA, UPDATE, B, W, X, helped
from core.cells.record import Backward, Kernels, Options, Record, in_steps

z = helped(
    UPDATE,
    en="How much of the hidden state is kept; it looks at the input alone.",
    ko="은닉 상태를 얼마나 남길지 정합니다. 입력만 봅니다.",
)
g = helped(
    CANDIDATE, en="What would be written to the hidden state.", ko="은닉 상태에 쓰일 값입니다."
)
h = HIDDEN


class Step(NamedTuple):
    """Views of one step; z, g, h as above."""

    z: Array
    g: Array
    h_before: Array
    h: Array


class BackwardStep(NamedTuple):
    """Views of one step back; d… is ∂loss/∂…, update first."""

    hidden: Array
    d_gates: Array
    d_a: Array
    slopes: Array
    partners: Array
    z: Array


class MinGRU(Cell):
    """Gates update and candidate; state hidden."""

    name = "min_gru"
    title: ClassVar[Words] = {"en": "minGRU", "ko": "minGRU"}
    look = Look("#4d1e2c", "#fcfc9b", "dot")
    carried = (h,)
    default_activations = ("linear", "sigmoid")
    ahead = True

    def equations(self, options: Options) -> Iterable[Line]:
        for gate, function in ((z, SIGMA), (g, PHI)):
            yield Line(gate.a, X @ W + B)
            yield Line(gate, function(gate.a))
        yield Line(h, z * h.before + (1 - z) * g)

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        a, gates = record.preactivations, record.gates
        # No gate waits for the hidden state: those of all steps before the first one.
        kernels.recurrent_activation.function(a[:, :, 0], gates[:, :, 0])  # z = σ(x W + b)
        kernels.activation.function(a[:, :, 1], gates[:, :, 1])  # g = φ(x W + b)
        return in_steps(
            Step,
            z=gates[:, :, 0],
            g=gates[:, :, 1],
            h_before=record.before("hidden"),
            h=record.after("hidden"),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        np.subtract(now.h_before, now.g, out=now.h)
        np.multiply(now.z, now.h, out=now.h)
        np.add(now.h, now.g, out=now.h)  # h = z ⊙ h₋₁ + (1 − z) ⊙ g, as g + z ⊙ (h₋₁ − g)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        a, z, g = record.preactivations, record.gates[:, :, 0], record.gates[:, :, 1]
        slopes = np.empty_like(a)
        slopes[:, :, 0] = kernels.recurrent_activation.slope(z, a[:, :, 0])
        slopes[:, :, 1] = kernels.activation.slope(g, a[:, :, 1])
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_gates=into.gates[::-1],
            d_a=into.preactivations[::-1],
            slopes=slopes[::-1],
            partners=np.stack([record.before("hidden") - g, 1 - z], axis=2)[::-1],
            z=z[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        d_h = now.hidden
        np.multiply(d_h[:, None], now.partners, out=now.d_gates)  # h = z ⊙ h₋₁ + (1 − z) ⊙ g
        np.multiply(now.d_gates, now.slopes, out=now.d_a)  # z = σ(a), g = φ(a)
        np.multiply(d_h, now.z, out=carried["hidden"])  # h = z ⊙ h₋₁ + …

    def diagram(self, options: Options) -> Diagram:
        """The hidden state runs along the top, and nothing leads from it down to the gates."""
        belt, join, gates, bus, floor = 340.0, 238.0, 140.0, 66.0, 18.0
        at_z, at_g, end = 128.0, 300.0, 470.0
        joined, wide = (at_z + at_g) / 2, 96.0
        top, bottom = gates + GATE[1] / 2, gates - GATE[1] / 2
        return Diagram(
            size=(470.0, 392.0),
            body=(40, 454, 88, 376),
            masked=(246, 208),
            parts=(
                Wire(((joined, floor), (joined, bus), (at_z, bus), (at_z, bottom)), "from_input"),
                Wire(((joined, bus), (at_g, bus), (at_g, bottom)), "from_input"),
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
                Box((at_z, gates), z, wide),
                Box((at_g, gates), g, wide),
                Bead((31, belt), h.before, h, "hidden before", scale=h),
                Bead((joined, belt), z * h.before, h, "kept", scale=h, made=True),
                Bead((394, belt), h, h, "hidden", scale=h),
                Bead((joined, join), 1 - z, z, "write share", made=True),
                Bead((at_g, 288), (1 - z) * g, g, "written", side="right", made=True),
                Token((joined, floor)),
            ),
        )  # fmt: skip
