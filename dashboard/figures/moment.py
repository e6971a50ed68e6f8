"""One unit of a layer at one step: every number that its diagram shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core import cells
from core.errors import OutOfRange
from core.layer_trace import LayerTrace

_SIGNS = {"sigmoid": "σ", "linear": "id"}
_LONGEST = 5


@dataclass(frozen=True)
class Moment:
    """What one unit was at one step.

    `gates`, `states` (after the step) and `previous` (before it) by name; `before` the
    pre-activations by map, and `from_input`, `from_hidden` and `bias`, which add up to them;
    `squashed` is the activation of the last state (tanh of an LSTM's cell); `reach` the largest
    absolute value of each state in this text, for widths of lines. `functions` names the
    activation of each map, `function` the layer's own.
    """

    cell: str
    unit: int
    step: int
    masked: bool
    reset_after: bool
    gates: Mapping[str, float]
    states: Mapping[str, float]
    previous: Mapping[str, float]
    before: Mapping[str, float]
    from_input: Mapping[str, float]
    from_hidden: Mapping[str, float]
    bias: Mapping[str, float]
    squashed: float
    reach: Mapping[str, float]
    functions: Mapping[str, str]
    function: str

    @classmethod
    def of(cls, run: LayerTrace, *, step: int, unit: int, batch: int) -> Moment:
        """Read a moment from a trace. Raises OutOfRange for a step, unit or batch not there."""
        rows, time, units = run.outputs.shape
        _check("batch", batch, rows)
        _check("step", step, time)
        _check("unit", unit, units)
        cell, kernels, at = cells.get(run.cell), run.kernels, (batch, step, unit)
        states = {name: float(array[at]) for name, array in run.states.items()}
        memory = np.asarray([states[cell.states[-1]]], dtype=run.outputs.dtype)
        maps = run.preactivations
        return cls(
            cell=run.cell,
            unit=unit,
            step=step,
            masked=run.mask is not None and not run.mask[batch, step],
            reset_after=kernels.reset_after,
            gates={name: float(array[at]) for name, array in run.gates.items()},
            states=states,
            previous={name: float(array[at]) for name, array in run.previous.items()},
            before={name: float(array[at]) for name, array in maps.items()},
            from_input={name: float(array.from_input[at]) for name, array in maps.items()},
            from_hidden={name: float(array.from_hidden[at]) for name, array in maps.items()},
            bias={name: float(array.bias[at]) for name, array in maps.items()},
            squashed=float(kernels.activation(memory)[0]),
            reach={
                name: max(float(np.abs(array[batch]).max()), abs(float(run.previous[name][at])))
                for name, array in run.states.items()
            },
            functions={name: cell.activation_of(name, kernels).name for name in cell.maps},
            function=kernels.activation.name,
        )


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
