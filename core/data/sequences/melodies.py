"""Short melodies by simple rules: four bars of eighths in C major, kinds are their shapes.

Each has an outline (rising, falling, an arch, a valley, a wave, or to and fro about one note) and
each bar one of a few rhythms. Where a note begins, the degree of the scale nearest to the outline
is struck, now and then its neighbour; the strong beats of a bar take a note of the chord (degrees
0, 2, 4, 7, 9), and the last bar is one long keynote. At each step stand `pitch`, the degree of the
scale as (degree − 5)/5, and `strike`, 1 where a note begins and −1 where it sounds on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.sequences.sequences import Array, Sequences

BAR, BARS, DEGREES = 8, 4, 11
STEPS = BAR * BARS
NAMES = ("C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5", "D5", "E5", "F5")
"""The notes of the degrees."""
_CHORD = np.array([0, 2, 4, 7, 9])
_RHYTHMS = ((2, 2, 2, 2), (4, 2, 2), (2, 2, 4), (3, 1, 2, 2), (4, 4), (2, 1, 1, 4))
_KEYNOTES = np.array([0, 7])


def _outlines(along: Array) -> dict[str, Array]:
    """Degrees of the scale from the beginning (0) to the end (1)."""
    return {
        "rising": 9 * along,
        "falling": 9 - 9 * along,
        "arch": 9 * np.sin(np.pi * along),
        "valley": 9 - 9 * np.sin(np.pi * along),
        "wave": 4.5 - 4.5 * np.cos(4 * np.pi * along),
        "to and fro": 4 + 3 * (1 - 2 * (np.floor(along * BARS * 2 + 1e-9) % 2)),
    }


KINDS = tuple(_outlines(np.zeros(1)))


def draw(random: np.random.Generator, kinds: NDArray[np.intp]) -> Array:
    """A melody for each kind, (count, steps, 2)."""
    outlines = list(_outlines(np.arange(STEPS) / (STEPS - 1)).values())
    return np.stack([_composed(random, outlines[kind]) for kind in kinds])


def degrees(sequences: Array) -> NDArray[np.intp]:
    """The degree of the scale that each step sounds, (…, steps): the nearest there is."""
    nearest = np.rint(5 + 5 * sequences[..., 0])
    return np.clip(nearest, 0, DEGREES - 1).astype(np.intp)


def struck(sequences: Array) -> NDArray[np.bool_]:
    """Where a note begins, (…, steps); the first step begins one."""
    begins = sequences[..., 1] > 0
    begins[..., 0] = True
    return begins


def _composed(random: np.random.Generator, outline: Array) -> Array:
    pitch, strike = np.empty(STEPS), -np.ones(STEPS)
    for bar in range(BARS):
        rhythm = (BAR,) if bar == BARS - 1 else _RHYTHMS[random.integers(len(_RHYTHMS))]
        at = bar * BAR
        for length in rhythm:
            degree = int(np.rint(outline[at])) + (random.integers(-1, 2) if length < 3 else 0)
            if bar == BARS - 1:
                degree = _nearest(_KEYNOTES, outline[at:].mean())
            elif at % 4 == 0:
                degree = _nearest(_CHORD, float(degree))
            pitch[at : at + length] = min(max(degree, 0), DEGREES - 1)
            strike[at] = 1
            at += length
    return np.stack([(pitch - 5) / 5, strike], axis=1)


def _nearest(of: NDArray[np.intp], to: float) -> int:
    return int(of[np.argmin(np.abs(of - to))])


def _seen(sequences: Array) -> Array:
    """The pitches, and a quarter as much where notes begin."""
    weights = np.array([1.0, 0.25])
    return (weights * np.clip(sequences, -1.2, 1.2)).reshape(len(sequences), -1)


SEQUENCES = Sequences(
    name="melodies",
    steps=STEPS,
    features=("pitch", "strike"),
    kinds=KINDS,
    signs=("↗", "↘", "∩", "∪", "∿", "↕"),
    citation="Composed by this project's own rules.",
    draw=draw,
    seen=_seen,
)
