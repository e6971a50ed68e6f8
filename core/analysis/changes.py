"""How far is a changed run from the one that it was made of, step by step?

Two runs of one model, one of them with interventions: what each gate and state of a layer is
different by, how far a state is off at each step (the root of the mean square over its units), and
how much of that is left at the step that is read last. Cost: one pass over what was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.sequence import check_index, layer_of
from core.errors import ForeignTrace, ShapeMismatch
from core.nodes import LayerTrace
from core.nodes.layer_trace import in_text_order
from core.trace import Trace

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Difference:
    """One layer of a run less the same of another.

    Attributes:
        quantities: by how much each gate and state is different, (time, units).
        replaced: where it was put in place, not computed, (time, units); only for those that were.
        states: the names of the states among the quantities, that of the output first.
        backward: whether the layer reads from the end.
    """

    quantities: Mapping[str, Array]
    replaced: Mapping[str, NDArray[np.bool_]]
    states: tuple[str, ...]
    backward: bool

    def off(self, quantity: str) -> Numbers:
        """How far it is off at each step, the root of the mean square over units, (time,)."""
        found = self.quantities[quantity].astype(np.float64)
        root: Numbers = np.sqrt(np.mean(found**2, axis=1))
        return root

    @property
    def furthest(self) -> int:
        """The step at which the first state is furthest off."""
        return int(self.off(self.states[0]).argmax())

    @property
    def left(self) -> float:
        """What is left of that at the step read last, as a share; 0 where nothing is off."""
        off = self.off(self.states[0])
        last = off[0 if self.backward else -1]
        return float(last / off.max()) if off.max() > 0 else 0.0


def difference(before: Trace, after: Trace, *, layer: int | str = 0, batch: int = 0) -> Difference:
    """`after` less `before` in one layer of one sequence.

    Raises UnknownName, OutOfRange, ForeignTrace for runs of two models, and ShapeMismatch for texts
    of two lengths.
    """
    if before.model_digest != after.model_digest:
        raise ForeignTrace
    if before.time != after.time:
        raise ShapeMismatch(what="A changed run", found=after.time, expected=before.time)
    check_index("batch", batch, length=before.batch)
    old, new = layer_of(before, layer), layer_of(after, layer)
    names = (*new.gates, *new.states)
    return Difference(
        quantities={name: _of(new, name)[batch] - _of(old, name)[batch] for name in names},
        replaced=_replaced(new, batch=batch),
        states=tuple(new.states),
        backward=new.direction == "backward",
    )


def _of(run: LayerTrace, name: str) -> Array:
    return run.states[name] if name in run.states else run.gates[name]


def _replaced(run: LayerTrace, *, batch: int) -> dict[str, NDArray[np.bool_]]:
    changes = run.record.changes
    if changes is None:
        return {}
    return {
        name: in_text_order(where, run.direction)[batch] for name, where in changes.replaced.items()
    }
