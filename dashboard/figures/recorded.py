"""Every gate and state of a layer with the scale on which it is drawn.

A scale has a meaning that does not depend on the text: sigmoid gates run from 0 to 1, what a tanh
bounds from −1 to 1, and only what nothing bounds (the cell state, relu) takes its limits from the
numbers, symmetric about zero. So two pictures of two texts can be held side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.errors import UnknownName
from core.nodes import LayerTrace
from dashboard.figures.theme import Kind

Numbers = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Recorded:
    """One gate or state: `values` and `preactivations` (None for states) are (time, units)."""

    name: str
    values: Numbers
    preactivations: Numbers | None
    low: float
    high: float

    @property
    def kind(self) -> Kind:
        """Sequential from 0, or diverging about it."""
        return "diverging" if self.low < 0 else "sequential"


def quantities(layer: LayerTrace) -> tuple[str, ...]:
    """Return the names of everything recorded, in the order of reading: gates, then states."""
    cell = cells.get(layer.cell)
    return (*cell.gates, *reversed(cell.states))


def recorded(
    layer: LayerTrace, *, batch: int = 0, names: Sequence[str] | None = None
) -> tuple[Recorded, ...]:
    """Return gates and states of one sequence, all of them or those named. Raises UnknownName."""
    known = quantities(layer)
    for name in names or ():
        if name not in known:
            raise UnknownName(kind="quantity", found=name, known=", ".join(known))
    return tuple(_one(layer, name, batch) for name in (known if names is None else names))


def shared(several: Iterable[Recorded]) -> list[Recorded]:
    """Return the same quantities on one scale that holds them all."""
    found = list(several)
    low, high = min(each.low for each in found), max(each.high for each in found)
    if low < 0:
        low, high = min(low, -high), max(high, -low)
    return [replace(each, low=low, high=high) for each in found]


def symmetric(values: Numbers) -> tuple[float, float]:
    """Return limits about zero that hold every finite value."""
    reach = _reach(values)
    return -reach, reach


def _one(layer: LayerTrace, name: str, batch: int) -> Recorded:
    cell = cells.get(layer.cell)
    before = layer.preactivations.get(name)
    preactivations = None if before is None else np.asarray(before[batch])
    values = layer.gates[name][batch] if name in layer.gates else layer.states[name][batch]
    low, high = _limits(values, _bounds(layer, name))
    if name in cell.states and cell.values[name].signed:
        low, high = min(low, -high), max(high, -low)
    return Recorded(name, values, preactivations, low, high)


def _bounds(layer: LayerTrace, name: str) -> tuple[float | None, float | None]:
    """What the cell's equations allow a quantity to be; None where they set no limit."""
    cell, kernels = cells.get(layer.cell), layer.kernels
    if name in layer.gates:
        return cell.bounds(name, kernels)
    if name != cell.states[0]:
        return None, None  # a memory that adds up
    gated = bool(cell.gates) and kernels.recurrent_activation.bounds != (0, 1)
    return (None, None) if gated else kernels.activation.bounds


def _limits(values: Numbers, bounds: tuple[float | None, float | None]) -> tuple[float, float]:
    low, high = bounds
    if low is not None and high is not None:
        return (low, high) if low >= 0 else (-max(-low, high), max(-low, high))
    return (0.0, _reach(values)) if low is not None and low >= 0 else symmetric(values)


def _reach(values: Numbers) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0
