"""What does a model predict from each window of a series, and is it better than nothing?

The window is moved along the series a step at a time; each is read from the initial state, as in
training. Beside each prediction stand the true value, some steps ahead of the window's end, and the
naive forecast: that nothing changes, which is the value at the window's end. A model that is no
better than that has learned nothing that counts (Hyndman & Koehler 2006, on scaled errors).

All windows run side by side in blocks of bounded memory; where that would take long, some
neighbouring ones are taken, and `first` and `total` say which. Not chosen: one pass over the whole
series, which gives a model states that it never had in training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.sequence import check_index
from core.engines import record
from core.errors import OutOfRange, ShapeMismatch, UnsupportedModel
from core.model import Model
from core.text import Affine

Numbers = NDArray[np.float64]

WORK = 2_000_000_000
"""Products of a weight and a number that one call may take: about a second."""
_BLOCK = 16_000_000
"""Numbers that a block of windows may record."""


@dataclass(frozen=True, eq=False)
class Rolling:
    """Predictions along a series, (windows,) each.

    Attributes:
        ends: the step that each window reads last.
        steps: the step that each prediction is about; it may lie past the end of the series.
        predicted: what the model answers, in the unit of the truth.
        actual: the true value, NaN past the end.
        naive: the last value that was known.
        total: how many windows the series has, of which these are neighbours.
    """

    ends: NDArray[np.intp]
    steps: NDArray[np.intp]
    predicted: Numbers
    actual: Numbers
    naive: Numbers
    total: int

    @property
    def error(self) -> float:
        """The root of the mean squared error of the predictions, NaN without any truth."""
        return _root_mean_square(self.predicted - self.actual)

    @property
    def naive_error(self) -> float:
        """That of the naive forecast, over the same windows."""
        return _root_mean_square(self.naive - self.actual)


def rolling(
    model: Model,
    values: Numbers,
    *,
    truth: Numbers,
    length: int,
    output: int = 0,
    ahead: int = 1,
    scaling: Affine | None = None,
    near: int | None = None,
) -> Rolling:
    """Read every window of `length` steps of `values` (time, features), as the model takes them.

    `output` is compared with `truth` (time,) `ahead` steps after the window's end; 0 is the end
    itself. `scaling` is undone on what the model answers. A model that answers at every step is
    taken at its word at the last one. Where there are more windows than a second allows, those
    around step `near` are taken, or the last.

    Raises ShapeMismatch where truth and values have different lengths or the series is shorter than
    a window, OutOfRange, UnsupportedModel for a model of several inputs.
    """
    if len(model.inputs) > 1:
        raise UnsupportedModel(what="A forecast", why=f"{model.name} reads several things")
    if truth.shape != (len(values),):
        raise ShapeMismatch(what="truth", found=truth.shape, expected=(len(values),))
    if length < 1 or ahead < 0:
        raise OutOfRange(what="length and ahead", found=(length, ahead), expected="1 and 0 or more")
    check_index("output", output, length=model.outputs)
    total = len(values) - length + 1
    if total < 1:
        raise ShapeMismatch(what="series", found=(len(values),), expected=f"{length} steps or more")
    ends = _ends(model, total, length=length, near=near)
    answers = _answers(model, values, ends, length=length)[:, output].astype(np.float64)
    steps = ends + ahead
    known = steps < len(values)
    actual = np.where(known, truth[np.minimum(steps, len(values) - 1)], np.nan)
    # Of the end itself the last known value is the one before.
    last = ends - (ahead == 0)
    naive = np.where(last >= 0, truth[np.maximum(last, 0)], np.nan)
    predicted = answers if scaling is None else scaling.undo(answers)
    return Rolling(ends, steps, predicted, actual, naive, total)


def at_once(model: Model, *, length: int) -> int:
    """How many windows are read in one call."""
    return max(1, int(WORK / (length * max(1, model.parameter_count))))


def _ends(model: Model, total: int, *, length: int, near: int | None) -> NDArray[np.intp]:
    """The windows' last steps: all, or as many as can be run in time, in fixed blocks."""
    most = at_once(model, length=length)
    starts = np.arange(total)
    if total > most:
        last = (total - 1) // most
        block = last if near is None else min(max(near - length + 1, 0) // most, last)
        starts = starts[block * most : (block + 1) * most]
    return starts + length - 1


def _answers(
    model: Model, values: Numbers, ends: NDArray[np.intp], *, length: int
) -> NDArray[np.floating]:
    """What the model answers to the windows that end there, (windows, outputs)."""
    windows = np.lib.stride_tricks.sliding_window_view(values, length, axis=0)
    numbers = sum(layer.units * (4 * len(layer.weights) + 4) for layer in model.layers)
    most = max(1, _BLOCK // (length * (numbers + model.features)))
    found = []
    for first in range(0, len(ends), most):
        block = windows[ends[first : first + most] - length + 1].transpose(0, 2, 1)
        outputs = record(model, np.ascontiguousarray(block, dtype=model.dtype)).outputs
        found.append(outputs if outputs.ndim == 2 else outputs[:, -1])
    return np.concatenate(found)


def _root_mean_square(errors: Numbers) -> float:
    seen = errors[np.isfinite(errors)]
    return float(np.sqrt(np.mean(seen**2))) if seen.size else float("nan")
