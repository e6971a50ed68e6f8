"""The compiled loops as an engine calls them: arrays in their order, a batch shared by cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from core.activations import Array
from core.cells import Cell, loops
from core.cells.loops import Valid, WayBack
from core.cells.record import Backward, Kernels, Record
from core.engines.fast.modules import Compiled
from core.engines.fast.rows import Blocks, Variant
from core.threads import SHARED_FROM, cores, one_thread, shared

Find = Callable[[Variant, float], Compiled | None]
"""From a cell with its settings, and the products of numbers in a run, its loops; or None."""

SPARE = 64
"""As wide as the widest block of `products.py`."""
ROWS = 8
"""Rows of a batch that one core takes at a time: as few as do not slow the products down."""


class FastLoops:
    """The pair of loops, forward and back; layers that have no compiled ones run in NumPy."""

    def __init__(self, find: Find, *, fewest_steps: int = 1) -> None:
        self.find = find
        self.fewest_steps = fewest_steps
        self.used = False

    def _compiled(self, cell: WayBack, kernels: Kernels, run: Record) -> Compiled | None:
        if not isinstance(cell, Cell) or run.time < self.fewest_steps:
            return None
        if not run.preactivations.dtype == kernels.kernel.dtype == np.float32:
            return None
        return self.find(_variant(cell, kernels), _work(run))

    def forward(
        self, cell: Cell, *, kernels: Kernels, read: Array, valid: Valid | None, record: Record
    ) -> None:
        """Fills the record, first step first."""
        compiled = self._compiled(cell, kernels, record)
        if compiled is None:
            with one_thread():
                loops.forward(cell, kernels=kernels, read=read, valid=valid, record=record)
            return
        self.used = True
        source, units = compiled.source, record.preactivations.shape[3]
        entering = [
            _flat(read),
            _mask(valid),
            _packed(Blocks("kernel", 0, len(cell.maps)), kernels, units=units),
            _standing(cell, kernels),
        ]
        _Shared(compiled.forward, kernels, units, source.forward_rooms).run(
            entering,
            source.forward_blocks,
            [*(kernels[name] for name in source.forward_vectors)],
            _arrays(record),
            batch=read.shape[1],
            work=_work(record),
        )

    def backward(
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
    ) -> None:
        """Fills `into`, last step first, as `core.cells.loops.backward` does."""
        compiled = self._compiled(cell, kernels, record)
        if compiled is None:
            loops.backward(
                cell, record, into=into, kernels=kernels, upstream=upstream, carried=carried,
                valid=valid, truncate=truncate,
            )  # fmt: skip
            return
        source, units = compiled.source, record.preactivations.shape[3]
        _Shared(compiled.backward, kernels, units, source.backward_rooms).run(
            [_flat(upstream), _mask(valid), truncate or 0],
            source.backward_blocks,
            [*(kernels[name] for name in source.backward_vectors)],
            [*_arrays(record), *_arrays(into), *(carried[name] for name in record.states)],
            batch=upstream.shape[1],
            work=_work(record),
        )


def _variant(cell: Cell, kernels: Kernels) -> Variant:
    """The cell with these settings, made once for these weights."""
    known: Variant | None = kernels.laid_out.get(cell.name)
    if known is None:
        names = kernels.activation.name, kernels.recurrent_activation.name
        known = kernels.laid_out[cell.name] = Variant(cell, kernels.options, *names)
    return known


def _standing(cell: Cell, kernels: Kernels) -> Array:
    """The bias that is the same at every step, (maps·units,), made once for these weights."""
    place = cell.name, "standing"
    known: Array | None = kernels.laid_out.get(place)
    if known is None:
        known = kernels.laid_out[place] = cell.standing_bias(kernels).reshape(-1)
    return known


def _work(run: Record) -> float:
    """Products of two numbers in the recurrent products of a run."""
    return float(run.preactivations.size) * run.preactivations.shape[3]


def _flat(array: Array) -> Array:
    """(time, batch, …) as (time·batch, …), maps side by side."""
    return array.reshape(array.shape[0] * array.shape[1], -1)


def _mask(valid: Valid | None) -> Valid:
    return np.zeros(0, bool) if valid is None else np.ascontiguousarray(valid).reshape(-1)


def _arrays(run: Record | Backward) -> tuple[Array, ...]:
    return tuple(map(_flat, (run.preactivations, run.gates, *run.states.values())))


def _packed(blocks: Blocks, kernels: Kernels, *, units: int, rows: int | None = None) -> Array:
    from core.engines.fast.products import FEW, packed

    place = blocks, rows is not None and rows < FEW
    known: Array | None = kernels.laid_out.get(place)
    if known is None:
        columns = kernels[blocks.weight][:, blocks.first * units : blocks.last * units]
        turned = columns.T if blocks.turned else columns
        known = packed(turned, rows=FEW if rows is None else rows)
        kernels.laid_out[place] = known
    return known


@dataclass(frozen=True)
class _Shared:
    """One loop over all rows of a batch, on several cores where there is enough to do.

    In pieces of a few rows each, which read the weights anew: no smaller than they have to be.
    """

    function: Callable[..., None]
    kernels: Kernels
    units: int
    rooms: int

    def run(
        self,
        entering: Sequence[Any],
        blocks: Sequence[Blocks],
        vectors: Sequence[Array],
        arrays: Sequence[Array],
        *,
        batch: int,
        work: float,
    ) -> None:
        """Calls the loop with its arguments in their order."""
        alone = batch < 2 * ROWS or work < SHARED_FROM or cores() < 2
        some = batch if alone else ROWS
        given = [
            *entering,
            *(_packed(each, self.kernels, units=self.units, rows=some) for each in blocks),
            *vectors,
        ]
        starts = range(0, max(1, batch - some // 2), some)  # a short rest goes with the last

        def rows(first: int, last: int) -> None:
            rooms = [np.empty((last - first, self.units), np.float32) for _ in range(self.rooms)]
            spare = np.empty((1, SPARE), np.float32)
            self.function(*given, *rooms, spare, *arrays, batch, first, last - first)

        shared([partial(rows, *ends) for ends in pairwise((*starts, batch))])
