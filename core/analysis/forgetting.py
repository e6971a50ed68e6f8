"""How much of the gradient at the memory do the keeping gates alone explain?

A memory's own way back is c_t = f_t ⊙ c_{t−1} + …, so along it ∂c_T/∂c_t is the product of what
keeps, f_{t+1} ⊙ … ⊙ f_T (Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000). Which
state is the memory, and what keeps it, the cell's equations say: the forget gate of an LSTM, the
update gate of a GRU, 1 − i where the gates are coupled. The true gradient takes every other way as
well, through the gates and the hidden state. Drawn together they show how much of it the memory's
own way carries.

All in logarithms to the base 10, so that products of thousands of gates do not underflow; −∞ is
zero. Cost: one cumulative sum. Not chosen: the true gradient unit by unit over its value at the
end, which jumps wherever that value is near zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.analysis.ledger import kept_and_written
from core.analysis.sequence import valid_steps
from core.analysis.vanishing import norms
from core.nodes import LayerGradients, LayerTrace, in_text_order

Logs = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forgetting:
    """What keeps between a step and the end leaves of a memory, in log10, text order.

    `products` (time, units): log10 of the product of what keeps at all steps read after
    this one; 0 at the step read last. Over units, (time,): `mean` of the products and their
    `geometric_mean`.
    """

    products: Logs
    mean: Logs
    geometric_mean: Logs


@dataclass(frozen=True, eq=False)
class CellGradient:
    """‖∂loss/∂memory_t‖ along the text, in log10, as a share of that at the end; (time,).

    The end is the step read last that is not masked. `true` counts every way back; `along_cell`
    the memory's own way alone, the products of what keeps times its gradient at the end. Where no
    other way exists they are equal. Both are −∞ at masked steps past the end, whose cell nobody
    reads, and NaN throughout where the gradient at the end is zero.
    """

    true: Logs
    along_cell: Logs


def forgetting(layer: LayerTrace, *, batch: int = 0) -> Forgetting:
    """The product of what keeps from each step to the end, for each unit of one sequence.

    Masked steps forget nothing. Signs are left out where an unusual activation gives negative
    gates. Raises NoMemory for a cell without a memory, OutOfRange.
    """
    products = _log_products(layer, batch)
    units = products.shape[1]
    mean = (np.logaddexp.reduce(products * np.log(10), axis=1) - np.log(units)) / np.log(10)
    return Forgetting(products, mean, products.mean(axis=1))


def cell_gradient(layer: LayerTrace, gradients: LayerGradients, *, batch: int = 0) -> CellGradient:
    """The true gradient of the memory beside that along it alone, for one sequence.

    `gradients` is the same layer's. Raises as `forgetting`.
    """
    products = _log_products(layer, batch)
    memory = cells.get(layer.cell).memory or ""
    time = len(products)
    valid = valid_steps(layer.mask, batch=batch)
    counted = np.arange(time) if valid is None else np.flatnonzero(valid)
    true = _log10(norms(gradients, state=memory, batch=batch))
    forward = layer.direction == "forward"
    end = int(counted[-1 if forward else 0]) if len(counted) else 0
    if not len(counted) or not np.isfinite(true[end]):
        return CellGradient(np.full(time, np.nan), np.full(time, np.nan))
    at_end = _log10(np.asarray(gradients.states[memory][batch, end], dtype=np.float64))
    along = np.logaddexp.reduce(2 * (products + at_end) * np.log(10), axis=1) / (2 * np.log(10))
    past = np.arange(time) > end if forward else np.arange(time) < end
    return CellGradient(true - true[end], np.where(past, -np.inf, along - true[end]))


def _log_products(layer: LayerTrace, batch: int) -> Logs:
    """log10 of the product of what keeps at the steps read after each, (time, units)."""
    factors, _ = kept_and_written(layer, batch=batch)
    logs = _log10(factors)
    after = np.zeros_like(logs)
    after[:-1] = np.cumsum(logs[:0:-1], axis=0)[::-1]
    return np.ascontiguousarray(in_text_order(after[:, None], layer.direction)[0])


def _log10(values: Array) -> Logs:
    with np.errstate(divide="ignore"):  # zero has the logarithm −∞, which is what is meant
        return np.log10(np.abs(values))
