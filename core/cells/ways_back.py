"""By which ways does a gradient come back to a state: kept in place, or through which gate?

A state is read by some of the cell's equations, and each of them hands back a part of its
gradient. From what arrived at every equation, all parts follow at once, for all steps; the parts
add up to the whole. That of an LSTM's cell state c_k, for one,

    ∂L/∂c_k = f_{k+1} ⊙ ∂L/∂c_{k+1}  +  o_k ⊙ φ′(c_k) ⊙ Σ_gates ∂L/∂a_{k+1} · Uᵀ

comes along the cell ("kept"), and through the hidden state by each gate that reads it. The
equations are read as the cell declares them, so that a new cell is split without further words.
Cost: about that of one way back. Not chosen: splitting whole ways from end to end, whose number
doubles with every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.cells.base import Cell
from core.cells.expressions import Expression
from core.cells.interpreted import Values, back_through, weights_by_map
from core.cells.leaves import Gate, Line, Preactivation, State
from core.cells.record import Kernels, Record
from core.cells.routes import values_of

KEPT = "kept"
"""The way of a state's own: c in f ⊙ c₋₁ + …, and a step that a mask skips."""
ABOVE = "above"
"""From what reads the layer's output: the answer, or a layer above."""


@dataclass(frozen=True, eq=False)
class Arrived:
    """∂loss/∂ of what each equation gives, (time, batch, units) in reading order, by name."""

    states: Mapping[str, Array]
    gates: Mapping[str, Array]
    preactivations: Mapping[str, Array]

    def at(self, result: Expression) -> Array:
        """That of one equation's result."""
        match result:
            case Preactivation(name=name):
                return self.preactivations[name]
            case Gate(name=name):
                return self.gates[name]
            case State(name=name):
                return self.states[name]
        raise KeyError(result)


def ways_back(
    cell: Cell,
    state: str,
    *,
    record: Record,
    kernels: Kernels,
    arrived: Arrived,
    valid: NDArray[np.bool_] | None,
) -> dict[str, Array]:
    """The parts of ∂loss/∂`state` after each step, by way; each (time, batch, units).

    In reading order, as `record` and `arrived` are; `valid` (time, batch) is False at steps that
    a mask skipped. A way is named "kept", by the gate that it goes through, or "above".
    """
    split = _Split(cell, record, kernels, arrived, valid)
    return split.of(next(carried for carried in cell.carried if carried.name == state))


@dataclass(frozen=True, eq=False)
class _Split:
    cell: Cell
    record: Record
    kernels: Kernels
    arrived: Arrived
    valid: NDArray[np.bool_] | None

    def of(self, state: State) -> dict[str, Array]:
        total, output = self.arrived.states[state.name], self.cell.carried[0]
        ways: dict[str, Array] = {}
        self._add(ways, KEPT, self._carried_past_masked(total))
        for line in self.cell.lines(self.kernels.options):
            result = line.result
            name = KEPT if result == state else result.name
            later = self._handed(line, self._counted(self.arrived.at(result))).get(state.before)
            if later is not None:
                self._add(ways, name, _from_next(later))
            if result == state or state == output:
                continue
            if result == output:  # what comes by way of the output is told by its own ways
                for way, part in self.of(output).items():
                    through = self._handed(line, self._counted(part)).get(state)
                    if through is not None:
                        self._add(ways, way, through)
            else:
                at_once = self._handed(line, self._counted(self.arrived.at(result))).get(state)
                if at_once is not None:
                    self._add(ways, name, at_once)
        if state == output:
            rest = total - sum(ways.values()) if ways else total
            ways[ABOVE] = rest
        return ways

    def _add(self, ways: dict[str, Array], name: str, part: Array) -> None:
        if name in ways:
            ways[name] = ways[name] + part
        elif name != KEPT or part.any():
            ways[name] = part

    def _handed(self, line: Line, arrived: Array) -> Values:
        """What an equation hands back to each quantity that it reads."""
        return back_through(
            line,
            arrived,
            values=values_of(self.cell, self.record),
            weights=weights_by_map(self.cell, self.kernels),
            kernels=self.kernels,
        )

    def _counted(self, d: Array) -> Array:
        """Nothing goes into the equations of a step that was skipped."""
        return d if self.valid is None else np.where(self.valid[..., None], d, 0).astype(d.dtype)

    def _carried_past_masked(self, total: Array) -> Array:
        """A skipped step hands the whole gradient of its state on to the step before."""
        if self.valid is None:
            return np.zeros_like(total)
        return _from_next(np.where(self.valid[..., None], 0, total).astype(total.dtype))


def _from_next(d: Array) -> Array:
    """What each step gets from the equations of the one after it: nothing at the last."""
    return np.concatenate([d[1:], np.zeros_like(d[:1])])
