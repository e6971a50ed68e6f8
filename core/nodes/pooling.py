"""One vector of a sequence: the greatest of each feature, its mean, or all steps side by side.

Above a recurrent layer that hands on every step, they are what a text is answered by in place of
the last step. What they do with masked steps is what Keras does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.activations import Array
from core.errors import OutOfRange
from core.nodes.base import Back, Node, NodeTrace
from core.nodes.flow import MAIN, Flow, Mask, Spec


class _Pooling(Node):
    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """One vector of as many features."""
        return {MAIN: Spec(self.check_steps(self.check_features(read[0])).features, steps=False)}


@dataclass(frozen=True, eq=False)
class GlobalMaxPooling(_Pooling):
    """y = max over t of x_t, feature by feature. Masked steps count like others."""

    kind: ClassVar[str] = "global_max_pooling"
    title: ClassVar[str] = "GlobalMaxPooling1D"

    def run(self, *read: Flow) -> NodeTrace:
        """Y (batch, features)."""
        return self.trace(read, Flow(read[0].values.max(axis=1)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To the greatest alone; steps that are equally great share."""
        d = self.arrived(gradients, run)
        greatest = run.inputs == run.outputs[:, None]
        shares = greatest / np.maximum(greatest.sum(axis=1, keepdims=True), 1)
        return Back(((shares * d[:, None]).astype(d.dtype),))


@dataclass(frozen=True, eq=False)
class GlobalAveragePooling(_Pooling):
    """y = mean over t of x_t, over the steps that are not masked.

    Where all are masked that is 0/0, as it is in Keras: not a number.
    """

    kind: ClassVar[str] = "global_average_pooling"
    title: ClassVar[str] = "GlobalAveragePooling1D"

    def run(self, *read: Flow) -> NodeTrace:
        """Y (batch, features)."""
        x, mask = read[0].values, read[0].mask
        if mask is None:
            return self.trace(read, Flow(x.mean(axis=1)))
        with np.errstate(invalid="ignore"):
            mean = np.where(mask[..., None], x, 0).sum(axis=1) / _counted(mask, x)
        return self.trace(read, Flow(mean))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To every step alike, none to those masked."""
        d, x = self.arrived(gradients, run), run.inputs
        if run.mask is None:
            return Back((np.broadcast_to(d[:, None] / x.dtype.type(x.shape[1]), x.shape),))
        share = d / np.maximum(_counted(run.mask, x), 1)
        return Back((np.where(run.mask[..., None], share[:, None], 0).astype(d.dtype),))


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
    title: ClassVar[str] = "Flatten"
    settings: ClassVar[tuple[str, ...]] = ("steps",)

    def __post_init__(self) -> None:
        if self.steps < 1:
            what = f"steps of {self.name}"
            raise OutOfRange(what=what, found=self.steps, expected="at least 1")

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """One vector of the features of all steps together."""
        return {MAIN: Spec((super().spec(*read)[MAIN].features or 0) * self.steps, steps=False)}

    def run(self, *read: Flow) -> NodeTrace:
        """Y (batch, steps · features)."""
        return self.trace(read, Flow(read[0].values.reshape(len(read[0].values), -1)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """Each step gets its own part."""
        return Back((self.arrived(gradients, run).reshape(run.inputs.shape),))
