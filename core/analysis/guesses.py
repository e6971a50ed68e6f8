"""What do a model's answers along a text mean: which class, how likely, and was it right?

`core.analysis.answers` gives the numbers; here they have names. One sigmoid output is a probability
between two classes, a softmax one of many; other outputs are numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ShapeMismatch

TOP = 5
_PROBABILITIES = ("sigmoid", "softmax")


def settled_at(answers: Sequence[int]) -> int:
    """The place from which on answers, one after another, are all what the last one is."""
    others = [at for at, answer in enumerate(answers) if answer != answers[-1]]
    return others[-1] + 1 if others else 0


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers at each step, and what they mean.

    Attributes:
        values: (time, outputs), what the readout gave (`core.analysis.answers`).
        activation: of the readout; "sigmoid" and "softmax" give probabilities.
        classes: names of the outputs, made visible; for one sigmoid output, of its two ends.
        targets: for a softmax, the class that was right at each step, (time,); −1 where nobody
            knows, as after the last token.
    """

    values: NDArray[np.floating]
    activation: str = "sigmoid"
    classes: Sequence[str] = ()
    targets: NDArray[np.integer] | None = None

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        *,
        activation: str = "sigmoid",
        classes: Sequence[str] = (),
        targets: ArrayLike | None = None,
    ) -> Answers:
        """Check shapes. Raises ShapeMismatch."""
        array = np.asarray(values)
        if array.ndim != 2 or 0 in array.shape:
            raise ShapeMismatch(what="answers", found=array.shape, expected="(time, outputs)")
        named = 2 if array.shape[1] == 1 and activation == "sigmoid" else array.shape[1]
        if classes and len(classes) < named:
            raise ShapeMismatch(what="classes", found=(len(classes),), expected=(named,))
        right = None if targets is None else np.asarray(targets)
        if right is not None and right.shape != array.shape[:1]:
            raise ShapeMismatch(what="targets", found=right.shape, expected=array.shape[:1])
        return cls(array, activation, tuple(classes), right)

    @property
    def time(self) -> int:
        """The number of steps."""
        return self.values.shape[0]

    @property
    def probable(self) -> bool:
        """Whether they lie between 0 and 1."""
        return self.activation in _PROBABILITIES

    @property
    def binary(self) -> bool:
        """Whether one number stands between two classes."""
        return self.activation == "sigmoid" and self.values.shape[1] == 1

    def name(self, output: int) -> str:
        """The name of an output, its number where it has none."""
        at = 1 if self.binary else output
        return self.classes[at] if self.classes else str(output)

    def guesses(self, step: int, *, most: int = TOP) -> list[tuple[str, float]]:
        """The likeliest classes at a step with their probabilities, best first."""
        row = self.values[step]
        if self.binary:
            rest = self.classes[0] if self.classes else "0"
            pairs = [(self.name(0), float(row[0])), (rest, 1 - float(row[0]))]
            return sorted(pairs, key=lambda pair: -pair[1])
        best = np.argsort(-row, kind="stable")[:most]
        return [(self.name(int(output)), float(row[output])) for output in best]

    def given_to_right(self) -> NDArray[np.float64] | None:
        """The probability given to the right class at each step, NaN where nobody knows it."""
        if self.targets is None:
            return None
        right = np.clip(self.targets, 0, None)
        found = self.values[np.arange(self.time), right].astype(np.float64)
        return np.where(self.targets < 0, np.nan, found)
