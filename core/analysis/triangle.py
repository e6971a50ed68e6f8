"""How much does the answer at step t owe to the state at each earlier step k, and by which way?

For every beginning of a text, the loss that the model would have if the text ended there is taken
back to every step: the norms ‖∂loss_t/∂s_k‖, k ≤ t, make a triangle, one line for each t, the
itemised gradients of RNNbow (Cashman, Patterson, Mosca, Watts, Robinson & Chang 2019). s is the
memory of the cell, c of an LSTM, h of a GRU, or the hidden state of a cell without one.

Each gradient comes back by several ways: kept in place along the memory (f ⊙ of an LSTM, z ⊙ of a
GRU), through one of the gates, or from what reads the layer (`core/cells/ways_back.py`). Norms of
parts do not add up; so a way's part is its component along the whole gradient, with its sign. The
parts of all ways add up to the norm; a negative one works against the others. Only the first step
of the way back is split: k to k + 1.

Where all layers read forward, one below the other, the losses of one run are taken back together
(`analysis/one_run.py`): T²/2 rows of matrices, and nothing is read again. For other models every
beginning is read by itself (`analysis/beginnings.py`), which costs that of reading and going back
through T²/2 steps. Memory is linear in T beyond the triangle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import cells
from core.analysis.beginnings import one_by_one
from core.analysis.one_run import of_one_run, serves_all_losses
from core.analysis.sequence import check_index, layer_of
from core.errors import ForeignTrace, UnsupportedModel, WrongTargets
from core.model import Model
from core.trace import Trace

Numbers = NDArray[np.float64]
REACHED = 0.01
"""What is less than this share of a gradient counts as not reached."""


@dataclass(frozen=True, eq=False)
class Triangle:
    """‖∂loss_t/∂s_k‖ for the losses at `ends`, (ends, time), by time index of the text.

    NaN for k > t, which the text that ends at t does not have. `state` is the name of s. `parts`,
    by way, are of the same shape and add up to `norms`: "kept", the names of gates, "above".
    `losses` (ends,) are the losses themselves.
    """

    state: str
    ends: NDArray[np.intp]
    norms: Numbers
    parts: Mapping[str, Numbers]
    losses: Numbers

    @property
    def difference(self) -> float:
        """The largest difference between the sum of the parts and the norm, of the largest norm."""
        largest = np.nanmax(self.norms, initial=0.0)
        if not largest > 0:
            return 0.0
        gap = np.abs(np.sum(list(self.parts.values()), axis=0) - self.norms)
        return float(np.nanmax(gap) / largest)

    def row_of(self, step: int) -> int:
        """The row of the loss at `step`, or at the last of `ends` before it, or of the first."""
        before = np.flatnonzero(self.ends <= step)
        at = before[np.argmax(self.ends[before])] if len(before) else np.argmin(self.ends)
        return int(at)

    def reach(self, row: int, *, share: float = REACHED) -> int:
        """The step furthest from the loss whose norm is at least this share of the largest one.

        Where the loss has no gradient at all, its own step.
        """
        norms = np.nan_to_num(self.norms[row])
        there = np.flatnonzero((norms >= share * norms.max()) & (norms > 0))
        end = int(self.ends[row])
        return int(there[np.argmax(np.abs(there - end))]) if len(there) else end

    def ways(self, row: int) -> dict[str, float]:
        """The share of each way in what came back from one step to the one before, largest first.

        Of all steps of this loss but its own, each step's parts as shares of its norm.
        """
        norms, end = self.norms[row], int(self.ends[row])
        steps = np.flatnonzero(norms > 0)
        steps = steps[steps != end]
        if not len(steps):
            return {}
        means = {
            way: float((part[row, steps] / norms[steps]).mean()) for way, part in self.parts.items()
        }
        return dict(sorted(means.items(), key=lambda item: -item[1]))


def triangle(
    model: Model,
    trace: Trace,
    targets: ArrayLike,
    *,
    layer: int | str = 0,
    ends: Sequence[int] | None = None,
    loss: str | None = None,
    batch: int = 0,
) -> Triangle:
    """The gradient of the loss at each of `ends` in every state before, split by ways.

    `trace` is a run of `model`; `targets` as `backprop` takes them, for the whole batch: where the
    readout answers at every step, that of step t is wanted at t, else the one target is wanted of
    every beginning. `ends` are time indices, all unless given. `layer` is a place among
    `trace.layers` or a name. A truncated way back is not made; `loss` as in `backprop`.

    Raises ForeignTrace, OutOfRange, UnknownName, WrongTargets, and UnsupportedModel for a model
    that reads or gives several things.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    if len(trace.inputs_by_name) > 1 or len(trace.outputs_by_port) > 1:
        raise UnsupportedModel(
            what="A triangle of gradients", why=f"{model.name} reads or gives several things"
        )
    check_index("batch", batch, length=trace.batch)
    name = layer_of(trace, layer).name
    asked = range(trace.time) if ends is None else ends
    kept = np.array([check_index("step", at, length=trace.time) for at in asked], dtype=np.intp)
    wanted = _targets(trace, np.asarray(targets), batch=batch)
    cell = cells.get(trace.layer(name).cell)
    state = cell.memory or cell.states[0]
    if len(kept) and serves_all_losses(model, trace):
        order, place = np.unique(kept, return_inverse=True)
        wanted_there = wanted[order] if trace.outputs.ndim == 3 else wanted
        values, norms, parts = of_one_run(
            model, trace, name, targets=wanted_there, ends=order, state=state, loss=loss,
            batch=batch,
        )  # fmt: skip
        split = {way: part[place] for way, part in parts.items()}
        return Triangle(state, kept, norms[place], split, values[place])
    norms, parts, losses = one_by_one(
        model, trace, name, kept, wanted, state=state, loss=loss, batch=batch
    )
    return Triangle(state, kept, norms, parts, losses)


def difference_from_one(
    found: Triangle,
    model: Model,
    trace: Trace,
    targets: ArrayLike,
    *,
    row: int,
    layer: int | str = 0,
    loss: str | None = None,
    batch: int = 0,
) -> float:
    """How far one row is from the way back of that beginning by itself, of its largest norm.

    The other arguments are those that `triangle` was called with. The check of what one run gave:
    the text is read anew up to there.
    """
    ends = found.ends[[row]]  # a slice would be empty for the last row, −1
    wanted = _targets(trace, np.asarray(targets), batch=batch)
    name = layer_of(trace, layer).name
    norms, _, _ = one_by_one(
        model, trace, name, ends, wanted, state=found.state, loss=loss, batch=batch
    )
    largest = float(np.nanmax(norms, initial=0.0))
    gap = float(np.nanmax(np.abs(norms[0] - found.norms[row]), initial=0.0))
    return gap / largest if largest > 0 else gap


def _targets(trace: Trace, targets: NDArray[np.generic], *, batch: int) -> NDArray[np.generic]:
    """Those of one sequence: (outputs,) or a class, at every step where the readout answers there.

    Raises WrongTargets.
    """
    if targets.ndim == 0 or len(targets) != trace.batch:
        found = "one number" if targets.ndim == 0 else f"{len(targets)}"
        raise WrongTargets(loss="the loss", expected=f"{trace.batch} sequences", found=found)
    one = targets[batch]
    if trace.outputs.ndim == 3 and (one.ndim == 0 or len(one) != trace.time):
        expected = f"a target for each of {trace.time} steps"
        raise WrongTargets(loss="the loss", expected=expected, found=f"the shape {one.shape}")
    return one
