"""From gradients at the pre-activations to gradients of the weights.

A weight is used at every step, so its gradient is a sum over steps; the sum is one matrix
product over time and batch together. What each step adds to it is kept only on request: it is
the same product without the sum, (time, …) times the size of the weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells import Backward
from core.layer_trace import LayerTrace, in_reading_order, in_text_order
from core.stages import Dense, Embedding, Layer
from core.trace import DenseTrace


@dataclass
class Contributions:
    """Gathers `total` gradients by parameter name, and `per_step` those in `wanted`."""

    time: int
    wanted: frozenset[str]
    total: dict[str, Array] = field(default_factory=dict)
    per_step: dict[str, Array] = field(default_factory=dict)

    def product(self, name: str, *, inputs: Array, d: Array, direction: Any) -> None:
        """For z = inputs · W: arrays (time, batch, …) in reading order."""
        flat = inputs.reshape(-1, inputs.shape[2])
        self.total[name] = flat.T @ d.reshape(-1, d.shape[2])
        if name in self.wanted:
            each = np.matmul(inputs.transpose(0, 2, 1), d)
            self.per_step[name] = each if direction == "forward" else each[::-1]

    def bias(self, name: str, *, d: Array, direction: Any) -> None:
        """For z = … + b: `d` (time, batch, units) in reading order."""
        each = d.sum(axis=1)
        self.total[name] = each.sum(axis=0)
        if name in self.wanted:
            self.per_step[name] = each if direction == "forward" else each[::-1]

    def embedding(self, stage: Embedding, *, ids: NDArray[Any], d_features: Array) -> None:
        """For x_t = weights[id_t]: `d_features` (batch, time, features), `ids` (batch, time)."""
        name = f"{stage.name}/weights"
        total = np.zeros_like(stage.weights)
        np.add.at(total, ids, d_features)
        self.total[name] = total
        if name in self.wanted:
            each = np.zeros((self.time, *stage.weights.shape), stage.weights.dtype)
            np.add.at(each, (np.arange(self.time)[None, :], ids), d_features)
            self.per_step[name] = each


def dense_gradients(stage: Dense, run: DenseTrace, d: Array, *, into: Contributions) -> None:
    """Gradients of a dense stage from `d` at its pre-activations, (batch, …, units)."""
    if d.ndim == 2:
        # Read once, when the text has ended: it stands at the last time index.
        inputs, d = (_at_the_end(array, into.time) for array in (run.inputs, d))
    else:
        inputs, d = run.inputs.swapaxes(0, 1), d.swapaxes(0, 1)
    into.product(f"{stage.name}/kernel", inputs=inputs, d=d, direction="forward")
    if stage.bias is not None:
        into.bias(f"{stage.name}/bias", d=d, direction="forward")


def _at_the_end(array: Array, time: int) -> Array:
    spread = np.zeros((time, *array.shape), array.dtype)
    spread[-1] = array
    return spread


def layer_gradients(layer: Layer, run: LayerTrace, back: Backward, *, into: Contributions) -> None:
    """Gradients of a recurrent layer's weights, gate by gate."""
    cell, direction = cells.get(layer.cell), layer.direction
    read = np.ascontiguousarray(in_reading_order(run.inputs, direction))
    for gate in cell.maps:
        at, own = cell.index(gate), layer.weights[gate]
        d = np.ascontiguousarray(back.preactivations[:, :, at])
        through = np.ascontiguousarray(back.through_recurrent[:, :, at])
        before = np.ascontiguousarray(cell.recurrent_inputs(gate, run.record, run.kernels))
        name = f"{layer.name}/{gate}"
        into.product(f"{name}/kernel", inputs=read, d=d, direction=direction)
        into.product(f"{name}/recurrent_kernel", inputs=before, d=through, direction=direction)
        if own.bias is not None:
            into.bias(f"{name}/bias", d=d, direction=direction)
        if own.recurrent_bias is not None:
            into.bias(f"{name}/recurrent_bias", d=through, direction=direction)


def named(names: tuple[str, ...], array: Array, *, run: LayerTrace) -> Mapping[str, Array]:
    """Stacked gradients (time, batch, maps, units) in reading order, by name as in the trace."""
    cell = cells.get(run.cell)
    return {name: in_text_order(array[:, :, cell.index(name)], run.direction) for name in names}
