"""Large arrays whose memory is used again once nothing looks at them any more.

A run of a layer fills tens of megabytes. Asked for anew each time, they come from the system page
by page, each cleared first: a fifth of the time of `record`. Here they come from what an earlier
run gave back, when the last view of it had gone. Cost: up to `KEPT` bytes stay with the process.
Not chosen: arrays that are handed from run to run by name; a trace is to stay what it was for as
long as anybody has it.
"""

from __future__ import annotations

import ctypes
import math
import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1 << 18
"""Bytes from which on an array is worth it: what is smaller the C library keeps itself."""
KEPT = 192 << 20
"""Bytes that are kept at most: the trace of 32 texts of 500 steps (128 units), and its way back."""
ALIGNED = 64
"""Bytes: a line of the cache, and the longest vector."""


class Memory:
    """Blocks of bytes that were given back, the latest last."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self.kept = kept
        self._free: list[NDArray[np.uint8]] = []
        self._lock = threading.Lock()

    @property
    def idle(self) -> int:
        """The bytes that are kept and not in use."""
        return sum(block.nbytes for block in self._free)

    def empty(self, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """An array of any numbers, as `np.empty` gives."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size < SMALLEST:
            return np.empty(shape, dtype)
        block = self._taken(size + ALIGNED)
        lent = (ctypes.c_ubyte * size).from_buffer(block, -block.ctypes.data % ALIGNED)
        # Whatever is a view of the array holds on to `lent`, and `lent` to the block.
        weakref.finalize(lent, self._give_back, block).atexit = False
        return np.frombuffer(lent, dtype).reshape(shape)

    def _taken(self, size: int) -> NDArray[np.uint8]:
        """The block of that size that was given back last, or a new one."""
        with self._lock:
            for at in range(len(self._free) - 1, -1, -1):
                if self._free[at].nbytes == size:
                    return self._free.pop(at)
        return np.empty(size, np.uint8)

    def _give_back(self, block: NDArray[np.uint8]) -> None:
        """Keeps a block, and lets go of the oldest that are too many.

        The garbage collector may call this at any time, also from within `_taken`: it never waits.
        """
        if block.nbytes > self.kept or not self._lock.acquire(blocking=False):
            return
        try:
            self._free.append(block)
            while self.idle > self.kept:
                del self._free[0]
        finally:
            self._lock.release()


MEMORY = Memory()
