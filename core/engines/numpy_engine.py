"""The forward time loop in NumPy: the engine that every picture comes from.

All input products of a layer are one matrix product before the loop; each step then costs one
matrix product and a few calls that write into arrays made beforehand. BLAS threads are held to
one where the matrices are small: waking a second thread costs more than it saves (measured in
tests/benchmarks). Not chosen: compiled loops, which would hide the equations for a factor of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial

import numpy as np
from threadpoolctl import ThreadpoolController

from core import cells
from core.activations import Array
from core.cells import Kernels, Record
from core.engines.chain import masked_outputs, run_chain, run_dense
from core.engines.inputs import Inputs
from core.layer_trace import LayerTrace, Mask, in_reading_order
from core.model import Model
from core.stages import Layer
from core.trace import Trace

_SMALL_PRODUCT = 2_000_000
"""Multiplications in one product below which a single BLAS thread is faster."""


def run(model: Model, inputs: Inputs) -> Trace:
    """Records the model on checked inputs."""
    zeroed = {
        layer.name for stage in model.recurrent if stage.zeroes_masked for layer in stage.layers
    }

    def run_layer(
        layer: Layer, x: Array, mask: Mask | None, initial: Mapping[str, Array]
    ) -> LayerTrace:
        return _run_layer(layer, x, mask, initial, zeroes=layer.name in zeroed)

    return run_chain(model, inputs, engine="numpy", run_layer=run_layer, run_dense=run_dense)


def one_thread(products: int) -> AbstractContextManager[object]:
    """Holds BLAS to one thread for products of that many multiplications, if they are small."""
    if products >= _SMALL_PRODUCT:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _run_layer(
    layer: Layer, x: Array, mask: Mask | None, initial: Mapping[str, Array], *, zeroes: bool
) -> LayerTrace:
    cell, kernels = cells.get(layer.cell), layer.kernels()
    read = np.ascontiguousarray(in_reading_order(x, layer.direction))
    time, batch, features = read.shape
    record = Record.empty(cell, time=time, batch=batch, units=layer.units, dtype=x.dtype)
    flat = record.from_input.reshape(time * batch, -1)
    np.matmul(read.reshape(time * batch, features), kernels.kernel, out=flat)
    np.add(record.from_input, cell.standing_bias(kernels), out=record.preactivations)
    for name, state in record.states.items():
        state[0] = initial[name]
    valid = None if mask is None else in_reading_order(mask, layer.direction)
    with one_thread(batch * kernels.recurrent_kernel.size):
        _loop(cell, record, kernels, valid)
    for array in (record.from_input, record.from_hidden, record.preactivations, record.gates,
                  *record.states.values()):  # fmt: skip
        array.flags.writeable = False
    build = partial(
        LayerTrace, layer.name, cell.name, layer.direction, x, mask=mask, record=record,
        kernels=kernels,
    )  # fmt: skip
    trace = build(outputs=np.empty(0, x.dtype))
    return build(outputs=masked_outputs(trace, zeroes=zeroes))


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
