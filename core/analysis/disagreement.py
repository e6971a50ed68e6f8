"""Where along a text do several models' answers part most?

At each step, the distance of two answers is the total variation between them: half the sum of
|p − q| over classes, 0 for equal and 1 for opposite certainty; of one sigmoid output, |p − q|.
Outputs that are no probabilities are measured the same way and then have no upper end. The widest
step is where the two models that are furthest apart are furthest apart. Not chosen: the
Kullback-Leibler divergence, which is infinite where one model rules a class out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.activations import Array
from core.errors import OutOfRange, ShapeMismatch


@dataclass(frozen=True, eq=False)
class Disagreement:
    """`distances` (time,) of the two models that differ most at each step; `step` the widest."""

    distances: Array
    step: int

    @property
    def distance(self) -> float:
        """The distance at the widest step."""
        return float(self.distances[self.step])


def disagreement(answers: Sequence[Array]) -> Disagreement:
    """Where models' answers differ most, from (time, outputs) of each model.

    Of several steps equally wide, the first. Raises OutOfRange for fewer than two models,
    ShapeMismatch unless all have one shape.
    """
    if len(answers) < 2:
        raise OutOfRange(what="The number of models", found=len(answers), expected="at least 2")
    for other in answers[1:]:
        if other.shape != answers[0].shape:
            raise ShapeMismatch(what="answers", found=other.shape, expected=answers[0].shape)
    whole = 1 if answers[0].shape[-1] == 1 else 2
    pairs = [
        np.abs(one.astype(np.float64) - other).sum(axis=-1) / whole
        for one, other in combinations(answers, 2)
    ]
    distances = np.max(pairs, axis=0)
    return Disagreement(distances, int(np.argmax(distances)))
