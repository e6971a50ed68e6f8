"""The gradients of every loss along one text, taken back side by side.

A layer that reads forward has, for every beginning of a text, the states that it has for the whole
text. So one run serves the losses of all beginnings, and one walk over its steps, last first,
takes all of them back: at step k, those of the losses at t ≥ k are the rows of one matrix, and a
step back is a few products of that matrix with the factors of the step (`core/cells/routes.py`),
the same for all rows. Stacked layers go back in lockstep, the upper one first at every step.

Cost: T²/2 rows of (units, maps · units) for T losses, without reading anything again. Memory: T
rows. Not for layers that read from the end, nor for what pools over steps or skips some: they have
other states or other readouts for every beginning (`analysis/triangle.py` takes those one by one).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells import Record
from core.cells.expressions import Expression
from core.cells.leaves import State
from core.cells.routes import Routes
from core.cells.ways_back import ABOVE, KEPT
from core.nodes import LayerTrace
from core.threads import one_thread

Arriving = dict[str, Array]


@dataclass(frozen=True, eq=False)
class Swept:
    """At one step: ∂loss/∂state for the losses from this step on, (losses, units), and its parts.

    Losses in the order of `ends`, from the last one; the parts, by way, add up to `whole`.
    """

    step: int
    whole: Array
    parts: Mapping[str, Array]


def sweep(
    layers: Sequence[LayerTrace],
    *,
    upstream: Array,
    ends: NDArray[np.intp],
    state: str,
    batch: int,
) -> Iterator[Swept]:
    """Every step from the last of `ends` down to 0, for the lowest of `layers`.

    `layers` read one another, upper ones first, all of them forward and without a mask; `ends`
    fall strictly, and `upstream` (ends, units) is what the loss at each sends to the output of
    the uppermost layer at that step. `state` is one of the lowest layer's.
    """
    with one_thread():
        walks = [_Walk.of(layer, losses=len(ends), batch=batch) for layer in layers]
        active = 0
        for step in range(int(ends[0]), -1, -1):
            arriving: Array | None = None
            if active < len(ends) and ends[active] == step:
                active += 1
                arriving = np.zeros((active, upstream.shape[1]), upstream.dtype)
                arriving[-1] = upstream[active - 1]
            swept = None
            for walk in walks:
                lowest = walk is walks[-1]
                swept, arriving = walk.step(
                    step, arriving, active, asked=state if lowest else None, below=not lowest
                )
            assert swept is not None
            yield swept


@dataclass(eq=False)
class _Walk:
    """One layer on the way back: what it carries from step to step, a row for each loss."""

    cell: cells.Cell
    routes: Routes
    kernel: Array
    carried: Arriving
    ways: dict[str, Arriving] = field(default_factory=dict)
    """Of each state asked for, what came to it from the step after, by way."""

    @classmethod
    def of(cls, layer: LayerTrace, *, losses: int, batch: int) -> _Walk:
        cell, kernels = cells.get(layer.cell), layer.kernels
        record = _one(layer.record, batch)
        zeros = {
            name: np.zeros((losses, layer.units), record.preactivations.dtype)
            for name in cell.states
        }
        routes = Routes.of(cell, record=record, kernels=kernels).contracted
        return cls(cell, routes, kernels.kernel, zeros)

    def step(
        self, at: int, arriving: Array | None, active: int, *, asked: str | None, below: bool
    ) -> tuple[Swept | None, Array | None]:
        """One step back of the first `active` losses; what it sends to the layer below, too."""
        output = self.cell.carried[0]
        d: dict[Expression, Array] = {
            state: self.carried[state.name][:active].copy() for state in self.cell.carried
        }
        if arriving is not None:
            d[output] = d[output] + arriving
        target = next((s for s in self.cell.carried if s.name == asked), None)
        found: Arriving = {}
        whole = d[output]
        if target is not None and target == output:
            found = self._shown(output, active, arriving)
        later: dict[str, Arriving] = {}
        d_maps: dict[int, Array] = {}
        for line, handed in self.routes.back:
            result = line.result
            arrived = d.pop(result, None)
            if arrived is None:
                continue
            if result == target:
                whole = arrived
            name = result.name
            if name in self.cell.maps and result == self.cell.values[name].a:
                d_maps[self.cell.index(name)] = arrived
            for leaf, linear in handed.items():
                part = linear.at(arrived, at)
                d[leaf] = d[leaf] + part if leaf in d else part
                if target is None:
                    continue
                if leaf in (target.before, output.before):
                    to = target if leaf == target.before else output
                    _add(later.setdefault(to.name, {}), KEPT if result == to else name, part)
                elif leaf == target and result == output:
                    for way, shown in self._shown(output, active, arriving).items():
                        _add(found, way, linear.at(shown, at))
                elif leaf == target:
                    _add(found, name, part)
        if target is not None and target != output:
            for way, part in self._padded(target, active).items():
                _add(found, way, part)
        for state in self.cell.carried:
            self.carried[state.name][:active] = d.get(state.before, 0)
        self.ways = later
        sent = None
        if below:
            units = whole.shape[1]
            sent = sum(
                (
                    a @ self.kernel[:, place * units : (place + 1) * units].T
                    for place, a in d_maps.items()
                ),
                np.zeros((active, len(self.kernel)), whole.dtype),
            )
        return (None if target is None else Swept(at, whole, found)), sent

    def _shown(self, output: State, active: int, arriving: Array | None) -> Arriving:
        """The ways to the output: those from the step after, and from what reads the layer."""
        ways = self._padded(output, active)
        if arriving is not None:
            ways[ABOVE] = arriving
        return ways

    def _padded(self, state: State, active: int) -> Arriving:
        """The ways from the step after, zero for losses that begin here."""
        return {
            way: part
            if len(part) == active
            else np.concatenate([part, np.zeros((active - len(part), part.shape[1]), part.dtype)])
            for way, part in self.ways.get(state.name, {}).items()
        }


def _one(record: Record, batch: int) -> Record:
    """One sequence of a record, its axis still there."""
    one = slice(batch, batch + 1)
    return Record(
        record.preactivations[:, one],
        record.gates[:, one],
        {name: state[:, one] for name, state in record.states.items()},
        record.changes and record.changes.each(lambda where: where[:, one]),
    )


def _add(ways: Arriving, way: str, part: Array) -> None:
    ways[way] = ways[way] + part if way in ways else part
