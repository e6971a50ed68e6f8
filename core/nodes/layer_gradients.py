"""LayerGradients: ∂loss/∂ of what one recurrent layer did, and of its weights, gate by gate.

A weight is used at every step, so its gradient is a sum over steps; the sum is one matrix product
over time and batch together, made for all gates at once, which lie side by side, and then split.
What each step adds is made only on request: the same product without the sum.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from core import cells
from core.activations import Array
from core.cells import Backward, Weight
from core.cells.expressions import Expression
from core.nodes.base import Back, Contribution
from core.nodes.layer_trace import LayerTrace, in_reading_order, in_text_order
from core.threads import product


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """∂loss/∂ of what one layer did, in one direction; names and shapes as in its LayerTrace."""

    name: str
    states: Mapping[str, Array]
    gates: Mapping[str, Array]
    preactivations: Mapping[str, Array]
    initial_states: Mapping[str, Array]
    inputs: Array

    @property
    def arrays(self) -> Mapping[str, Array]:
        """Every array (batch, time, units) by name, such as `states/cell`."""
        groups = {"states": self.states, "gates": self.gates}
        groups |= {"preactivations": self.preactivations}
        return {
            f"{group}/{name}": array
            for group, arrays in groups.items()
            for name, array in arrays.items()
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerBack(Back):
    """The way back through a recurrent layer, with everything that it went through."""

    layer: LayerGradients


def layer_gradients(
    run: LayerTrace, back: Backward, *, initial_states: Mapping[str, Array]
) -> LayerGradients:
    """What came back through a layer, by name and in the order of the text."""
    cell, kernels = cells.get(run.cell), run.kernels
    time, batch = back.preactivations.shape[:2]
    flat = back.preactivations.reshape(time * batch, -1)
    d_inputs = product(flat, kernels.kernel.T).reshape(time, batch, -1)  # z = x W + …

    def named(names: tuple[str, ...], stacked: Array) -> Mapping[str, Array]:
        """(time, batch, maps, units) in reading order, by name as in the trace."""
        return {
            name: in_text_order(stacked[:, :, cell.index(name)], run.direction) for name in names
        }

    return LayerGradients(
        name=run.name,
        states={n: in_text_order(d, run.direction) for n, d in back.states.items()},
        gates=named(cell.gates, back.gates),
        preactivations=named(cell.maps, back.preactivations),
        initial_states=initial_states,
        inputs=in_text_order(d_inputs, run.direction),
    )


def weight_gradients(
    run: LayerTrace, back: Backward, *, there: Container[str]
) -> Iterator[tuple[str, Contribution]]:
    """The gradient of each weight that is `there`, by its full name and what it multiplies.

    The products are made for all neighbours at once that multiply the same, and then split.
    """
    cell, kernels, units = cells.get(run.cell), run.kernels, run.units
    read = np.ascontiguousarray(in_reading_order(run.inputs, run.direction))
    d = _side_by_side(back.preactivations)
    order = slice(None, None, 1 if run.direction == "forward" else -1)

    @cache
    def of(expression: Expression) -> Array:
        return cell.evaluated(expression, record=run.record, kernels=kernels, inputs=read)

    by_row: dict[tuple[Weight, Expression | None], list[tuple[str, Expression | None]]] = {}
    for gate in cell.stacked:
        for weight, row, factor in cell.terms(gate, kernels.options):
            by_row.setdefault((weight, row), []).append((gate, factor))

    @cache
    def multiplied_by(gate: str, factor: Expression) -> Array:
        return d[:, :, _at(cell.index(gate), units)] * of(factor)  # a = … + factor ⊙ (row · weight)

    @cache
    def summed() -> Array:  # of all maps at once: of some alone it takes three times as long
        return np.asarray(d.sum(axis=(0, 1)))

    for (weight, row), uses in by_row.items():
        for gates, factor in _together(uses, cell.stacked):
            if factor is None:
                first = cell.index(gates[0])
                columns = slice(first * units, (first + len(gates)) * units)
                through = d[:, :, columns]
                total = summed()[columns] if row is None else _total(of(row), through)
            else:
                through = multiplied_by(gates[0], factor)
                total = through.sum(axis=(0, 1)) if row is None else _total(of(row), through)
            for place, gate in enumerate(gates):
                name, own = f"{run.name}/{gate}/{weight.name}", _at(place, units)
                if name in there:
                    multiplied = None if row is None else of(row)
                    each = partial(_each, multiplied, through[:, :, own], order)
                    yield name, Contribution(total[..., own], each, once=False)


def _together(
    uses: list[tuple[str, Expression | None]], stacked: tuple[str, ...]
) -> Iterator[tuple[list[str], Expression | None]]:
    """Gates that one product serves: neighbours that nothing multiplies, and each other alone."""
    gates: list[str] = []
    for gate, factor in uses:
        if gates and (factor is not None or stacked.index(gate) != stacked.index(gates[-1]) + 1):
            yield gates, None
            gates = []
        if factor is None:
            gates.append(gate)
        else:
            yield [gate], factor
    if gates:
        yield gates, None


def _each(multiplied: Array | None, d: Array, order: slice) -> Array:
    """What each step adds to the gradient of W for z = row · W, or of b for z = … + b."""
    each = d.sum(axis=1) if multiplied is None else np.matmul(multiplied.transpose(0, 2, 1), d)
    return each[order]


def _at(place: int, units: int) -> slice:
    return slice(place * units, (place + 1) * units)


def _side_by_side(stacked: Array) -> Array:
    """(time, batch, maps, units) as (time, batch, maps·units)."""
    return stacked.reshape(*stacked.shape[:2], -1)


def _total(inputs: Array, d: Array) -> Array:
    """Σ over time and batch of inputsᵀ d, for z = inputs · W."""
    return product(inputs.reshape(-1, inputs.shape[2]).T, d.reshape(-1, d.shape[2]))
