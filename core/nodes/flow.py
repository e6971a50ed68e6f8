"""Flow: what passes between nodes, and the names of the ports where it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array

Mask = NDArray[np.bool_]
Port = str
"""A node's name, or that and what of it: `encoder`, `encoder.last`, `encoder.state.hidden`."""

MAIN = ""
"""What a node hands on unless another port is named."""
LAST = "last"
READ = "read"
"""`encoder.read` is no output: it stands for whatever the encoder reads itself."""
PREACTIVATIONS = "preactivations"
"""Where a loss may meet a node: before its activation (`Activated`)."""


def port(node: str, of: str) -> Port:
    """The port `of` of a node, MAIN being the node itself."""
    return f"{node}.{of}" if of else node


@dataclass(frozen=True, eq=False)
class Flow:
    """What passes from one node to another.

    `values` (batch, time, features), token ids (batch, time), or one vector (batch, features).
    `mask` (batch, time) is False at steps to skip, None where all count; `imposed` the part of
    it that the caller gave and that no node lifts. `clock` says whose steps these are, such as
    "input" or "target"; None for a vector, which has none.
    """

    values: NDArray[Any]
    mask: Mask | None = None
    clock: str | None = None
    imposed: Mask | None = None

    def giving(self, values: Array) -> Flow:
        """Other values at the same steps, with the same mask."""
        return replace(self, values=values)

    @property
    def axes(self) -> tuple[str, ...]:
        """What the axes of the values are."""
        if self.clock is None:
            return ("batch", "features")
        return ("batch", "time", "features")[: self.values.ndim]


@dataclass(frozen=True)
class Spec:
    """What is known of a flow before anything is read.

    `features` at each step, None for token ids; whether it has `steps` (or is one vector), and
    how many there are, `length`, where only so many will do. `of` is the node that gives it.
    """

    features: int | None
    steps: bool = True
    length: int | None = None
    of: str = ""


def both(one: Mask | None, other: Mask | None) -> Mask | None:
    """Where a step counts by one mask and by the other."""
    masks = [mask for mask in (one, other) if mask is not None]
    return reduce(np.logical_and, masks) if masks else None
