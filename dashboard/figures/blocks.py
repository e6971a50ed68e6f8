"""Large arrays as means over blocks, so that a figure stays within what a browser draws at ease.

A heatmap has no more rows than pixels: beyond that, a mean over neighbours says what the eye would
see anyway. The picture says in words that it did so, and the table and the trace keep every number.
Not chosen: leaving out rows or columns, which would show some units and hide others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_NUMBERS = 130_000
"""Numbers that one figure may hold: what a page redraws without a pause (and below 1 MB)."""

_PIXELS = (120, 900)  # of one panel: rows, columns


@dataclass(frozen=True)
class Blocks:
    """How many units and steps one drawn cell stands for."""

    units: int = 1
    steps: int = 1

    @classmethod
    def fit(cls, *, units: int, steps: int, arrays: int, most: int = MOST_NUMBERS) -> Blocks:
        """Return the smallest blocks with which `arrays` arrays (units, steps) stay within `most`.

        The axis that has more entries for each of its pixels is thinned first.
        """
        rows, columns = 1, 1
        while -(-units // rows) * -(-steps // columns) * arrays > most:
            if units / rows / _PIXELS[0] >= steps / columns / _PIXELS[1]:
                rows += 1
            else:
                columns += 1
        return cls(rows, columns)

    @property
    def whole(self) -> bool:
        """Whether every number is drawn as it is."""
        return self.units == self.steps == 1

    def mean(self, array: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return means over blocks of (units, steps), of what is finite in each."""
        if self.whole:
            return np.ascontiguousarray(array, dtype=np.float32)
        numbers = np.isfinite(array)
        sums = self._sums(np.where(numbers, array, 0.0))
        counts = self._sums(numbers.astype(np.float64))
        means = np.full(sums.shape, np.nan)
        np.divide(sums, counts, out=means, where=counts > 0)
        return means.astype(np.float32)

    def _sums(self, array: NDArray[np.floating]) -> NDArray[np.floating]:
        for axis, size in enumerate((self.units, self.steps)):
            starts = np.arange(0, array.shape[axis], size)
            array = np.add.reduceat(array, starts, axis=axis, dtype=np.float64)
        return array

    def said(self, words: Mapping[str, str]) -> str:
        """Return the sentence that says so, empty where nothing was reduced."""
        if self.whole:
            return ""
        return words["blocks"].format(units=self.units, steps=self.steps)
