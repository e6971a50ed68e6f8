"""Noisy sines: so many turns in the window, at any phase; the kinds are the numbers of turns.

x_t = a sin(2π (n t/T + φ)) + ε_t, with n turns in T steps, give or take a tenth of one, an
amplitude a between 0.6 and 1, any phase φ, and noise ε of standard deviation 0.05.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.sequences.sequences import Array, Sequences

STEPS, TURNS, NOISE = 32, (1, 2, 3, 4, 5, 6), 0.05


def draw(random: np.random.Generator, kinds: NDArray[np.intp]) -> Array:
    """A wave for each kind, (count, steps, 1)."""
    count = len(kinds)
    turns = np.asarray(TURNS)[kinds] + random.uniform(-0.1, 0.1, count)
    phase, amplitude = random.uniform(0, 1, count), random.uniform(0.6, 1.0, count)
    along = turns[:, None] * np.arange(STEPS) / STEPS + phase[:, None]
    wave = amplitude[:, None] * np.sin(2 * np.pi * along)
    return (wave + NOISE * random.standard_normal(wave.shape))[..., None]


SEQUENCES = Sequences(
    name="waves",
    steps=STEPS,
    features=("value",),
    kinds=tuple(str(turns) for turns in TURNS),
    signs=tuple(str(turns) for turns in TURNS),
    citation="Drawn by this project from a seed.",
    draw=draw,
    seen=lambda sequences: sequences[..., 0],
)
