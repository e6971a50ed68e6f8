"""float32 as float16, units by steps: rounded to the nearest, ties to even, as IEEE 754 has it.

NumPy converts number by number where it knows no instruction for it, at ten nanoseconds each, which
is longer than a network takes to compute one. Here the bits are moved in the processor's vectors,
and then turned round in tiles that stay in its cache. Held to NumPy's numbers by a test.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

TILE = 32


def halved(values: NDArray[np.float32], out: NDArray[np.float16]) -> bool:
    """Puts values (steps, units) into `out` (units, steps); whether all are finite there."""
    near = np.ascontiguousarray(values)
    return bool(_halved(near, near.view(np.uint32), out.view(np.uint16)))


@njit(nogil=True, cache=True)
def _halved(values: NDArray[np.float32], bits: NDArray[np.uint32], out: NDArray[np.uint16]) -> bool:
    steps, units = bits.shape
    rows = np.empty((steps, units), np.uint16)
    largest = np.uint32(0)
    for step in range(steps):
        for unit in range(units):
            size = bits[step, unit] & np.uint32(0x7FFFFFFF)
            largest = max(largest, size)
            sign = (bits[step, unit] >> np.uint32(16)) & np.uint32(0x8000)
            # The exponent has another bias; of the fraction ten bits stay, half a bit is added.
            odd = (size >> np.uint32(13)) & np.uint32(1)
            normal = (size + np.uint32(0xFFF) + odd - np.uint32(0x38000000)) >> np.uint32(13)
            # Below the least normal number steps are 2⁻²⁴ wide.
            small = np.uint32(np.rint(abs(values[step, unit]) * np.float32(16_777_216.0)))
            most = min(normal, np.uint32(0x7C00))
            rows[step, unit] = np.uint16(sign | (small if size < np.uint32(0x38800000) else most))
    for first in range(0, steps, TILE):
        for left in range(0, units, TILE):
            for unit in range(left, min(left + TILE, units)):
                for step in range(first, min(first + TILE, steps)):
                    out[unit, step] = rows[step, unit]
    return bool(largest < np.uint32(0x477FF000))
