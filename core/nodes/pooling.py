"""One vector of a sequence: the greatest of each feature, its mean, or all steps side by side.

Above a recurrent layer that hands on every step, they are what a text is answered by in place of
the last step. What they do with masked steps is what Keras does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.activations import Array
from core.errors import OutOfRange
from core.nodes.base import Back, Mask, NodeTrace, Plain


class _Pooling(Plain):
    reads_steps: ClassVar[bool] = True
    ends_steps: ClassVar[bool] = True


@dataclass(frozen=True, eq=False)
class GlobalMaxPooling(_Pooling):
    """y = max over t of x_t, feature by feature. Masked steps count like others."""

    kind: ClassVar[str] = "global_max_pooling"

    def run(self, x: Array, mask: Mask | None = None) -> NodeTrace:
        """Y (batch, features)."""
        return NodeTrace(self.name, x, x.max(axis=1))

    def back(self, d: Array, run: NodeTrace, mask: Mask | None = None) -> Back:
        """To the greatest alone; steps that are equally great share."""
        greatest = run.inputs == run.outputs[:, None]
        shares = greatest / np.maximum(greatest.sum(axis=1, keepdims=True), 1)
        return Back((shares * d[:, None]).astype(d.dtype))


@dataclass(frozen=True, eq=False)
class GlobalAveragePooling(_Pooling):
    """y = mean over t of x_t, over the steps that are not masked.

    Where all are masked that is 0/0, as it is in Keras: not a number.
    """

    kind: ClassVar[str] = "global_average_pooling"

    def run(self, x: Array, mask: Mask | None = None) -> NodeTrace:
        """Y (batch, features)."""
        if mask is None:
            return NodeTrace(self.name, x, x.mean(axis=1))
        with np.errstate(invalid="ignore"):
            mean = np.where(mask[..., None], x, 0).sum(axis=1) / _counted(mask, x)
        return NodeTrace(self.name, x, mean)

    def back(self, d: Array, run: NodeTrace, mask: Mask | None = None) -> Back:
        """To every step alike, none to those masked."""
        x = run.inputs
        if mask is None:
            return Back(np.broadcast_to(d[:, None] / x.dtype.type(x.shape[1]), x.shape))
        share = d / np.maximum(_counted(mask, x), 1)
        return Back(np.where(mask[..., None], share[:, None], 0).astype(d.dtype))


def _counted(mask: Mask, x: Array) -> Array:
    """How many steps count, (batch, 1)."""
    return mask.sum(axis=1, keepdims=True).astype(x.dtype)


@dataclass(frozen=True, eq=False)
class Flatten(_Pooling):
    """y = the features of step 1, of step 2, … side by side: texts of exactly `steps` tokens.

    Masked steps count like others.
    """

    steps: int

    kind: ClassVar[str] = "flatten"
    settings: ClassVar[tuple[str, ...]] = ("steps",)

    def __post_init__(self) -> None:
        if self.steps < 1:
            what = f"steps of {self.name}"
            raise OutOfRange(what=what, found=self.steps, expected="at least 1")

    def width(self, features: int) -> int:
        """The features of all steps together."""
        return self.steps * features

    def run(self, x: Array, mask: Mask | None = None) -> NodeTrace:
        """Y (batch, steps · features)."""
        return NodeTrace(self.name, x, x.reshape(len(x), -1))

    def back(self, d: Array, run: NodeTrace, mask: Mask | None = None) -> Back:
        """Each step gets its own part."""
        return Back(d.reshape(run.inputs.shape))
