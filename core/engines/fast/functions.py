"""Elementwise functions for compiled loops, in float32 throughout, and their slopes.

Each is one expression without a branch, so that a loop over it becomes vector instructions, and is
held to the 4 units in the last place that `core.activations` promises, subnormal numbers included.
Slopes are written in terms of the input, for the reason given there. Not chosen: the C library's
functions, which are called number by number, and tanh(x/2) for a sigmoid, which has no digit left
far below zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from core.engines.fast.options import OPTIONS

ZERO, HALF, ONE, TWO, FOUR = (np.float32(number) for number in (0, 0.5, 1, 2, 4))
LOG2_E, LN2_HIGH, LN2_LOW = (
    np.float32(number) for number in (1.44269504088896341, 0.693359375, -2.12194440e-4)
)
# Added to a number below 2²², this leaves it rounded in the last bits, with the exponent's bias.
ROUNDING = np.float32(3 * 2**22 + 127)
LOWEST, HIGHEST = np.float32(-104), np.float32(89)  # e^x is 0 below and infinite above
E2, E3, E4, E5, E6, E7 = (
    np.float32(number)
    for number in (
        5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3,
        1.9875691500e-4,
    )
)  # fmt: skip


@intrinsic
def _power_of_two(typingctx: Any, rounded: Any) -> Any:
    """2ⁿ from n + ROUNDING: the last bits of the sum become the exponent."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.IntType(32)
        bits = builder.shl(builder.bitcast(arguments[0], whole), ir.Constant(whole, 23))
        return builder.bitcast(bits, ir.FloatType())

    return types.float32(types.float32), generate


@njit(**OPTIONS)
def _near_one(rest: Any) -> Any:
    """E^rest for what is left of x below log 2 / 2: the polynomial of Cephes' expf."""
    p = E7 * rest + E6
    p = p * rest + E5
    p = p * rest + E4
    p = p * rest + E3
    p = p * rest + E2
    p = (p * rest) * rest + rest
    return p + ONE


@njit(**OPTIONS)
def exponential(x: Any) -> Any:
    """Eˣ = 2ⁿ · e^(x − n·log 2).

    2ⁿ in two halves: that of a subnormal result is no number of float32.
    """
    x = LOWEST if x < LOWEST else x
    x = HIGHEST if x > HIGHEST else x
    n = (x * LOG2_E + ROUNDING) - ROUNDING
    rest = (x - n * LN2_HIGH) - n * LN2_LOW
    half = (n * HALF + ROUNDING) - ROUNDING
    grown = _near_one(rest) * _power_of_two(half + ROUNDING)
    return grown * _power_of_two((n - half) + ROUNDING)


RAISED = np.float32(3 * 2**22 + 127 + 64)
LOWERED = np.float32(2.0**-64)


@njit(**OPTIONS)
def decay(size: Any) -> Any:
    """E^−size for a size of at least 0: as `exponential`, with less to look after.

    2^(n + 64) is a number of float32 for every n that is left, and one product brings it down.
    """
    x = -size
    x = LOWEST if x < LOWEST else x
    n = (x * LOG2_E + ROUNDING) - ROUNDING
    rest = (x - n * LN2_HIGH) - n * LN2_LOW
    return (_near_one(rest) * _power_of_two(n + RAISED)) * LOWERED


@njit(**OPTIONS)
def sigmoid(x: Any) -> Any:
    """σ(x) from e^−|x|, which neither overflows nor cancels."""
    e = decay(abs(x))
    return (e if x < ZERO else ONE) / (ONE + e)


@njit(**OPTIONS)
def sigmoid_slope(x: Any) -> Any:
    """σ(x)·σ(−x) = e / (1 + e)², e = e^−|x|; the square as 1 + e·(2 + e), rounded once less."""
    e = decay(abs(x))
    return e / (e * (TWO + e) + ONE)


T3, T5, T7, T9, T11 = (
    np.float32(number)
    for number in (
        -3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2, -5.70498872745e-3,
    )
)  # fmt: skip
SMALL = np.float32(0.625)


@njit(**OPTIONS)
def tanh(x: Any) -> Any:
    """Tanh x: near 0 a polynomial of Cephes' tanhf; beyond, (1 − e) / (1 + e), e = e^−2|x|."""
    square = x * x
    p = T11 * square + T9
    p = p * square + T7
    p = p * square + T5
    p = p * square + T3
    near = (p * square) * x + x
    size = abs(x)
    e = decay(TWO * size)
    far = (ONE - e) / (ONE + e)
    return near if size < SMALL else (-far if x < ZERO else far)


@njit(**OPTIONS)
def tanh_slope(x: Any) -> Any:
    """1 − tanh² x = 4·e / (1 + e)², e = e^−2|x|."""
    return FOUR * sigmoid_slope(TWO * x)


@njit(**OPTIONS)
def linear(x: Any) -> Any:
    """The number itself."""
    return x


@njit(**OPTIONS)
def linear_slope(x: Any) -> Any:
    """1 everywhere."""
    return ONE


@njit(**OPTIONS)
def relu(x: Any) -> Any:
    """The number where it is above 0."""
    return ZERO if x < ZERO else x


@njit(**OPTIONS)
def relu_slope(x: Any) -> Any:
    """1 above 0, and 0 at it."""
    return ONE if x > ZERO else ZERO


L3, L5, L7, L9, L11, L13, L15 = (np.float32(2 / number) for number in range(3, 17, 2))


@njit(**OPTIONS)
def log_sigmoid(x: Any) -> Any:
    """min(x, 0) − log(1 + e^−|x|), and log(1 + e) = 2·artanh(e / (2 + e)) by its series."""
    e = decay(abs(x))
    s = e / (TWO + e)
    square = s * s
    p = L15 * square + L13
    p = p * square + L11
    p = p * square + L9
    p = p * square + L7
    p = p * square + L5
    p = p * square + L3
    return (x if x < ZERO else ZERO) - ((p * square) * s + TWO * s)


@njit(**OPTIONS)
def log_sigmoid_slope(x: Any) -> Any:
    """σ(−x)."""
    return sigmoid(-x)


exponential_slope = exponential


@njit(**OPTIONS)
def largest(one: Any, other: Any) -> Any:
    """The larger of two; not a number where either is none."""
    return one if (one >= other) or (one != one) else other


@njit(**OPTIONS)
def divided(above: Any, below: Any) -> Any:
    """Above / below, 0 where below is 0."""
    return ZERO if below == ZERO else above / below
