"""Convolution along the text: each step out is a weighted sum of a few steps in.

    z_t = Σ_j x_{s·t + d·j − p} W_j + b,  y_t = φ(z_t)

`kernel` W (size, features, filters), stride s, dilation d, and p steps of padding before the text:
none for "valid", so many for "same" that there are ⌈steps/s⌉ out, and all of them before for
"causal", so that no step sees a later one (LeCun 1989; van den Oord et al. 2016). Cost: one matrix
product for each tap j. Not chosen: a product over gathered windows, which copies the text `size`
times. As in Keras, a mask ends here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core import activations
from core.activations import Array
from core.errors import OutOfRange, ShapeMismatch
from core.nodes.base import Activated, Back, Contribution, NodeTrace
from core.nodes.checks import check_name, check_shape
from core.nodes.dense import before_activation
from core.nodes.flow import MAIN, PREACTIVATIONS, Flow, Spec
from core.nodes.windows import Windows

PADDINGS = ("valid", "same", "causal")


@dataclass(frozen=True, eq=False)
class Conv1D(Activated):
    """y = φ(x ∗ W + b): `kernel` (size, features, filters), `bias` (filters,) or None."""

    kernel: Array
    bias: Array | None
    activation: str = "linear"
    stride: int = 1
    dilation: int = 1
    padding: str = "valid"

    kind: ClassVar[str] = "conv1d"
    title: ClassVar[str] = "Conv1D"
    needed: ClassVar[tuple[str, ...]] = ("kernel",)
    optional: ClassVar[tuple[str, ...]] = ("bias",)
    settings: ClassVar[tuple[str, ...]] = ("activation", "stride", "dilation", "padding")

    def __post_init__(self) -> None:
        activations.get(self.activation)
        check_name("padding", self.padding, PADDINGS)
        if self.kernel.ndim != 3:
            expected = "(size, features, filters)"
            raise ShapeMismatch(what=self.name, found=self.kernel.shape, expected=expected)
        for name in ("stride", "dilation"):
            if getattr(self, name) < 1:
                what, number = f"{name} of {self.name}", getattr(self, name)
                raise OutOfRange(what=what, found=number, expected="at least 1")
        if self.bias is not None:
            check_shape(f"{self.name}/bias", self.bias, (self.outputs,))

    @property
    def features(self) -> int:
        """The number of inputs at each step."""
        return self.kernel.shape[1]

    @property
    def outputs(self) -> int:
        """The number of filters."""
        return self.kernel.shape[2]

    @property
    def windows(self) -> Windows:
        """Which steps each step out is made of."""
        return Windows(self.name, len(self.kernel), self.stride, self.dilation, self.padding)

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The filters, at fewer steps where it strides or does not pad."""
        spec = self.check_steps(self.check_features(read[0]))
        return {MAIN: Spec(self.outputs, length=self.windows.length(spec.length))}

    def run(self, *read: Flow) -> NodeTrace:
        """Y, and z before the activation."""
        x, windows = read[0].values, self.windows
        padded = windows.padded(x, filled=0)
        z = np.zeros((len(x), windows.count(x.shape[1]), self.outputs), x.dtype)
        for tap, steps in self._taps(x.shape[1]):
            z += padded[:, steps] @ self.kernel[tap]
        if self.bias is not None:
            z += self.bias
        y = activations.get(self.activation)(z)
        return self.trace(read, windows.flow(read[0], y), recorded={PREACTIVATIONS: z})

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """From ∂loss/∂y, or from ∂loss/∂z."""
        d, x, windows = before_activation(self, gradients, run), run.inputs, self.windows
        padded = windows.padded(x, filled=0)
        d_padded, total = np.zeros_like(padded), np.empty_like(self.kernel)
        for tap, steps in self._taps(x.shape[1]):
            d_padded[:, steps] += d @ self.kernel[tap].T  # z_t = … + x_{s·t + d·j − p} W_j
            read = padded[:, steps].reshape(-1, self.features)
            total[tap] = read.T @ d.reshape(-1, self.outputs)

        def each() -> Array:
            rows = [
                np.matmul(padded[:, steps].transpose(1, 2, 0), d.swapaxes(0, 1))
                for _, steps in self._taps(x.shape[1])
            ]
            return np.stack(rows, axis=1)

        return Back(
            (windows.unpadded(d_padded, x.shape[1]),),
            self.contributions(
                kernel=Contribution(total, each, once=False),
                bias=None if self.bias is None else Contribution.of_sum(d),  # z = … + b
            ),
            {PREACTIVATIONS: d},
        )

    def _taps(self, time: int) -> Iterator[tuple[int, slice]]:
        """Each tap j of the kernel, and the padded steps that it multiplies."""
        windows = self.windows
        return ((tap, windows.steps(tap, time)) for tap in range(len(self.kernel)))
