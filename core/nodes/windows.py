"""Windows along the text: which steps go into each step out, with stride, dilation and padding.

The arithmetic of convolutions and poolings is the same, and that of TensorFlow: with "same", the
padding that is one short stands before the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.activations import Array
from core.errors import WrongInputs
from core.nodes.flow import Flow


@dataclass(frozen=True)
class Windows:
    """Windows of `size` steps, `dilation` apart, one every `stride` steps."""

    name: str
    size: int
    stride: int
    dilation: int
    padding: str

    @property
    def reach(self) -> int:
        """How many steps a window spans."""
        return self.dilation * (self.size - 1) + 1

    def count(self, time: int) -> int:
        """The number of steps out. Raises WrongInputs for a text shorter than a window."""
        if self.padding != "valid":
            return -(-time // self.stride)
        if time < self.reach:
            expected = f"at least {self.reach} steps, because {self.name} looks at that many"
            raise WrongInputs(expected=expected, found=f"{time} steps")
        return (time - self.reach) // self.stride + 1

    def length(self, time: int | None) -> int | None:
        """The same where the number of steps is known. Raises WrongInputs."""
        return None if time is None else self.count(time)

    def before(self, time: int) -> int:
        """Steps of padding before the text."""
        match self.padding:
            case "causal":
                return self.reach - 1
            case "same":
                return max((self.count(time) - 1) * self.stride + self.reach - time, 0) // 2
        return 0

    def padded(self, x: Array, *, filled: Any) -> Array:
        """`x` (batch, time, features) with the padding that its windows need."""
        time = x.shape[1]
        before = self.before(time)
        after = max((self.count(time) - 1) * self.stride + self.reach - time - before, 0)
        if before == after == 0:
            return x
        return np.pad(x, ((0, 0), (before, after), (0, 0)), constant_values=filled)

    def unpadded(self, d: Array, time: int) -> Array:
        """The part of a padded array that stands for the text."""
        before = self.before(time)
        return d[:, before : before + time]

    def steps(self, tap: int, time: int) -> slice:
        """The padded steps at which place `tap` of each window stands."""
        first = tap * self.dilation
        return slice(first, first + (self.count(time) - 1) * self.stride + 1, self.stride)

    def flow(self, read: Flow, values: Array) -> Flow:
        """What comes out: the text's own steps where there is one out for each, without a mask."""
        same = self.stride == 1 and self.padding != "valid"
        return Flow(values, clock=read.clock if same else self.name)
