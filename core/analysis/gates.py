"""How open are the gates, and how often are they all but stuck?

A sigmoid that stays below 0.1 or above 0.9 hardly moves with its input: the gate is saturated,
shut or open. The share of steps that each unit's gate spends there shows what the layer uses its
gates for (Karpathy, Johnson & Fei-Fei 2015, figure 2). Cost: one pass over the array. Not chosen:
one threshold on the slope, which would not tell shut from open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core import cells
from core.activations import Array
from core.analysis.sequence import chosen
from core.errors import OutOfRange, ShapeMismatch
from core.nodes import LayerTrace, Mask


@dataclass(frozen=True, eq=False)
class Saturation:
    """Shares of steps, each (units,), from 0 to 1.

    `below` the share of steps at which the gate is below `low`, `above` that above `high`;
    `steps` how many steps were counted, over all sequences. NaN where none was.
    """

    low: float
    high: float
    below: Array
    above: Array
    steps: int

    @property
    def between(self) -> Array:
        """The share of steps at which the gate is neither, (units,)."""
        return 1 - self.below - self.above


@dataclass(frozen=True, eq=False)
class GateSummary:
    """One gate in a few numbers: `mean` and `deviation` over counted steps and units.

    `saturation` is None where the gate's activation is unbounded, so that it has no ends.
    """

    name: str
    mean: float
    deviation: float
    saturation: Saturation | None


def saturation(
    gate: Array,
    *,
    low: float = 0.1,
    high: float = 0.9,
    mask: Mask | None = None,
    batch: int | None = None,
) -> Saturation:
    """How often each unit's gate is all but shut or all but open.

    `gate` (batch, time, units) after its activation; steps where `mask` (batch, time) is False
    do not count; `batch` is one sequence, None for all of them. Raises OutOfRange if not
    low < high, ShapeMismatch.
    """
    if not low < high:
        raise OutOfRange(what="low", found=low, expected=f"less than high ({high})")
    counted = _counted(gate, mask=mask, batch=batch)
    return Saturation(
        low=low,
        high=high,
        below=_share(counted < low),
        above=_share(counted > high),
        steps=len(counted),
    )


def unit_means(values: Array, *, mask: Mask | None = None) -> Array:
    """The mean over units at each step, (batch, time) from (batch, time, units), float64.

    NaN where `mask` (batch, time) is False. Raises ShapeMismatch.
    """
    _check_mask(values, mask)
    means = np.asarray(values).mean(axis=-1, dtype=np.float64)
    return means if mask is None else np.where(mask, means, np.nan)


def summarise(
    layer: LayerTrace, *, low: float = 0.1, high: float = 0.9, batch: int | None = None
) -> tuple[GateSummary, ...]:
    """Every gate of a layer in a few numbers, in the order of the cell; () for a SimpleRNN.

    `low` and `high` are places within the bounds of a gate's activation: 0.1 and 0.9 as they
    stand for a sigmoid, −0.8 and 0.8 for a candidate behind tanh. Masked steps do not count.
    """
    cell = cells.get(layer.cell)
    summaries = []
    for name, gate in layer.gates.items():
        counted = _counted(gate, mask=layer.mask, batch=batch).astype(np.float64)
        least, most = cell.bounds(name, layer.kernels)
        shares = None
        if least is not None and most is not None:
            ends = {"low": least + low * (most - least), "high": least + high * (most - least)}
            shares = saturation(gate, **ends, mask=layer.mask, batch=batch)
        mean = float(counted.mean()) if counted.size else np.nan
        deviation = float(counted.std()) if counted.size else np.nan
        summaries.append(GateSummary(name, mean, deviation, shares))
    return tuple(summaries)


def _counted(values: Array, *, mask: Mask | None, batch: int | None) -> Array:
    """The steps that count, one after another, (steps, units)."""
    _check_mask(values, mask)
    kept = chosen(np.asarray(values), batch)
    if mask is None:
        return kept.reshape(-1, kept.shape[-1])
    return kept[chosen(mask, batch)]


def _check_mask(values: Array, mask: Mask | None) -> None:
    if values.ndim != 3:
        expected = "(batch, time, units)"
        raise ShapeMismatch(what="The array", found=values.shape, expected=expected)
    if mask is not None and mask.shape != values.shape[:2]:
        raise ShapeMismatch(what="mask", found=mask.shape, expected=values.shape[:2])


def _share(hits: Array) -> Array:
    if not len(hits):
        return np.full(hits.shape[1], np.nan)
    return hits.mean(axis=0, dtype=np.float64)
