"""How far two traces of one run are apart: the number behind "Compare with Keras".

Every recorded array is compared, not the answer alone: two engines may well agree on an answer
and differ on the way. Cost: one pass over both traces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import ForeignTrace, ShapeMismatch
from core.nodes import LayerTrace
from core.trace import Trace


@dataclass(frozen=True)
class Difference:
    """The largest absolute difference, and where it stands.

    `layer` is a recurrent layer or a plain stage, or "" for what the model answered; `quantity`
    an array of it, such as `states/cell`; `time` is None where the array has no steps.
    """

    value: float
    layer: str
    quantity: str
    batch: int
    time: int | None
    unit: int


def largest_difference(one: Trace, other: Trace) -> Difference:
    """Where the two traces, of one model on the same inputs, differ most.

    Compares gates, pre-activations and their parts, states, inputs, initial states and outputs
    of every layer, and the answers. A number that only one of them has (NaN, infinity) counts as
    an infinite difference. Raises ForeignTrace where the models are not the same, ShapeMismatch
    where the inputs cannot have been.
    """
    if one.model_digest != other.model_digest:
        raise ForeignTrace
    largest = None
    for (layer, quantity, array), (_, _, opposite) in zip(
        _arrays(one), _arrays(other), strict=True
    ):
        if array.shape != opposite.shape:
            what = f"{layer} {quantity}".strip()
            raise ShapeMismatch(what=what, found=opposite.shape, expected=array.shape)
        apart = _apart(np.asarray(array), np.asarray(opposite))
        at = np.unravel_index(int(apart.argmax()), apart.shape)
        value = float(apart[at])
        if largest is None or value > largest.value:
            time = int(at[1]) if len(at) == 3 else None
            largest = Difference(value, layer, quantity, int(at[0]), time, int(at[-1]))
    assert largest is not None  # a model has at least one layer
    return largest


def _apart(one: Array, other: Array) -> NDArray[Any]:
    with np.errstate(invalid="ignore"):  # ∞ − ∞, sorted out below
        apart = np.abs(one - other)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return np.where(same, 0, np.where(np.isnan(apart), np.inf, apart))


def _arrays(trace: Trace) -> Iterator[tuple[str, str, Array]]:
    """Node, quantity and array, (batch, time, units) or (batch, units)."""
    for run in trace.nodes.values():
        yield run.name, "inputs", run.inputs
        if isinstance(run, LayerTrace):
            for name, state in run.initial_states.items():
                yield run.name, f"initial_states/{name}", state
        for name, array in run.arrays.items():
            if name not in ("inputs", "outputs"):
                yield run.name, name, array
        yield run.name, "outputs", run.outputs
    yield "", "outputs", trace.outputs
