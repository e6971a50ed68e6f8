"""From gradients at the pre-activations to gradients of the weights.

A weight is used at every step, so its gradient is a sum over steps; the sum is one matrix
product over time and batch together. What each step adds to it is kept only on request: it is
the same product without the sum, (time, …) times the size of the weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells import Backward, Cell, Weight
from core.cells.expressions import Expression
from core.layer_trace import LayerTrace, in_reading_order, in_text_order
from core.nodes import Back, Direction, Embedding, Layer, Plain


@dataclass
class Contributions:
    """Gathers `total` gradients by parameter name, and `per_step` those in `wanted`."""

    time: int
    wanted: frozenset[str]
    total: dict[str, Array] = field(default_factory=dict)
    per_step: dict[str, Array] = field(default_factory=dict)

    def of(self, prefix: str, direction: Direction) -> Callable[..., None]:
        """What takes the gradients of the weights under `prefix`, from a layer in `direction`."""
        return partial(self._give, prefix, direction)

    def _give(
        self,
        prefix: str,
        direction: Direction,
        what: str,
        total: Array,
        *,
        product: tuple[Array, Array] | None = None,
        added: Array | None = None,
    ) -> None:
        """Keeps a total, and its terms: of z = inputs · W, or of z = … + b; time first."""
        name = f"{prefix}/{what}"
        self.total[name] = total
        if name not in self.wanted:
            return
        if product is not None:
            inputs, d = product
            each = np.matmul(inputs.transpose(0, 2, 1), d)
        else:
            assert added is not None
            each = added.sum(axis=1)
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


def plain_gradients(stage: Plain, back: Back, *, into: Contributions) -> Array:
    """Gathers the gradients of a plain stage's weights; gives ∂loss/∂ of what it read."""

    def by_step(array: Array) -> Array:
        """(batch, …) as (time, batch, …)."""
        if array.ndim == 3:
            return array.swapaxes(0, 1)
        # Read once, when the text has ended: it stands at the last time index.
        spread = np.zeros((into.time, *array.shape), array.dtype)
        spread[-1] = array
        return spread

    gives = into.of(stage.name, "forward")
    for what, (inputs, d) in back.products.items():
        inputs, d = by_step(inputs), by_step(d)
        gives(what, _total(inputs, d), product=(inputs, d))
    for what, each in back.added.items():
        each = by_step(each)
        gives(what, each.sum(axis=(0, 1)), added=each)
    return back.inputs


def layer_gradients(layer: Layer, run: LayerTrace, back: Backward, *, into: Contributions) -> None:
    """Gradients of a recurrent layer's weights, gate by gate, by what each weight multiplies.

    The products are made for all gates at once that multiply the same, and then split.
    """
    cell, kernels = cells.get(layer.cell), run.kernels
    read = np.ascontiguousarray(in_reading_order(run.inputs, layer.direction))
    d = _side_by_side(back.preactivations)

    @cache
    def of(expression: Expression) -> Array:
        return cell.evaluated(expression, record=run.record, kernels=kernels, inputs=read)

    by_row: dict[tuple[Weight, Expression | None], list[tuple[str, Expression | None]]] = {}
    for gate in cell.stacked:
        for weight, row, factor in cell.terms(gate, kernels.options):
            by_row.setdefault((weight, row), []).append((gate, factor))
    for (weight, row), uses in by_row.items():
        columns = [_columns(cell, gate, layer.units) for gate, _ in uses]
        through = d
        if len(uses) < len(cell.stacked):
            through = np.concatenate([d[:, :, own] for own in columns], axis=2)
            columns = [_at(at, layer.units) for at in range(len(uses))]
        if any(factor is not None for _, factor in uses):
            through = through.copy() if through is d else through
            for own, (_, factor) in zip(columns, uses, strict=True):
                if factor is not None:
                    through[:, :, own] *= of(factor)  # a = … + factor ⊙ (row · weight)
        total = through.sum(axis=(0, 1)) if row is None else _total(of(row), through)
        for own, (gate, _) in zip(columns, uses, strict=True):
            if weight.name not in layer.weights[gate]:
                continue
            gives = into.of(f"{layer.name}/{gate}", layer.direction)
            part = through[:, :, own]
            if row is None:
                gives(weight.name, total[own], added=part)
            else:
                gives(weight.name, total[:, own], product=(of(row), part))


def _columns(cell: Cell, gate: str, units: int) -> slice:
    return _at(cell.index(gate), units)


def _at(place: int, units: int) -> slice:
    return slice(place * units, (place + 1) * units)


def _side_by_side(stacked: Array) -> Array:
    """(time, batch, maps, units) as (time, batch, maps·units)."""
    return stacked.reshape(*stacked.shape[:2], -1)


def _total(inputs: Array, d: Array) -> Array:
    """Σ over time and batch of inputsᵀ d, for z = inputs · W."""
    return inputs.reshape(-1, inputs.shape[2]).T @ d.reshape(-1, d.shape[2])


def named(names: tuple[str, ...], array: Array, *, run: LayerTrace) -> Mapping[str, Array]:
    """Stacked gradients (time, batch, maps, units) in reading order, by name as in the trace."""
    cell = cells.get(run.cell)
    return {name: in_text_order(array[:, :, cell.index(name)], run.direction) for name in names}
