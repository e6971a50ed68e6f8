"""Masking: steps at which every feature has one certain value are skipped by what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from core.activations import Array
from core.errors import OutOfRange
from core.nodes.base import Back, Node, NodeTrace
from core.nodes.flow import MAIN, Flow, Mask, Spec, both


@dataclass(frozen=True, eq=False)
class Masking(Node):
    """y_t = x_t where any feature of it is not `value`; else 0, and the step is masked.

    As in Keras, its mask takes the place of one from before; one that the caller imposed stays.
    """

    value: float = 0.0

    kind: ClassVar[str] = "masking"
    title: ClassVar[str] = "Masking"
    settings: ClassVar[tuple[str, ...]] = ("value",)

    def __post_init__(self) -> None:
        if not np.isfinite(self.value):
            what = f"value of {self.name}"
            raise OutOfRange(what=what, found=self.value, expected="a finite number")

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The same."""
        return {MAIN: self.check_steps(self.check_features(read[0]))}

    def valid(self, x: Array) -> Mask:
        """The mask that it makes of `x` (batch, time, features): False at steps to skip."""
        return (x != self.value).any(axis=-1)

    def run(self, *read: Flow) -> NodeTrace:
        """y_t."""
        (flow,) = read
        valid = self.valid(flow.values)
        y = np.where(valid[..., None], flow.values, 0).astype(flow.values.dtype)
        return self.trace(read, replace(flow, values=y, mask=both(flow.imposed, valid)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """Nothing to the steps that are skipped."""
        d = self.arrived(gradients, run)
        return Back((np.where(self.valid(run.inputs)[..., None], d, 0).astype(d.dtype),))
