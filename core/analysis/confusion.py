"""What did a classifier take for what, on examples whose right answers are known?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts, (right answers, given answers), and what the classes are called."""

    counts: NDArray[np.int64]
    answers: tuple[str, ...]

    @classmethod
    def of(
        cls,
        outputs: NDArray[np.floating],
        targets: NDArray[np.generic],
        *,
        answers: tuple[str, ...],
    ) -> Confusion:
        """Count the answers: `outputs` (examples, classes) or (examples, 1) for yes and no."""
        if outputs.shape[1] == 1:
            given = (outputs[:, 0] > 0.5).astype(int)
            classes = 2
        else:
            given, classes = outputs.argmax(axis=1), outputs.shape[1]
        right = np.asarray(targets).reshape(len(outputs)).astype(int)
        counts = np.zeros((classes, classes), dtype=np.int64)
        np.add.at(counts, (right, given), 1)
        names = answers if len(answers) == classes else tuple(map(str, range(classes)))
        return cls(counts, names)

    @property
    def shares(self) -> NDArray[np.float64]:
        """Counts as shares of their row; a class that no example has is all zero."""
        return self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)

    @property
    def accuracy(self) -> float:
        """The share of examples that were answered right."""
        return float(np.trace(self.counts) / max(1, self.counts.sum()))
