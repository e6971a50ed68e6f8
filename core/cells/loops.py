"""The time loops over the steps of a cell, forward and back: the readable reference.

A cell knows one step; these loops know no cell, and walk over the steps that it lays out. All
input products of a layer are one matrix product before the loop; each step then costs one matrix
product and a few calls that write into arrays made beforehand. An engine may bring another loop
(`engines/`), and is held to this one: the compiled loops of `engines/fast/` are written from the
same equations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.cells.base import Cell
from core.cells.record import Backward, Kernels, Record

Valid = NDArray[np.bool_]


class WayBack(Protocol):
    """What `backward` has to know of a cell: a `Cell`, or one that stands in for it."""

    @property
    def states(self) -> tuple[str, ...]: ...

    def backward_steps(
        self, record: Record, *, into: Backward, kernels: Kernels
    ) -> Iterable[Any]: ...

    def backward(self, now: Any, kernels: Kernels, carried: dict[str, Array]) -> None: ...


class Forward(Protocol):
    """How an engine runs one recurrent layer.

    `read` (time, batch, features) and `valid` (time, batch) are in reading order, `valid` False
    at steps to skip; `record` holds the initial states, and is to be filled.
    """

    def __call__(
        self, cell: Cell, *, kernels: Kernels, read: Array, valid: Valid | None, record: Record
    ) -> None: ...


class Back(Protocol):
    """How an engine goes back through one recurrent layer: see `backward`."""

    def __call__(
        self,
        cell: WayBack,
        record: Record,
        *,
        into: Backward,
        kernels: Kernels,
        upstream: Array,
        carried: dict[str, Array],
        valid: Valid | None,
        truncate: int | None,
    ) -> None: ...


def forward(
    cell: Cell, *, kernels: Kernels, read: Array, valid: Valid | None, record: Record
) -> None:
    """Fills the record, first step first."""
    time, batch, features = read.shape
    flat = record.preactivations.reshape(time * batch, -1)
    np.matmul(read.reshape(time * batch, features), kernels.kernel, out=flat)
    flat += cell.standing_bias(kernels).reshape(-1)
    if valid is None:
        for now in cell.steps(record, kernels):
            cell.step(now, kernels)
        return
    for at, now in enumerate(cell.steps(record, kernels)):
        cell.step(now, kernels)
        skipped = ~valid[at]
        for state in record.states.values():
            state[at + 1][skipped] = state[at][skipped]


def backward(
    cell: WayBack,
    record: Record,
    *,
    into: Backward,
    kernels: Kernels,
    upstream: Array,
    carried: dict[str, Array],
    valid: Valid | None,
    truncate: int | None,
) -> None:
    """Fills `into`, last step first, from `upstream` = ∂loss/∂h_t as it comes from above.

    `upstream` (time, batch, units). `carried` holds ∂loss/∂ of the states after the last step,
    (batch, units), and ends as that of the initial states. `truncate` cuts the way into blocks.
    """
    output = cell.states[0]
    steps: Any = cell.backward_steps(record, into=into, kernels=kernels)
    for now, arriving, at in zip(
        steps, upstream[::-1], reversed(range(len(upstream))), strict=True
    ):
        np.add(carried[output], arriving, out=now.hidden)  # h_t is read above, and at t + 1
        if valid is None:
            cell.backward(now, kernels, carried)
        else:
            before = {name: d.copy() for name, d in carried.items()} | {output: now.hidden}
            cell.backward(now, kernels, carried)
            _skip(~valid[at], into, carried, before, at=at)
        if truncate is not None and at % truncate == 0 and at > 0:
            for d in carried.values():
                d.fill(0)


def _skip(
    skipped: Valid,
    into: Backward,
    carried: dict[str, Array],
    before: dict[str, Array],
    *,
    at: int,
) -> None:
    """At a masked step the states are copies of those before: so are their gradients."""
    for stacked in (into.preactivations, into.gates):
        stacked[at][skipped] = 0
    for name, d in carried.items():
        d[skipped] = before[name][skipped]
        into.states[name][at][skipped] = before[name][skipped]
