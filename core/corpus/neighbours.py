"""Which states of a corpus are nearest to a given one? Exact, and most states are never read.

Euclidean distance of a whole layer's state. With a sketch (`core.corpus.sketch`) a lower bound of
every distance comes from sixteen bytes; only states whose bound is below the distance of the k-th
nearest found so far are read. A first look at every sixteenth block finds k that are near, so that
the bound bites from the beginning. Without a sketch, as in a recording that goes on, all are read.
"""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.corpus.recorded import Corpus
from core.corpus.sketch import BLOCK, Sketch, sketch_of
from core.errors import ShapeMismatch
from core.threads import shared

FIRST = 16
DENSE = 0.1
"""Share of a block from which on it is read as a whole."""


@dataclass(frozen=True)
class Neighbour:
    """A step of the corpus, and how far its state is from the one that was sought."""

    step: int
    distance: float


@dataclass(frozen=True)
class Neighbours:
    """The nearest states, nearest first; `read` of all `steps` had to be read."""

    nearest: tuple[Neighbour, ...]
    read: int
    steps: int


def nearest(
    corpus: Corpus, key: str, state: Array, *, most: int = 20, leave_out: tuple[int, int] = (0, 0)
) -> Neighbours:
    """The `most` states of a quantity that are nearest to a state, (units,).

    Steps from `leave_out[0]` to `leave_out[1]` do not count: those around the state itself. Raises
    NoSuchQuantity, NotRecordedYet, ShapeMismatch.
    """
    array = corpus.array(key)
    sought = np.asarray(state, np.float32)
    if sought.shape != array.shape[1:]:
        raise ShapeMismatch(what="the state", found=sought.shape, expected=array.shape[1:])
    search = _Search(array, sought, sketch_of(corpus, key), most=most, leave_out=leave_out)
    starts = range(0, len(array), BLOCK)
    if search.sketch is not None:
        shared([partial(search.block, start) for start in starts[::FIRST]])
    seen = set(starts[::FIRST]) if search.sketch is not None else set()
    shared([partial(search.block, start) for start in starts if start not in seen])
    found = sorted(search.heap, reverse=True)
    return Neighbours(
        tuple(Neighbour(-step, float(np.sqrt(-far))) for far, step in found),
        search.read,
        len(array),
    )


class _Search:
    """The nearest found so far, by squared distance, and what is looked at."""

    def __init__(
        self,
        array: NDArray[np.floating],
        sought: NDArray[np.float32],
        sketch: Sketch | None,
        *,
        most: int,
        leave_out: tuple[int, int],
    ) -> None:
        self.array, self.sought, self.sketch = array, sought, sketch
        self.most, self.leave_out = most, leave_out
        self.heap: list[tuple[float, int]] = []
        self.read = 0
        self._lock = threading.Lock()
        self._code = None if sketch is None else sketch.coded(sought[None])[:, 0]

    @property
    def _farthest(self) -> float:
        return -self.heap[0][0] if len(self.heap) == self.most else np.inf

    def block(self, start: int) -> None:
        """Looks at one block of steps."""
        stop = min(start + BLOCK, len(self.array))
        wanted = np.arange(start, stop)
        if self.sketch is not None and self._code is not None:
            bounds = self.sketch.bounds(self._code, start=start, stop=stop)
            scale = self.sketch.width**2
            if self._farthest == np.inf:  # those that are likely near come first
                near = np.argpartition(bounds, min(4 * self.most, len(bounds) - 1))
                self._look(np.sort(wanted[near[: 4 * self.most]]))
                bounds[near[: 4 * self.most]] = np.iinfo(np.uint32).max
            # Rounding of the bound itself is far below what a thousandth gives away.
            wanted = wanted[bounds * (scale * 0.999) <= self._farthest]
        if len(wanted):
            self._look(wanted)

    def _look(self, steps: NDArray[np.int64]) -> None:
        """Reads some states, in the order of their steps, and keeps those that are near."""
        first, last = int(steps[0]), int(steps[-1]) + 1
        if len(steps) > DENSE * (last - first):
            far = self._distances(first, last)[steps - first]
        else:
            rows = self.array[steps].astype(np.float32)
            far = np.square(rows - self.sought).sum(axis=1, dtype=np.float32)
        outside = (steps < self.leave_out[0]) | (steps >= self.leave_out[1])
        with self._lock:
            self.read += len(steps)
            limit = self._farthest
            near = np.flatnonzero(outside & (far <= limit))
            near = near[np.argsort(far[near], kind="stable")[: self.most]]
            for at in near:
                item = (-float(far[at]), -int(steps[at]))
                if len(self.heap) < self.most:
                    heapq.heappush(self.heap, item)
                elif item > self.heap[0]:
                    heapq.heapreplace(self.heap, item)

    def _distances(self, first: int, last: int) -> NDArray[np.float32]:
        """Squared distances of states that follow each other, unit by unit as they lie on disk."""
        total = np.zeros(last - first, np.float32)
        for unit, own in enumerate(self.sought):
            apart = self.array[first:last, unit].astype(np.float32)
            apart -= own
            total += np.square(apart, out=apart)
        return total
