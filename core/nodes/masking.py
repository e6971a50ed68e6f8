"""Masking: steps at which every feature has one certain value are skipped by what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.activations import Array
from core.errors import OutOfRange
from core.nodes.base import Back, Mask, NodeTrace, Plain


@dataclass(frozen=True, eq=False)
class Masking(Plain):
    """y_t = x_t where any feature of it is not `value`; else 0, and the step is masked.

    As in Keras, its mask takes the place of one from before; one that is given to `record` stays.
    """

    value: float = 0.0

    kind: ClassVar[str] = "masking"
    settings: ClassVar[tuple[str, ...]] = ("value",)
    reads_steps: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not np.isfinite(self.value):
            what = f"value of {self.name}"
            raise OutOfRange(what=what, found=self.value, expected="a finite number")

    def valid(self, x: Array) -> Mask:
        """The mask that it makes of `x` (batch, time, features): False at steps to skip."""
        return (x != self.value).any(axis=-1)

    def run(self, x: Array, mask: Mask | None = None) -> NodeTrace:
        """y_t."""
        return NodeTrace(self.name, x, np.where(self.valid(x)[..., None], x, 0).astype(x.dtype))

    def back(self, d: Array, run: NodeTrace, mask: Mask | None = None) -> Back:
        """Nothing to the steps that are skipped."""
        return Back(np.where(self.valid(run.inputs)[..., None], d, 0).astype(d.dtype))
