"""Where would the state come to rest if the same were read for ever?

With one input x held, a layer is a map s ↦ F(s, x) of all that it carries on (hidden and cell side
by side). Its fixed points, F(s*, x) = s*, and slow points, where the state hardly moves, are what
the network computes with: a stable point is something remembered, a saddle between two of them a
decision (Sussillo & Barak 2013, "Opening the black box"). They are found from states that the
network visits, by going down the speed

    q(s) = ½ ‖F(s, x) − s‖²

with Levenberg and Marquardt's steps, all starts side by side, on the exact Jacobian of one step.
A start is done where q is below `tolerance`; a minimum above it is a slow point, kept where q is
below `slow`, and told apart (Golub & Sussillo 2018, "FixedPointFinder"). Points closer together
than `distance` are one. A point is stable where no eigenvalue of ∂F/∂s lies outside the unit
circle.

Cost: an iteration is one step of as many sequences as there are starts, their Jacobians and linear
systems, cubic in what is carried on; some tens of iterations. Not chosen: Adam on q, as the paper
of 2018 has it, which takes thousands.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analysis.held import Held
from core.errors import OutOfRange, ShapeMismatch
from core.nodes import Layer, LayerTrace
from core.threads import one_thread

Numbers = NDArray[np.float64]
TOLERANCE, SLOW, DISTANCE = 1e-12, 1e-4, 1e-3
MOST_ITERATIONS = 200
_DAMPING = 1e-2
_EXACT = 1e-6
"""The share of the tolerance that a descent goes on to: distances are the roots of speeds."""
_BLOCK = 131_072
"""Numbers in the Jacobians of one block of starts: about a megabyte."""


@dataclass(frozen=True, eq=False)
class FixedPoints:
    """What was found, slowest speed first.

    `points` (points, size) are states, size = units · states in the order `states`; `speeds`
    (points,) are q there; `eigenvalues` (points, size) those of ∂F/∂s, the largest modulus first;
    `reached` (points,) how many starts ended there. `tolerance` tells fixed from slow.
    """

    states: tuple[str, ...]
    points: Numbers
    speeds: Numbers
    eigenvalues: NDArray[np.complex128]
    reached: NDArray[np.intp]
    tolerance: float

    @property
    def fixed(self) -> NDArray[np.bool_]:
        """Which are fixed points; the others are slow ones, (points,)."""
        return self.speeds <= self.tolerance

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Where no direction grows, (points,)."""
        return np.abs(self.eigenvalues[:, 0]) < 1

    @property
    def unstable_directions(self) -> NDArray[np.intp]:
        """How many eigenvalues lie outside the unit circle, (points,): 1 and more at a saddle."""
        return np.asarray((np.abs(self.eigenvalues) > 1).sum(axis=1))

    def state(self, name: str) -> Numbers:
        """One state of every point, (points, units). ValueError for an unknown one."""
        units = self.points.shape[1] // len(self.states)
        at = self.states.index(name) * units
        return self.points[:, at : at + units]


def visited(layer: LayerTrace) -> Numbers:
    """Every state that a run came by, (batch · time, size): where to start from."""
    return np.concatenate(
        [layer.states[name].reshape(-1, layer.units) for name in layer.states], axis=1
    ).astype(np.float64)


def fixed_points(
    layer: Layer,
    starts: ArrayLike,
    *,
    reading: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    slow: float = SLOW,
    distance: float = DISTANCE,
) -> FixedPoints:
    """The fixed and slow points of a layer that are reached from `starts` (starts, size).

    `reading` (features,) is what is read for ever, zeros unless given: nothing, for an input that
    is features. Raises ShapeMismatch, OutOfRange for settings that are not positive or no starts,
    and UnsupportedModel for a layer whose initial states come from another node.
    """
    for what, number in (("tolerance", tolerance), ("slow", slow), ("distance", distance)):
        if not number > 0:
            raise OutOfRange(what=what, found=number, expected="above 0")
    held = Held.of(layer, reading)
    s = np.array(starts, np.float64)
    if s.ndim != 2 or s.shape[1] != held.size:
        raise ShapeMismatch(what="starts", found=s.shape, expected=("starts", held.size))
    if not len(s):
        raise OutOfRange(what="The number of starts", found=0, expected="at least 1")
    with one_thread():
        s, speeds = _descended(held, s, tolerance=tolerance)
        kept = np.flatnonzero(np.isfinite(speeds) & (speeds <= slow))
        points, reached = _apart(s[kept], speeds[kept], distance=distance)
        if len(points):
            moved, jacobians = held.step(points)
        else:
            moved, jacobians = points, np.empty((0, held.size, held.size))
        speeds = _speed(moved - points)
        eigenvalues = np.linalg.eigvals(jacobians).astype(np.complex128)
    largest = np.argsort(-np.abs(eigenvalues), axis=1, kind="stable")
    order = np.argsort(speeds, kind="stable")
    eigenvalues = np.take_along_axis(eigenvalues, largest, axis=1)
    return FixedPoints(
        held.states, points[order], speeds[order], eigenvalues[order], reached[order], tolerance
    )


def _speed(step: Numbers) -> Numbers:
    return np.asarray(0.5 * np.square(step).sum(axis=1))


def _descended(held: Held, starts: Numbers, *, tolerance: float) -> tuple[Numbers, Numbers]:
    """Every start at the foot of its way down q, and q there; NaN where it got lost.

    In blocks whose matrices stay near the processor; threads share them out, as NumPy leaves the
    interpreter free during its loops.
    """
    length = max(1, _BLOCK // held.size**2)
    blocks = [starts[at : at + length] for at in range(0, len(starts), length)]
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        found = list(
            pool.map(lambda block: _block(held, block.copy(), tolerance=tolerance), blocks)
        )
    return np.concatenate([s for s, _ in found]), np.concatenate([q for _, q in found])


def _block(held: Held, starts: Numbers, *, tolerance: float) -> tuple[Numbers, Numbers]:
    """Some starts side by side, each with a damping of its own."""
    s = starts.copy()
    after, jacobians = held.step(s)
    speeds = _speed(after - s)
    moving = np.flatnonzero(np.isfinite(speeds) & (speeds > tolerance * _EXACT))
    # What is still on its way: places in `s`, and what belongs to them.
    at, r, a = s[moving], (after - s)[moving], jacobians[moving]
    damping, q = np.full(len(moving), _DAMPING), speeds[moving]
    diagonal = np.arange(held.size)
    a[:, diagonal, diagonal] -= 1  # the Jacobian of r(s) = F(s) − s
    for _ in range(MOST_ITERATIONS):
        if not len(moving):
            break
        normal = a.swapaxes(1, 2) @ a
        normal[:, diagonal, diagonal] += damping[:, None]
        gradient = np.einsum("nij,ni->nj", a, r)
        tried = at - np.linalg.solve(normal, gradient[..., None])[..., 0]
        there, bent = held.step(tried)
        found = _speed(there - tried)
        better = np.isfinite(found) & (found < q)
        gained = 1 - np.where(better, found, 0) / q
        bent[:, diagonal, diagonal] -= 1
        if better.all():
            at, r, a, q = tried, there - tried, bent, found
        else:
            at[better], r[better], a[better] = tried[better], (there - tried)[better], bent[better]
            q = np.where(better, found, q)
        damping *= np.where(better, 0.2, 4)
        s[moving], speeds[moving] = at, q
        still = (np.abs(gradient).max(axis=1) > 1e-14) & (damping <= 1e10)
        still &= ~(better & ((q <= tolerance * _EXACT) | (gained < 1e-12)))
        if not still.all():
            moving, at, r, a = moving[still], at[still], r[still], a[still]
            damping, q = damping[still], q[still]
    return s, speeds


def _apart(s: Numbers, speeds: Numbers, *, distance: float) -> tuple[Numbers, NDArray[np.intp]]:
    """Points that are not the same, the slowest of each, and how many starts came there."""
    points: list[Numbers] = []
    reached: list[int] = []
    for at in np.argsort(speeds, kind="stable"):
        if points:
            gaps = np.linalg.norm(np.stack(points) - s[at], axis=1)
            nearest = int(np.argmin(gaps))
            if gaps[nearest] <= distance:
                reached[nearest] += 1
                continue
        points.append(s[at])
        reached.append(1)
    shape = (len(points), s.shape[1])
    return np.reshape(np.array(points), shape), np.array(reached, np.intp)
