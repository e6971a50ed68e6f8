"""Noisy sines as one long series: what a page can forecast before anybody has brought a file.

    x_t = sin(2π t / 12) + 0.6 sin(2π t / 31.4 + 1) + 0.12 ε_t

The short wave is a season of 12 steps; the long one has no whole period, so that "as a season ago"
is not the whole truth; and nobody can know the noise, so that no mean absolute error can be below
0.12 √(2/π) ≈ 0.096 (`floor`). Drawn from a seed; all networks that ship have learned from the first
steps of the same draw.
"""

from __future__ import annotations

import numpy as np

from core.forecast.series import Series

LENGTH, SEASON, LONG, NOISE = 1_200, 12, 31.4, 0.12
LEARNED, VALIDATED = 800, 1_000
"""Up to these steps networks that ship were trained, and their epoch was chosen."""


def waves(*, length: int = LENGTH, noise: float = NOISE, seed: int = 0) -> Series:
    """The series; a shorter one is the beginning of a longer one."""
    steps = np.arange(length)
    random = np.random.default_rng(seed).standard_normal(length)
    values = np.sin(2 * np.pi * steps / SEASON) + 0.6 * np.sin(2 * np.pi * steps / LONG + 1)
    return Series(values + noise * random, name="waves", season=SEASON)


def floor(noise: float = NOISE) -> float:
    """The mean absolute error of one who knows everything but the noise."""
    return float(noise * np.sqrt(2 / np.pi))
