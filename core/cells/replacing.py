"""A forward loop in which gates and states are replaced, line by line of a cell's equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.cells.base import Cell
from core.cells.interpreted import READ, Values, evaluated, keep, weights_by_map
from core.cells.leaves import Line, Preactivation, State
from core.cells.loops import Valid
from core.cells.record import Changes, Kernels, Record


@dataclass(frozen=True, eq=False)
class Replacement:
    """What takes the place of a gate or a state: `values` where `where`, or the state before.

    Both (time, batch, units) in the order of reading; `values` is None for a state that is frozen.
    """

    where: NDArray[np.bool_]
    values: Array | None


@dataclass(frozen=True, eq=False)
class ReplacingLoop:
    """A forward loop that puts replacements, by the names of gates and states, in their place.

    Steps that a mask skips are not changed: there the states are carried on.
    """

    replacements: Mapping[str, tuple[Replacement, ...]]

    def __call__(
        self, cell: Cell, *, kernels: Kernels, read: Array, valid: Valid | None, record: Record
    ) -> None:
        """Fills the record, first step first, and notes in it what was changed."""
        lines, weights = cell.lines(kernels.options), weights_by_map(cell, kernels)
        counted = np.ones(read.shape[:2], bool) if valid is None else valid
        record.changes = self._changes(counted)
        before = {state: state.before for state in cell.carried}
        for at, x in enumerate(read):
            values: Values = {leaf: record.states[s.name][at] for s, leaf in before.items()}
            values[READ] = x
            for line in lines:
                made = evaluated(line, values, weights, kernels)
                values[line.result] = self._replaced(line, made, values, at=at)
            keep(cell, values, record, at=at)
            skipped = ~counted[at]
            for state in record.states.values():
                state[at + 1][skipped] = state[at][skipped]

    def _replaced(self, line: Line, made: Array, values: Values, *, at: int) -> Array:
        result = line.result
        if isinstance(result, Preactivation):
            return made
        for change in self.replacements.get(result.name, ()):
            if change.values is not None:
                put = change.values[at]
            else:
                assert isinstance(result, State)
                put = values[result.before]
            made = np.where(change.where[at], put, made).astype(made.dtype)
        return made

    def _changes(self, counted: Valid) -> Changes:
        replaced: dict[str, NDArray[np.bool_]] = {}
        frozen: dict[str, NDArray[np.bool_]] = {}
        for name, several in self.replacements.items():
            cut = np.zeros_like(several[0].where)
            held = np.zeros_like(cut)
            for change in several:  # the last one to name a place has it
                held = (held & ~change.where) | (change.where if change.values is None else False)
                cut = cut | change.where
            replaced[name] = cut & counted[..., None]
            if held.any():
                frozen[name] = held & counted[..., None]
        return Changes(replaced, frozen)
