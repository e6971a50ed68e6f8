"""float32 as float16, units by steps: rounded to the nearest, ties to even, as IEEE 754 has it.

NumPy converts number by number where it knows no instruction for it, at ten nanoseconds each, which
is longer than a network takes to compute one. Here the bits are moved in the processor's vectors,
a tile of steps at a time, and turned round while they are in its nearest cache: 0.7 ns a number,
from where the trace has them to where the file wants them. Held to NumPy's numbers by a test.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

TILE = 32
NUMBER = 4
"""Bytes of a float32."""


def halved(
    values: NDArray[np.float32],
    out: NDArray[np.float16],
    *,
    places: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> bool:
    """Puts the first `lengths[k]` steps of each text of values (texts, time, units) into `out`.

    `out` is (units, steps); text k begins at step `places[k]` of it. Says whether all that was put
    there is finite.
    """
    texts, time, units = values.shape
    if values.strides[2] != NUMBER or values.strides[0] < 0:
        values = np.ascontiguousarray(values)
    text_stride, step_stride = values.strides[0] // NUMBER, values.strides[1] // NUMBER
    lowest = values[:, ::-1] if step_stride < 0 else values  # read from the end of the text
    count = (texts - 1) * text_stride + (time - 1) * abs(step_stride) + units
    flat = np.lib.stride_tricks.as_strided(lowest, (count,), (NUMBER,), writeable=False)
    first = (time - 1) * abs(step_stride) if step_stride < 0 else 0
    bits = flat.view(np.uint32)
    strides = first, text_stride, step_stride
    return bool(_halved(flat, bits, *strides, places, lengths, out.view(np.uint16)))


@njit(nogil=True, cache=True)
def _halved(
    values: NDArray[np.float32],
    bits: NDArray[np.uint32],
    first: int,
    text_stride: int,
    step_stride: int,
    places: NDArray[np.int64],
    lengths: NDArray[np.int64],
    out: NDArray[np.uint16],
) -> bool:
    units = out.shape[0]
    rows = np.empty((TILE, units), np.uint16)
    largest = np.uint32(0)
    for text in range(len(places)):
        for begin in range(0, lengths[text], TILE):
            steps = min(TILE, lengths[text] - begin)
            for step in range(steps):
                at = first + text * text_stride + (begin + step) * step_stride
                # Slices, so that the compiler knows that numbers lie side by side.
                held, held_bits, row = values[at : at + units], bits[at : at + units], rows[step]
                for unit in range(units):
                    size = held_bits[unit] & np.uint32(0x7FFFFFFF)
                    largest = max(largest, size)
                    sign = (held_bits[unit] >> np.uint32(16)) & np.uint32(0x8000)
                    # The exponent has another bias; of the fraction ten bits stay, half a bit is
                    # added.
                    odd = (size >> np.uint32(13)) & np.uint32(1)
                    normal = (size + np.uint32(0xFFF) + odd - np.uint32(0x38000000)) >> np.uint32(
                        13
                    )
                    # Below the least normal number steps are 2⁻²⁴ wide.
                    small = np.uint32(np.rint(abs(held[unit]) * np.float32(16_777_216.0)))
                    most = min(normal, np.uint32(0x7C00))
                    row[unit] = np.uint16(sign | (small if size < np.uint32(0x38800000) else most))
            place = places[text] + begin
            for unit in range(units):
                column = out[unit, place : place + steps]
                for step in range(steps):
                    column[step] = rows[step, unit]
    return bool(largest < np.uint32(0x477FF000))
