"""Where would the state go from everywhere in a plane, if the same were read for ever?

The states that a text visits lie near a plane: that of their first two principal components
(`analysis/trajectories.py`). On a grid of it the map of one step, F(s, x) with x held, tells how
the state would move: F(s) − s, seen in the plane (Sussillo & Barak 2013 draw their flows so). Much
of a step may leave the plane; `inside` says how much stays, and where that is little, an arrow says
little about the network. Cost: one step of as many sequences as the grid has points. Not chosen:
following the flow outside the plane, since the eye cannot tell how far outside a line has gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analysis.held import Held
from core.analysis.trajectories import Plane
from core.errors import OutOfRange, ShapeMismatch
from core.nodes import Layer
from core.threads import one_thread

Numbers = NDArray[np.float64]
SIDE = 17
"""Points of the grid along each side."""
MARGIN = 0.15
"""How far the grid goes beyond what was visited, as a share of its extent."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The movement of one step at points of a plane.

    Attributes:
        points: (points, 2), coordinates in the plane.
        moves: (points, 2), F(s) − s there, as far as it lies in the plane.
        speeds: (points,), ‖F(s) − s‖, all of it.
        inside: the share of all movement (of its squares) that lies in the plane, 0 to 1.
    """

    points: Numbers
    moves: Numbers
    speeds: Numbers
    inside: float


def flow(
    layer: Layer,
    plane: Plane,
    visited: Numbers,
    *,
    reading: ArrayLike | None = None,
    side: int = SIDE,
) -> Flow:
    """The movement on a grid around `visited` (states, size), states side by side.

    `plane` has two components; `reading` (features,) is what is read for ever, zeros unless given.
    Raises ShapeMismatch, OutOfRange, and UnsupportedModel as `fixed_points` does.
    """
    if side < 2:
        raise OutOfRange(what="side", found=side, expected="at least 2")
    held = Held.of(layer, reading)
    if plane.directions.shape != (held.size, 2):
        expected = (held.size, 2)
        raise ShapeMismatch(what="plane", found=plane.directions.shape, expected=expected)
    seen = plane.seen(visited)
    low, high = seen.min(axis=0), seen.max(axis=0)
    widest = float((high - low).max()) or 1.0
    room = MARGIN * widest
    axes = [np.linspace(a - room, b + room, side) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    s = plane.back(points)
    with one_thread():
        step = held.after(s) - s
    moves = step @ plane.directions
    total = float(np.square(step).sum())
    inside = float(np.square(moves).sum()) / total if total > 0 else 1.0
    return Flow(points, moves, np.sqrt(np.square(step).sum(axis=1)), min(inside, 1.0))
