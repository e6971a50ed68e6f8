"""The project's own font of strokes: what a pen does to write a letter.

Each letter is a few strokes, each a few points that a smooth curve goes through (Catmull & Rom
1974); a point that stands twice is a corner. Baseline at 0, small letters 1 high. Made for this
project, and no more than it needs: letters enough for "neuron", "tensor" and "train".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Stroke = Sequence[tuple[float, float]]

LETTERS: dict[str, tuple[Stroke, ...]] = {
    "a": (
        ((0.76, 0.82), (0.5, 1.0), (0.16, 0.78), (0.12, 0.32), (0.4, 0.0), (0.68, 0.22),
         (0.78, 0.98), (0.78, 0.98), (0.8, 0.2), (1.0, 0.04)),
    ),
    "e": (
        ((0.1, 0.5), (0.5, 0.5), (0.84, 0.6), (0.7, 0.93), (0.42, 1.0), (0.12, 0.74),
         (0.12, 0.3), (0.4, 0.0), (0.7, 0.04), (0.94, 0.24)),
    ),
    "i": (((0.3, 1.0), (0.3, 0.24), (0.44, 0.0), (0.66, 0.12)), ((0.28, 1.42), (0.34, 1.46))),
    "l": (((0.3, 1.8), (0.3, 1.0), (0.3, 0.26), (0.46, 0.0), (0.68, 0.12)),),
    "m": (
        ((0.1, 1.0), (0.1, 0.0), (0.1, 0.0), (0.14, 0.7), (0.34, 1.0), (0.5, 0.8), (0.5, 0.0),
         (0.5, 0.0), (0.54, 0.7), (0.76, 1.0), (0.92, 0.8), (0.92, 0.0)),
    ),
    "n": (
        ((0.14, 1.0), (0.14, 0.0), (0.14, 0.0), (0.18, 0.66), (0.46, 1.0), (0.72, 0.78),
         (0.74, 0.0)),
    ),
    "o": (
        ((0.5, 1.0), (0.18, 0.84), (0.1, 0.42), (0.32, 0.02), (0.66, 0.06), (0.88, 0.46),
         (0.76, 0.88), (0.5, 1.0)),
    ),
    "r": (((0.16, 1.0), (0.16, 0.0), (0.16, 0.0), (0.2, 0.66), (0.44, 0.98), (0.7, 0.9)),),
    "s": (
        ((0.8, 0.86), (0.52, 1.0), (0.22, 0.84), (0.28, 0.6), (0.56, 0.46), (0.8, 0.26),
         (0.66, 0.02), (0.36, 0.0), (0.12, 0.16)),
    ),
    "t": (
        ((0.42, 1.6), (0.42, 0.9), (0.42, 0.24), (0.56, 0.0), (0.8, 0.12)),
        ((0.12, 1.04), (0.74, 1.04)),
    ),
    "u": (
        ((0.12, 1.0), (0.12, 0.32), (0.34, 0.0), (0.64, 0.16), (0.78, 1.0), (0.78, 1.0),
         (0.8, 0.16), (0.98, 0.02)),
    ),
}  # fmt: skip
"""Letter → its strokes, in the order in which a hand writes them."""

_FINE = 12
"""Points of the curve between two that are given."""


def curve(points: Array) -> Array:
    """A smooth curve through points (points, 2), as a fine polyline (many, 2)."""
    ends = np.concatenate([points[:1], points, points[-1:]])
    before, here, there, after = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
    s = np.linspace(0, 1, _FINE, endpoint=False)[:, None, None]
    bent = (
        2 * here
        + s * (there - before)
        + s**2 * (2 * before - 5 * here + 4 * there - after)
        + s**3 * (3 * here - before - 3 * there + after)
    ) / 2
    return np.concatenate([bent.swapaxes(0, 1).reshape(-1, 2), points[-1:]])


def spaced(line: Array, count: int) -> Array:
    """So many points along a polyline, equally far apart, both ends among them."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    places = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(places, lengths, line[:, axis]) for axis in (0, 1)], axis=1)
