"""The forward time loop in NumPy: the engine that every picture comes from.

All input products of a layer are one matrix product before the loop; each step then costs one
matrix product and a few calls that write into arrays made beforehand. BLAS threads are held to
one where the matrices are small: waking a second thread costs more than it saves (measured in
tests/benchmarks). Not chosen: compiled loops, which would hide the equations for a factor of two.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from core import cells
from core.activations import Array
from core.cells import Kernels, Record
from core.engines.chain import look_up, run_chain, run_dense
from core.engines.inputs import Inputs
from core.layer_trace import Mask
from core.model import Model
from core.stages import Layer
from core.trace import Trace

_SMALL_PRODUCT = 16_000_000
"""Multiplications in one product below which a single BLAS thread is faster."""


def run(model: Model, inputs: Inputs) -> Trace:
    """Records the model on checked inputs."""
    return run_chain(
        model, inputs, engine="numpy", run_layer=_run_layer, run_dense=run_dense, look_up=look_up
    )


def one_thread(products: int) -> AbstractContextManager[object]:
    """Holds BLAS to one thread for products of that many multiplications, if they are small."""
    if products >= _SMALL_PRODUCT:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _run_layer(
    layer: Layer, *, kernels: Kernels, read: Array, valid: Mask | None, record: Record
) -> None:
    cell = cells.get(layer.cell)
    time, batch, features = read.shape
    flat = record.from_input.reshape(time * batch, -1)
    np.matmul(read.reshape(time * batch, features), kernels.kernel, out=flat)
    np.add(record.from_input, cell.standing_bias(kernels), out=record.preactivations)
    with one_thread(batch * kernels.recurrent_kernel.size):
        _loop(cell, record, kernels, valid)


def _loop(cell: cells.Cell, record: Record, kernels: Kernels, valid: Mask | None) -> None:
    if valid is None:
        for now in cell.steps(record):
            cell.step(now, kernels)
        return
    for at, now in enumerate(cell.steps(record)):
        cell.step(now, kernels)
        skipped = ~valid[at]
        for state in record.states.values():
            state[at + 1][skipped] = state[at][skipped]
