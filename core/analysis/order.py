"""In which order should units stand in a picture?

Units have no natural order, so a heatmap of them in the order of their index hides what they
have in common. `activity` puts those first that move most (largest variance over the steps: a
gate that stays open has a large mean and shows nothing). `similarity` puts units side by side
that rise and fall together: hierarchical clustering (average linkage) on 1 − correlation, its
leaves in the order that brings neighbours closest (Bar-Joseph, Gifford & Jaakkola 2001).
Cost of similarity: cubic in the number of units in the worst case; 0.1 s for 256. Not chosen:
the first principal component alone, which is faster and puts unrelated units side by side.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.errors import ShapeMismatch, UnknownName
from core.nodes import LayerTrace, Mask

By = Literal["index", "activity", "similarity"]


def order_units(values: Array, *, by: By = "index", mask: Mask | None = None) -> NDArray[np.intp]:
    """The permutation of units that puts `values` (time, units) in order: values[:, order].

    Steps where `mask` (time,) is False do not count. Equal units keep the order of their index.
    Under similarity, units that never move, or are not finite, stand last: they correlate with
    nothing. Raises UnknownName, ShapeMismatch.
    """
    if by not in get_args(By):
        raise UnknownName(kind="order of units", found=by, known=", ".join(get_args(By)))
    if values.ndim != 2:
        raise ShapeMismatch(what="The array", found=values.shape, expected="(time, units)")
    if mask is not None and mask.shape != values.shape[:1]:
        raise ShapeMismatch(what="mask", found=mask.shape, expected=values.shape[:1])
    counted = np.asarray(values if mask is None else values[mask], dtype=np.float64)
    units = counted.shape[1]
    if by == "index" or len(counted) == 0:
        return np.arange(units)
    finite = np.isfinite(counted).all(axis=0)
    moves = finite & (counted.max(axis=0) > counted.min(axis=0))
    if by == "activity":
        variance = np.zeros(units)
        if moves.any():
            largest = np.abs(counted[:, moves]).max()  # so that squares neither overflow nor vanish
            variance[moves] = (counted[:, moves] / largest).var(axis=0)
        return np.argsort(-variance, kind="stable")
    moving, still = np.flatnonzero(moves), np.flatnonzero(~moves)
    if len(moving) > 2:
        moving = moving[_leaves(counted[:, moving])]
    return np.concatenate([moving, still])


def memory_of(run: LayerTrace) -> str:
    """The state that carries the past: the cell of an LSTM, else the hidden state."""
    cell = cells.get(run.cell)
    return cell.memory or cell.states[0]


def layer_order(run: LayerTrace, *, by: By) -> NDArray[np.intp]:
    """One order of the units of a layer for everything recorded of it, by what carries the past."""
    mask = None if run.mask is None else run.mask[0]
    return order_units(run.states[memory_of(run)][0], by=by, mask=mask)


def first_look(run: LayerTrace) -> tuple[int, int]:
    """A step and a unit at which something happens: where the liveliest unit moves most.

    Not the step that is read first, if there is another: nothing stands in the memory before it.
    """
    name = memory_of(run)
    unit = int(layer_order(run, by="activity")[0])
    moved = np.abs(run.states[name][0, :, unit] - run.previous[name][0, :, unit])
    if len(moved) > 1:
        moved[0 if run.direction == "forward" else -1] = 0
    return int(np.argmax(np.nan_to_num(moved))), unit


def _leaves(values: Array) -> NDArray[np.intp]:
    """The order of the leaves for (time, units), none of them constant."""
    # Here, because its import takes longer than most pages, which keep units as they are.
    from scipy.cluster.hierarchy import leaves_list, linkage

    scaled = values / np.abs(values).max(axis=0)  # as above
    centred = scaled - scaled.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=0)
    distance = np.clip(1 - centred.T @ centred, 0, 2)
    above = distance[np.triu_indices(len(distance), k=1)]
    return leaves_list(linkage(above, method="average", optimal_ordering=True)).astype(np.intp)
