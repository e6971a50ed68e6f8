"""What does one step do to a gradient that passes through it?

J_t = ∂state_t/∂state_{t−1} is the factor of one step; gradients vanish or explode as the product
of these does (Pascanu, Mikolov & Bengio 2013). Its spectral norm is the most that the step can
lengthen a gradient: if it stays below 1, the gradient must vanish.

The mathematics stays in the cell: from its equations follows what leads from state to state in one
step (`core/cells/routes.py`), a few scaled matrices that add up to J_t, made for all steps at once,
as if they were a batch. Where a way goes through two matrices (the GRU whose reset gate comes
first), the cell's own `backward`, given the unit vector of one state, answers with one row of J_t.
The larger part of the cost are the spectral norms, cubic in what is carried on. Blocks bound the
memory. Not chosen: a formula for each cell, which would have to be kept true beside the cell's own;
and Lanczos iterations for the norms, which are slow where singular values lie close together, as
those of orthogonal kernels do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.analysis.sequence import check_index
from core.cells import Backward, Record
from core.cells.routes import Routes, jacobian
from core.errors import OutOfRange
from core.nodes import LayerTrace
from core.threads import one_thread

_BLOCK = 1_000_000
"""Numbers in the Jacobians that one thread holds at once."""


@dataclass(frozen=True, eq=False)
class JacobianNorms:
    """Spectral norms, (steps,) each, for the time indices `steps`.

    `whole` of ∂(hidden, cell)_t/∂(hidden, cell)_{t−1}, all that is carried on; `hidden` of its
    block ∂h_t/∂h_{t−1} alone. They are equal for cells that carry only the hidden state.
    """

    steps: NDArray[np.intp]
    whole: Array
    hidden: Array


def jacobians(layer: LayerTrace, *, steps: Sequence[int], batch: int = 0) -> Array:
    """∂state_t/∂state_{t−1} at each of `steps`, (steps, units·states, units·states).

    `steps` are time indices in the order of the text; t − 1 is the step read before, for a layer
    that reads backwards the one after it in the text. Row: which unit after the step; column:
    which before. With several states they are stacked, hidden first, then cell. Identity at
    masked steps. In the trace's number type. Raises OutOfRange.
    """
    kept = _checked(layer, steps, batch)
    with one_thread():
        return _block(layer, kept, batch)


def jacobian_norms(
    layer: LayerTrace, *, steps: Sequence[int] | None = None, batch: int = 0
) -> JacobianNorms:
    """The spectral norm of the one-step Jacobian at each of `steps`, all steps unless given.

    Raises OutOfRange.
    """
    kept = _checked(layer, range(_time(layer)) if steps is None else steps, batch)

    def measured(block: NDArray[np.intp]) -> tuple[Array, Array]:
        found = _block(layer, block, batch)
        whole, own = _spectral_norms(found), found[:, : layer.units, : layer.units]
        return whole, whole if own.shape == found.shape else _spectral_norms(own)

    # NumPy leaves the interpreter free during its loops, so threads share the blocks out.
    with one_thread(), ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        norms = list(pool.map(measured, _blocks(layer, kept)))
    none = np.empty(0, layer.outputs.dtype)
    whole, hidden = (np.concatenate(each) for each in zip((none, none), *norms, strict=True))
    return JacobianNorms(kept, whole, hidden)


def _time(layer: LayerTrace) -> int:
    return layer.outputs.shape[1]


def _checked(layer: LayerTrace, steps: Sequence[int], batch: int) -> NDArray[np.intp]:
    check_index("batch", batch, length=layer.outputs.shape[0])
    time = _time(layer)
    return np.array([check_index("step", step, length=time) for step in steps], dtype=np.intp)


def _blocks(layer: LayerTrace, steps: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    numbers = (layer.units * len(layer.record.states)) ** 2
    length = max(1, _BLOCK // numbers)
    for start in range(0, len(steps), length):
        yield steps[start : start + length]


def one_step_jacobians(layer: LayerTrace) -> Array:
    """∂state_0/∂(the initial states) of every sequence, (batch, units·states, units·states).

    Of a run of one step without a mask: so many states are tried at once. Rows and columns as in
    `jacobians`. Raises OutOfRange for a longer run.
    """
    if _time(layer) != 1:
        raise OutOfRange(what="The number of steps", found=_time(layer), expected="1")
    with one_thread():
        return _rows(layer, layer.record)


def _block(layer: LayerTrace, steps: NDArray[np.intp], batch: int) -> Array:
    found = _rows(layer, _as_batch(layer, steps, batch))
    if layer.mask is not None:
        found[~layer.mask[batch, steps]] = np.eye(found.shape[1], dtype=found.dtype)
    return found


def _rows(layer: LayerTrace, record: Record) -> Array:
    """The Jacobian of each sequence of a record of one step.

    From the factors of the cell's equations where each way from state to state has one matrix at
    most; else row by row, by the cell's own way back.
    """
    cell, units = cells.get(layer.cell), layer.units
    size, count = units * len(cell.states), record.preactivations.shape[1]
    found = np.empty((count, size, size), layer.outputs.dtype)
    if not count:
        return found
    routes = Routes.of(cell, record=record, kernels=layer.kernels).composed
    if routes is None:
        _by_unit_vectors(layer, record, into=found)
        return found
    for row, after in enumerate(cell.states):
        for column, before in enumerate(cell.states):
            rows = slice(row * units, (row + 1) * units)
            columns = slice(column * units, (column + 1) * units)
            jacobian(routes[after, before], into=found[:, rows, columns])
    return found


def _by_unit_vectors(layer: LayerTrace, record: Record, *, into: Array) -> None:
    """Each row from the cell's `backward`, given the unit vector of one state."""
    cell, units = layer.way_back, layer.units
    back = Backward.empty(record)
    (now,) = cell.backward_steps(record, into=back, kernels=layer.kernels)
    carried = {name: np.empty((len(into), units), into.dtype) for name in cell.states}
    for row in range(into.shape[1]):
        for d in (now.hidden, *carried.values()):
            d.fill(0)
        state, unit = cell.states[row // units], row % units
        seeded = now.hidden if state == cell.states[0] else carried[state]
        seeded[:, unit] = 1
        cell.backward(now, layer.kernels, carried)
        for at, name in enumerate(cell.states):
            into[:, row, at * units : (at + 1) * units] = carried[name]


def _as_batch(layer: LayerTrace, steps: NDArray[np.intp], batch: int) -> Record:
    """The steps of one sequence as a record of one step with as many sequences."""
    record = layer.record
    read = steps if layer.direction == "forward" else record.time - 1 - steps

    def taken(stack: Array) -> Array:
        return np.ascontiguousarray(stack[read, batch])[None]

    return Record(
        preactivations=taken(record.preactivations),
        gates=taken(record.gates),
        states={
            name: np.stack([state[read, batch], state[read + 1, batch]])
            for name, state in record.states.items()
        },
        changes=record.changes and record.changes.each(taken),
    )


def _spectral_norms(matrices: Array) -> Array:
    """The largest singular value of each, by the largest eigenvalue of its Gram matrix."""
    largest = np.abs(matrices).max(axis=(1, 2), initial=0)
    scale = np.where(largest > 0, largest, 1).astype(matrices.dtype)
    scaled = matrices / scale[:, None, None]  # so that squares neither overflow nor vanish
    eigenvalues = np.linalg.eigvalsh(scaled @ scaled.swapaxes(1, 2))
    return scale * np.sqrt(np.maximum(eigenvalues[:, -1], 0))
