"""One unit of a layer at one step: every number that its diagram shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core import cells
from core.cells import Cell
from core.cells.expressions import Expression, evaluate
from core.cells.leaves import Before, Gate, Preactivation, Share, State
from core.cells.record import NUMPY
from core.errors import OutOfRange
from core.nodes import LayerTrace

_SIGNS = {"sigmoid": "σ", "linear": "id", "exponential": "exp"}
_LONGEST = 5


@dataclass(frozen=True)
class Moment:
    """What one unit was at one step.

    `gates`, `states` (after the step) and `previous` (before it) by name; `before` the
    pre-activations by map, and `parts`, which add up to each, by map and part; `reach` the largest
    absolute value of each state in this text, for widths of lines. `layer` is where it is from.
    """

    layer: LayerTrace
    at: tuple[int, int, int]
    masked: bool
    gates: Mapping[str, float]
    states: Mapping[str, float]
    previous: Mapping[str, float]
    before: Mapping[str, float]
    parts: Mapping[str, Mapping[str, float]]
    reach: Mapping[str, float]

    @classmethod
    def of(cls, run: LayerTrace, *, step: int, unit: int, batch: int) -> Moment:
        """Read a moment from a trace. Raises OutOfRange for a step, unit or batch not there."""
        rows, time, units = run.outputs.shape
        _check("batch", batch, rows)
        _check("step", step, time)
        _check("unit", unit, units)
        at = (batch, step, unit)
        return cls(
            layer=run,
            at=at,
            masked=run.mask is not None and not run.mask[batch, step],
            gates={name: float(array[at]) for name, array in run.gates.items()},
            states={name: float(array[at]) for name, array in run.states.items()},
            previous={name: float(array[at]) for name, array in run.previous.items()},
            before={name: float(array[at]) for name, array in run.preactivations.items()},
            parts={
                name: {part: float(values[at]) for part, values in array.parts.items()}
                for name, array in run.preactivations.items()
            },
            reach={
                name: max(float(np.abs(array[batch]).max()), abs(float(run.previous[name][at])))
                for name, array in run.states.items()
            },
        )

    @property
    def cell(self) -> Cell:
        """The cell."""
        return cells.get(self.layer.cell)

    def function(self, name: str) -> str:
        """The function that an equation of the cell calls `name`."""
        return self.layer.kernels.function(name).name

    def value(self, expression: Expression, *, made: bool = False) -> float:
        """The number that an expression of the cell's quantities is here.

        With `made`, states are what the step made of them, also where a mask had them carried on.
        A product with a recurrent kernel alone belongs to no gate: `Share` names those.
        """

        def known(leaf: Expression) -> float | None:
            match leaf:
                case Gate(name=name):
                    return self.gates[name]
                case State(name=name):
                    if made and self.masked:
                        form = self.cell.form(leaf, self.layer.kernels.options)
                        return self.value(form, made=True)
                    return self.states[name]
                case Before(name=name):
                    return self.previous[name]
                case Preactivation(name=name):
                    return self.before[name]
                case Share(name=name, part=part):
                    return self.parts[name].get(part, 0.0)
            return None

        dtype = self.layer.outputs.dtype

        def apply(name: str, x: float) -> float:
            return float(self.layer.kernels.function(name)(np.array([x], dtype))[0])

        return float(evaluate(expression, value=known, apply=apply, arithmetic=NUMPY))


def sign(function: str) -> str:
    """Return how a function is written in a small place: σ, tanh, relu, and φ for long names."""
    shown = _SIGNS.get(function, function)
    return shown if len(shown) <= _LONGEST else "φ"


def number(value: float, *, places: int = 3) -> str:
    """Return a number as diagrams show it: few decimals, a true minus, fewer if it is extreme."""
    size = abs(value)
    if not np.isfinite(value):
        shown = {"nan": "NaN", "inf": "∞"}[f"{size}"]
    elif 0 < size < 0.5 * 10.0**-places or size >= 1e6:
        shown = f"{size:.0e}".replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e")
    else:
        shown = f"{size:.{places}f}" if size < 100 else f"{size:.4g}"
    return f"−{shown}" if value < 0 else shown


def _check(what: str, found: int, length: int) -> None:
    if not 0 <= found < length:
        raise OutOfRange(what=what, found=found, expected=f"from 0 to {length - 1}")
