"""The best that a linear autoencoder can do: the plane of principal components.

Of all ways to write a sequence as k numbers that are linear in it, and to make it of them again by
sums, the least squared error has the projection on the first k principal components (Baldi & Hornik
1989, "Neural networks and principal component analysis"). A recurrent autoencoder has to be held
against that: what it does better, it owes to not being linear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.activations import Array
from core.errors import OutOfRange


@dataclass(frozen=True, eq=False)
class Principal:
    """The `mean` of sequences, and their principal `components` (k, steps · features)."""

    mean: Array
    components: Array

    @classmethod
    def of(cls, sequences: Array, *, numbers: int) -> Principal:
        """The first `numbers` components of sequences (count, steps, features).

        Raises OutOfRange for more components than there are.
        """
        flat = sequences.reshape(len(sequences), -1).astype(np.float64)
        most = min(flat.shape)
        if not 1 <= numbers <= most:
            raise OutOfRange(what="numbers", found=numbers, expected=f"1 to {most}")
        mean = flat.mean(axis=0)
        _, _, rows = np.linalg.svd(flat - mean, full_matrices=False)
        return cls(mean, rows[:numbers])

    def encoded(self, sequences: Array) -> Array:
        """Codes (count, k)."""
        return (sequences.reshape(len(sequences), -1) - self.mean) @ self.components.T

    def rebuilt(self, sequences: Array) -> Array:
        """What is made of their codes, (count, steps, features)."""
        flat = self.mean + self.encoded(sequences) @ self.components
        return flat.reshape(sequences.shape)


def error(sequences: Array, rebuilt: Array) -> float:
    """The mean squared error of what was made of sequences."""
    return float(np.mean((sequences - rebuilt) ** 2))
