"""Does an attribution explain, or does it only look as if? Checks that can fail.

- **Deletion**: the steps are taken out, those with the largest shares first. The answer of a good
  attribution falls at once. **Insertion** is the other way: from nothing, the same steps first
  (Petsiuk, Das & Saenko 2018). A number for each: the mean along the curve.
- **Agreement**: Spearman's rank correlation of the shares that two methods give.
- **Control**: the same method on the same model with its weights shuffled. A method whose picture
  stays the same when the network knows nothing is no explanation of the network (Adebayo, Gilmer,
  Muelly, Goodfellow, Hardt & Kim 2018).

Cost: deletion and insertion are one run of as many sequences as there are steps; the control is
one attribution more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analysis.attribution import Attribution, Question, attribution
from core.engines import record
from core.errors import ShapeMismatch
from core.model import Model
from core.trace import Trace

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """The answer while steps are taken out, or put in: `answers` (steps + 1,), the start first."""

    answers: Numbers

    @property
    def mean(self) -> float:
        """The mean along the curve, its ends at half weight: the area under it."""
        return float(np.trapezoid(self.answers) / max(len(self.answers) - 1, 1))


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the checks say of one attribution.

    `deletion` and `insertion` take out, or put in, what speaks most for where the answer went:
    `sign` is 1 where the text raised it, else −1. `agreement` is with integrated gradients, of the
    shares' ranks, `control` with the same method on shuffled weights; NaN where either is constant.
    """

    found: Attribution
    sign: int
    deletion: Curve
    insertion: Curve
    agreement: float
    control: float


def verdicts(model: Model, trace: Trace, found: Sequence[Attribution]) -> tuple[Verdict, ...]:
    """All checks of some attributions of one text's answer, made with the same settings."""
    if not found:
        return ()
    first = found[0]
    step = -1 if first.step is None else first.step
    asked = Question.of(model, trace, output=first.output, step=step)
    sign = 1 if asked.answer >= asked.answer_to_nothing else -1
    reference = next((each for each in found if each.method == "integrated_gradients"), first)
    return tuple(
        Verdict(
            each,
            sign,
            deletion(asked, sign * each.shares),
            insertion(asked, sign * each.shares),
            agreement(reference.shares, each.shares),
            control(model, trace, each, step=step),
        )
        for each in found
    )


def deletion(asked: Question, shares: Numbers) -> Curve:
    """The answer as steps are replaced by the baseline, the largest share first.

    Raises ShapeMismatch.
    """
    return Curve(asked.answers(_texts(asked, shares, of=asked.features, to=asked.baseline)))


def insertion(asked: Question, shares: Numbers) -> Curve:
    """The answer as steps are put into a text of nothing, the largest share first.

    Raises ShapeMismatch.
    """
    return Curve(asked.answers(_texts(asked, shares, of=asked.baseline, to=asked.features)))


def agreement(one: Numbers, other: Numbers) -> float:
    """Spearman's rank correlation, −1 to 1; NaN where one of them is the same everywhere.

    Equal shares have the mean of their ranks. Raises ShapeMismatch.
    """
    if one.shape != other.shape or one.ndim != 1:
        raise ShapeMismatch(what="shares", found=other.shape, expected=one.shape)
    first, second = _ranks(one), _ranks(other)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def control(
    model: Model, trace: Trace, found: Attribution, *, seed: int = 0, **settings: Any
) -> float:
    """The agreement of an attribution with that of the same model, its weights shuffled.

    Near 0 for a method that explains what the network has learned. `settings` as the attribution
    was made with. Raises as `attribution` does.
    """
    random = np.random.default_rng(seed)
    shuffled = model.with_parameters(
        {
            name: random.permutation(array.ravel()).reshape(array.shape)
            for name, array in model.parameters.items()
        }
    )
    batch = settings.get("batch", 0)
    mask = None if trace.mask is None else trace.mask[batch : batch + 1]
    again = record(shuffled, trace.inputs[batch : batch + 1], mask=mask)
    asked = {**settings, "batch": 0, "output": found.output}
    if found.step is not None:
        asked["step"] = found.step
    other = attribution(shuffled, again, found.method, **asked)
    return agreement(found.shares, other.shares)


def _texts(asked: Question, shares: Numbers, *, of: Any, to: Any) -> Any:
    """`of`, and then with one step more each time as `to` has it."""
    time = len(asked.features)
    if shares.shape != (time,):
        raise ShapeMismatch(what="shares", found=shares.shape, expected=(time,))
    changed = np.zeros((time + 1, time), bool)
    for count, step in enumerate(np.argsort(-shares, kind="stable"), start=1):
        changed[count:, step] = True
    return np.where(changed[..., None], to, of)


def _ranks(values: Numbers) -> Numbers:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2)[place], np.float64)
