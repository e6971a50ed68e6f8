"""The simple recurrent network.

    h_t = φ(x_t W + h_{t−1} U + b)

Elman 1990, as Keras computes it. Shapes: x (batch, features); h (batch, units);
W (features, units); U (units, units); b (units,). It has no gates: what it computes is its state.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.diagram import NODE, Bead, Diagram, Node, Note, Squash, Token, Wire
from core.cells.leaves import Line, Look, Words
from core.cells.quantities import HIDDEN, PHI, B, U, W, X
from core.cells.record import Backward, Kernels, Options, Record, always, in_steps
from core.cells.twins import KerasTwin, OnnxTwin, TorchTwin

h = HIDDEN


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
    title: ClassVar[Words] = {"en": "SimpleRNN", "ko": "SimpleRNN"}
    look = Look("#6b6e60", "#c3c39e", "dot")
    carried = (h,)
    keras = KerasTwin("SimpleRNN", ("hidden",), calls=(("activation", "hidden"),))
    torch = TorchTwin("RNN", ("hidden",), activations=("tanh", "relu"))
    onnx = OnnxTwin("RNN", ("hidden",), functions=("activation",))

    def equations(self, options: Options) -> Iterable[Line]:
        yield Line(h.a, X @ W + h.before @ U + B)
        yield Line(h, PHI(h.a))

    def steps(self, record: Record, kernels: Kernels) -> Iterable[Step]:
        return in_steps(
            Step,
            z=record.preactivations[:, :, 0],
            hidden_part=always(np.empty_like(record.states["hidden"][0])),
            h_before=record.before("hidden"),
            h=record.after("hidden"),
        )

    def step(self, now: Step, kernels: Kernels) -> None:
        np.matmul(now.h_before, kernels.recurrent_kernel, out=now.hidden_part)
        np.add(now.z, now.hidden_part, out=now.z)  # z = x W + b + h₋₁ U
        kernels.activation.function(now.z, now.h)  # h = φ(z)

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[BackwardStep]:
        z = record.preactivations[:, :, 0]
        return in_steps(
            BackwardStep,
            hidden=into.states["hidden"][::-1],
            d_z=into.preactivations[::-1, :, 0],
            slopes=kernels.activation.slope(record.after("hidden"), z)[::-1],
        )

    def backward(self, now: BackwardStep, kernels: Kernels, carried: dict[str, Array]) -> None:
        np.multiply(now.hidden, now.slopes, out=now.d_z)  # h = φ(z)
        np.matmul(now.d_z, kernels.recurrent_kernel.T, out=carried["hidden"])  # z = … + h₋₁ U

    def diagram(self, options: Options) -> Diagram:
        """The token and the past are added up and squashed, and that is all."""
        line, floor, top = 160.0, 22.0, 240.0
        plus, phi, end = 218.0, 316.0, 470.0
        read, past, bias = map(h.a.share, ("from_input", "from_hidden", "bias"))
        return Diagram(
            size=(470.0, 300.0),
            body=(74, 364, 58, 284),
            masked=(218, 200),
            parts=(
                Wire(((31, line), (130, line)), h, arrow=False),
                Wire(((130, line), (plus - NODE, line)), "from_hidden", past),
                Wire(((plus, floor), (plus, line - NODE)), "from_input", read),
                Wire(((plus, top), (plus, line + NODE)), "bias", bias),
                Wire(((plus + NODE, line), (phi, line)), "", arrow=False),
                Wire(((phi, line), (end, line)), h, h),
                Node((plus, line), "+"),
                Squash((phi, line), "activation"),
                Note(((plus + phi) / 2 - 4, line + 14), h.a, "", "hidden/before"),
                Bead((31, line), h.before, h, "hidden before"),
                Bead((130, line), past, "from_hidden", "from_hidden", called=h.before @ U),
                Bead((plus, 96), read, "from_input", "from_input", side="right", called=X @ W),
                Bead((plus, top), bias, "bias", "bias", called=B),
                Bead((408, line), h, h, "hidden"),
                Token((plus, floor)),
            ),
        )
