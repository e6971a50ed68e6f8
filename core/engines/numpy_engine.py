"""The forward time loop in NumPy: the engine that every picture comes from.

All input products of a layer are one matrix product before the loop; each step then costs one
matrix product and a few calls that write into arrays made beforehand. Not chosen: compiled loops,
which would hide the equations for a factor of two.
"""

from __future__ import annotations

import numpy as np

from core import cells
from core.activations import Array
from core.cells import Kernels, Record
from core.engines.chain import look_up, run_chain, run_plain
from core.engines.inputs import Inputs
from core.layer_trace import Mask
from core.model import Model
from core.nodes import Layer
from core.threads import one_thread
from core.trace import Trace


def run(model: Model, inputs: Inputs) -> Trace:
    """Records the model on checked inputs."""
    with one_thread():
        return run_chain(
            model,
            inputs,
            engine="numpy",
            run_layer=_run_layer,
            run_plain=run_plain,
            look_up=look_up,
        )


def _run_layer(
    layer: Layer, *, kernels: Kernels, read: Array, valid: Mask | None, record: Record
) -> None:
    cell = cells.get(layer.cell)
    time, batch, features = read.shape
    flat = record.preactivations.reshape(time * batch, -1)
    np.matmul(read.reshape(time * batch, features), kernels.kernel, out=flat)
    flat += cell.standing_bias(kernels).reshape(-1)
    _loop(cell, record, kernels, valid)


def _loop(cell: cells.Cell, record: Record, kernels: Kernels, valid: Mask | None) -> None:
    if valid is None:
        for now in cell.steps(record, kernels):
            cell.step(now, kernels)
        return
    for at, now in enumerate(cell.steps(record, kernels)):
        cell.step(now, kernels)
        skipped = ~valid[at]
        for state in record.states.values():
            state[at + 1][skipped] = state[at][skipped]
