"""How much of the gradient finds its way back, and how far?

Gradients that pass through many steps shrink or grow about exponentially (Hochreiter 1991;
Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013). So ‖∂loss/∂h_t‖ is a line on a
log axis, and its slope is one number that a person can quote: the half-life in steps.

The slope is Theil and Sen's: the median of the slopes through all pairs of steps (of at most 400
steps, evenly spaced). Not chosen: least squares, which a few steps near the loss would pull
along; and the first step at half the norm, which says little about the hundredth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.analysis.sequence import chosen, layer_of, valid_steps
from core.analysis.series import spread
from core.errors import ShapeMismatch, UnknownName
from core.gradients import Gradients
from core.nodes import Direction, LayerGradients, Mask
from core.trace import Trace

Trend = Literal["halves", "doubles", "steady", "unknown", "cut", "every"]

SMALLEST_NORMAL = float(np.finfo(np.float32).smallest_normal)
"""1.18·10⁻³⁸: below it, float32 numbers lose digits one after another."""
LARGEST = float(np.finfo(np.float32).max)
"""3.40·10³⁸: above it, float32 numbers are infinite."""
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)
"""1.40·10⁻⁴⁵: half of it and less is zero in float32."""
_MOST_POINTS = 400
_STEADY = 0.01


@dataclass(frozen=True)
class HalfLife:
    """How fast a norm changes on its way back from the loss.

    `trend` is "halves" or "doubles", every `steps` steps; "steady" if the fitted line changes by
    less than 1 % over all the steps it was fitted to (`steps` is infinite); "unknown" if fewer
    than two steps could be used (`steps` is NaN). Where no one error goes all the way there is no
    such number: "cut" by truncation, or "every" step adds a gradient of its own. `factor` is
    what each step back multiplies the norm by; `used` the number of steps that the fit is about.
    The fitted line is `start` · `factor` to the power of the steps back, 0 for the step read last.
    """

    trend: Trend
    steps: float
    factor: float
    start: float
    used: int

    @property
    def text(self) -> str:
        """The number in words."""
        match self.trend:
            case "halves":
                return f"halves every {written(self.steps)} steps"
            case "doubles":
                return f"grows, doubles every {written(self.steps)} steps"
            case "steady":
                return "neither shrinks nor grows"
            case "cut":
                return "cut by truncation"
            case "every":
                return "each step adds its own"
        return "too few steps to say"


@dataclass(frozen=True)
class Underflow:
    """The first steps, counted back from the loss, at which float32 would fail a gradient.

    At step `normal` the norm is below float32's smallest normal number (digits are lost), at
    `zero` at most half its smallest number (it becomes zero), at `over` above its largest. None
    where that never happens.
    """

    normal: int | None
    zero: int | None
    over: int | None


def written(steps: float) -> str:
    """A number of steps with three digits and no power of ten: 2.31, 1,412."""
    return f"{steps:,.0f}" if steps >= 100 else f"{steps:.3g}"


def norms(
    gradients: LayerGradients, *, state: str = "hidden", batch: int | None = None
) -> NDArray[np.float64]:
    """‖∂loss/∂state_t‖ over units at each step, (time,), in float64 and in the order of the text.

    `batch` is one sequence; None is the mean of the norms of all. Safe from underflow in the
    squares. The loss is a mean over sequences, and so is its gradient: in a batch of n, each
    norm is 1/n of what it would be alone. Raises UnknownName, OutOfRange.
    """
    if state not in gradients.states:
        known = ", ".join(gradients.states)
        raise UnknownName(kind=f"state of {gradients.name}", found=state, known=known)
    d = np.asarray(chosen(gradients.states[state], batch), dtype=np.float64)
    largest = np.abs(d).max(axis=-1, keepdims=True)
    safe = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    each = safe[..., 0] * np.linalg.norm(d / safe, axis=-1)
    return each.mean(axis=0)


def half_life(
    norms: Array, *, direction: Direction = "forward", mask: Mask | None = None
) -> HalfLife:
    """In how many steps back the gradient halves.

    `norms` (time,) in the order of the text, as `norms` gives them, of a layer that reads in
    `direction`. Steps count from the loss backwards, so from the step read last. Left out are
    steps that `mask` (time,) skips, as nothing happens there, and norms that are not finite or
    not above 1.18·10⁻³⁸ (zero beyond a truncation; rounded where float32 has run out). With a
    loss at every step each step adds gradient of its own, and the number says how the sum
    changes, not how long one error lives. Raises ShapeMismatch.
    """
    read = _from_the_loss(norms, direction, mask)
    usable = np.isfinite(read) & (read > SMALLEST_NORMAL)
    back, logs = np.flatnonzero(usable), np.log2(read[usable])
    if len(back) < 2:
        return HalfLife("unknown", np.nan, np.nan, np.nan, len(back))
    slope = _median_slope(back.astype(np.float64), logs)
    line = float(2.0**slope), float(2.0 ** np.median(logs - slope * back)), len(back)
    if abs(slope) * (back[-1] - back[0]) < np.log2(1 + _STEADY):
        return HalfLife("steady", np.inf, *line)
    return HalfLife("halves" if slope < 0 else "doubles", abs(1 / slope), *line)


def underflow(norms: Array, *, direction: Direction = "forward") -> Underflow:
    """Where float32 would underflow, from `norms` (time,) of gradients computed in float64.

    Steps are indices in the order of the text; the search goes back from the loss. A norm of
    exactly zero is no underflow: nothing arrives there (truncation, a dead relu). Raises
    ShapeMismatch.
    """
    read = _from_the_loss(norms, direction, None)

    def first(failing: NDArray[np.bool_]) -> int | None:
        found = np.flatnonzero(failing & (read > 0))
        if not len(found):
            return None
        back = int(found[0])
        return len(read) - 1 - back if direction == "forward" else back

    return Underflow(
        normal=first(read < SMALLEST_NORMAL),
        zero=first(read <= SMALLEST / 2),
        over=first(read > LARGEST),
    )


@dataclass(frozen=True, eq=False)
class Norms:
    """What one model's layer gave: `hidden` and `memory` (the cell state; None without one).

    Both (time,), ‖∂loss/∂state_t‖ over units, in the order of the text. `every` says whether each
    step has a loss of its own.
    """

    cell: str
    hidden: NDArray[np.float64]
    memory: NDArray[np.float64] | None
    direction: Direction
    mask: Mask | None
    truncate: int | None
    every: bool = False

    @classmethod
    def of(
        cls, trace: Trace, gradients: Gradients, *, layer: int | str = 0, batch: int = 0
    ) -> Norms:
        """Measure one sequence. Raises UnknownName for a layer that is not there, OutOfRange."""
        run = layer_of(trace, layer)
        own = gradients.layer(run.name)
        memory = None
        kept = cells.get(run.cell).memory
        if kept not in (None, "hidden"):
            memory = norms(own, state=str(kept), batch=batch)
        return cls(
            cell=run.cell,
            hidden=norms(own, state="hidden", batch=batch),
            memory=memory,
            direction=run.direction,
            mask=valid_steps(run.mask, batch=batch),
            truncate=gradients.truncate,
            every=trace.outputs.ndim == 3,
        )

    @property
    def half_life(self) -> HalfLife:
        """In how many steps the gradient of the hidden state halves."""
        if (trend := self._broken) is not None:
            return HalfLife(trend, np.nan, np.nan, np.nan, 0)
        return half_life(self.hidden, direction=self.direction, mask=self.mask)

    @property
    def kept(self) -> float:
        """What is left at the step read first, as a share of the norm at the step read last.

        NaN where no one error goes all the way, or there is nothing to divide.
        """
        read = _from_the_loss(self.hidden, self.direction, self.mask)
        if self._broken is not None or len(read) < 2 or not read[0] > 0:
            return np.nan
        return float(read[-1] / read[0])

    @property
    def _broken(self) -> Literal["cut", "every"] | None:
        if self.truncate is not None and self.truncate < self.hidden.size:
            return "cut"
        return "every" if self.every else None

    @property
    def underflow(self) -> Underflow:
        """Where float32 would fail."""
        return underflow(self.hidden, direction=self.direction)


def _from_the_loss(norms: Array, direction: Direction, mask: Mask | None) -> Array:
    """The norms of the steps that count, the step read last first."""
    values = np.asarray(norms, dtype=np.float64)
    if values.ndim != 1:
        raise ShapeMismatch(what="norms", found=values.shape, expected="(time,)")
    if mask is not None:
        if mask.shape != values.shape:
            raise ShapeMismatch(what="mask", found=mask.shape, expected=values.shape)
        values = values[mask]
    return values[::-1] if direction == "forward" else values


def _median_slope(x: Array, y: Array) -> float:
    if len(x) > _MOST_POINTS:
        kept = spread(len(x), most=_MOST_POINTS)
        x, y = x[kept], y[kept]
    later, earlier = np.tril_indices(len(x), k=-1)
    return float(np.median((y[later] - y[earlier]) / (x[later] - x[earlier])))
