"""What a value in the body of a loop is of the step's input and the state, where it can be said.

Numbers of the file, a `Linear` form of both, or a function of one, a `Gate`: that is all that goes
into a cell before its states are mixed. What is made of those is known by its numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

Function = tuple[str, float, float]
"""An activation by ONNX's name, with its alpha and beta."""

CURVES: Mapping[str, Callable[[Numbers, float, float], Numbers]] = {
    "Sigmoid": lambda x, a, b: 0.5 + 0.5 * np.tanh(0.5 * x),
    "Tanh": lambda x, a, b: np.tanh(x),
    "Relu": lambda x, a, b: np.maximum(x, 0),
    "Softsign": lambda x, a, b: x / (1 + abs(x)),
    "HardSigmoid": lambda x, a, b: np.clip(a * x + b, 0, 1),
}
NUMBERS = {"HardSigmoid": (0.2, 0.5)}


@dataclass(frozen=True, eq=False)
class Linear:
    """[x, h, 1] · matrix, (features + units + 1, n); and where a gate stands in it, more.

    With a gate r, r ⊙ ([x, h, 1] · inner) · outer is added, as a GRU's candidate has it.
    """

    matrix: Numbers
    gate: Gate | None = None
    inner: Numbers | None = None
    outer: Numbers | None = None

    def columns(self, chosen: Any) -> Linear:
        """Some of the n numbers."""
        outer = None if self.outer is None else self.outer[:, chosen]
        return replace(self, matrix=self.matrix[:, chosen], outer=outer)


@dataclass(frozen=True, eq=False)
class Gate:
    """A function of a linear form."""

    function: Function
    of: Linear

    @property
    def width(self) -> int:
        return self.of.matrix.shape[1]


@dataclass(frozen=True, eq=False)
class Known:
    """What a name holds: its numbers, and what they are. `form` is None for all else."""

    array: NDArray[Any]
    form: Linear | Gate | None = None
    stored: bool = False


def times(form: Linear | Gate | None, w: Known) -> Linear | None:
    """A linear form times numbers of the file."""
    if not isinstance(form, Linear) or not w.stored or w.array.ndim != 2:
        return None
    outer = None if form.outer is None else form.outer @ w.array
    return replace(form, matrix=form.matrix @ w.array, outer=outer)


def linear(value: Known, made: NDArray[Any], *, rows: int) -> Linear | None:
    """A value of a sum as a linear form; numbers of the file are one that reads nothing."""
    if isinstance(value.form, Linear):
        return value.form if value.array.shape == made.shape else None
    if not value.stored or not rows or made.ndim != 2:
        return None
    matrix = np.zeros((rows, made.shape[1]))
    matrix[-1] = value.array
    return Linear(matrix)


def columns(x: Known, chosen: slice) -> Known:
    """Some of the numbers side by side."""
    form = x.form
    if isinstance(form, Linear):
        form = form.columns(chosen)
    elif isinstance(form, Gate):
        form = replace(form, of=form.of.columns(chosen))
    return Known(x.array[:, chosen], form)
