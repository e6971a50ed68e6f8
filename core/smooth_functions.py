"""Smooth functions and their slopes that keep every digit, wherever x lies.

What one would write down first loses digits where two nearly equal numbers are taken from one
another (1 − y², x − tanh x, x + √(x² + 4)), or gives infinity on the way to a number. Each function
here is written so that neither happens. `sigmoid` and the slopes of it and of tanh reach 4 ulp in
float32; the others do so for x in float64, rounded once at the end, as `core.activations` has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def negated(x: Array, out: Array | None = None) -> Array:
    """−x. Not np.negative: NumPy 2.4 reads float32 numbers 16 bytes apart from wrong places."""
    return np.multiply(x, -1, out=out)


def log_sigmoid(x: Array) -> Array:
    """Log σ(x) = −softplus(−x)."""
    return negated(softplus(negated(x)))


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """σ(x) = 1 / (1 + e⁻ˣ), into `out` where that is an array, and another one than x."""
    # Not ½ + ½·tanh(x/2), which takes as long: below −17 the sum has no digit left.
    try:
        with np.errstate(over="raise"):
            y = negated(x, out)
            np.exp(y, out=y)
            y += 1
            return np.reciprocal(y, out=y)
    except FloatingPointError:
        # e⁻ˣ is beyond float32 below −88.7, σ(x) only below −104. Both parts here are at most 1:
        # e^min(x, 0) / (e^min(x, 0) + e^min(−x, 0)).
        y = np.exp(np.minimum(x, 0), out=out)
        y /= y + np.exp(np.minimum(negated(x), 0))
        return y


_BLOCK = 16_384
"""Numbers that stay in a core's cache while several calls go over them: twice as fast as all."""


def sigmoid_slope(x: Array, scale: int = 1) -> Array:
    """σ(scale·x)·σ(−scale·x) = e / (1 + e)², where e = e^−|scale·x|; scale 1 or 2."""
    slope = np.empty(x.shape, x.dtype)
    if x.size == 0:
        return slope
    rows, of_slope = np.atleast_1d(x), np.atleast_1d(slope)
    step = max(1, _BLOCK * len(rows) // x.size)
    below = np.empty((min(step, len(rows)), *rows.shape[1:]), x.dtype)
    with np.errstate(over="ignore"):  # of scale·x: e⁻ⁱⁿᶠ is 0, as it should be
        for start in range(0, len(rows), step):
            e = of_slope[start : start + step]
            square = below[: len(e)]
            np.abs(rows[start : start + step], out=e)
            np.multiply(e, -scale, out=e)
            np.exp(e, out=e)
            np.add(e, 1, out=square)
            np.multiply(square, square, out=square)
            np.divide(e, square, out=e)
    return slope


def tanh_slope(x: Array) -> Array:
    """1 − tanh² x = 4·σ(2x)·σ(−2x)."""
    slope = sigmoid_slope(x, scale=2)
    slope *= 4
    return slope


def softplus(x: Array) -> Array:
    """log(1 + eˣ)."""
    return np.logaddexp(x, 0.0)


def elu(x: Array, *, alpha: float = 1.0) -> Array:
    """The number x above 0, alpha·(eˣ − 1) below."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_slope(x: Array, *, alpha: float = 1.0) -> Array:
    """The number 1 above 0, alpha·eˣ below."""
    return np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0)))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def normal_cdf(x: Array) -> Array:
    """Φ(x), the share of a normal distribution below x."""
    from scipy.special import ndtr  # here, because SciPy takes as long to import as NumPy

    return np.asarray(ndtr(x))


def gelu_slope(x: Array) -> Array:
    """Φ(x) + x·φ(x), φ the normal density."""
    near = np.clip(x, -50, 50)  # farther out the density is 0, and x² may be beyond float64
    return normal_cdf(x) + near * np.exp(-0.5 * near * near) / np.sqrt(2 * np.pi)


def silu_slope(x: Array) -> Array:
    """σ(x) + x·σ(x)·σ(−x)."""
    near = np.clip(x, -1000, 1000)  # farther out σ·(1 − σ) is 0
    return sigmoid(x) + near * sigmoid_slope(near)


def softmax(x: Array) -> Array:
    """The powers eˣ as shares of their sum along the last axis, computed in float64."""
    y = x.astype(np.float64)
    y -= y.max(axis=-1, keepdims=True)
    np.exp(y, out=y)
    y /= y.sum(axis=-1, keepdims=True)
    return y.astype(x.dtype, copy=False)


def log_softmax(x: Array) -> Array:
    """The logarithm of softmax; of the greatest, minus log(1 + the others)."""
    y = x.astype(np.float64)
    y -= y.max(axis=-1, keepdims=True)
    y -= np.log1p(_beside_greatest(np.exp(y)).sum(axis=-1, keepdims=True))
    return y.astype(x.dtype, copy=False)


def _beside_greatest(y: Array) -> Array:
    """The same in float64, with 0 in the place of the greatest of each row."""
    others = y.astype(np.float64)
    np.put_along_axis(others, y.argmax(axis=-1, keepdims=True), 0, axis=-1)
    return others


def softmax_slope(y: Array) -> Array:
    """y·(1 − y); where y is the greatest, 1 − y is the sum of the others."""
    others = _beside_greatest(y)
    rest = np.where(others == y, 1 - others, others.sum(axis=-1, keepdims=True))
    return (y * rest).astype(y.dtype)


def softmax_product(upstream: Array, y: Array) -> Array:
    """∂loss/∂x from ∂loss/∂y and y: y·(u − Σ u·y)."""
    # It stays what it is when a number is taken from every u. With that of the greatest y, which
    # may have rounded to 1, the sum is of the others alone.
    at = y.argmax(axis=-1, keepdims=True)
    u = upstream.astype(np.float64) - np.take_along_axis(upstream, at, axis=-1)
    return (y * (u - (u * y).sum(axis=-1, keepdims=True))).astype(y.dtype)


def log_softmax_product(upstream: Array, y: Array) -> Array:
    """∂loss/∂x from ∂loss/∂y and y: u − eʸ·Σ u."""
    # As u·(1 − eʸ) − eʸ·Σ of the others, which keeps its digits when eʸ rounds to 1.
    u, wide = upstream.astype(np.float64), y.astype(np.float64)
    others = u.sum(axis=-1, keepdims=True) - u
    return (-u * np.expm1(wide) - np.exp(wide) * others).astype(y.dtype)


def tanh_shrink(x: Array) -> Array:
    """The rest x − tanh x without cancelling: near 0 the series x³/3 − 2x⁵/15 + 17x⁷/315."""
    near = np.clip(x, -0.01, 0.01)
    square = near * near
    series = near * square * (1 / 3 - square * (2 / 15 - square * (17 / 315)))
    return np.where(near == x, series, x - np.tanh(x))


def mish(x: Array) -> Array:
    """x·tanh(log(1 + eˣ)) = x·n / (n + 2), where n = eˣ·(eˣ + 2)."""
    e = np.exp(np.minimum(x, _MISH_FLAT))
    n = e * (e + 2)
    return x * (n / (n + 2))


def mish_slope(x: Array) -> Array:
    """Slope: n / (n + 2) + 4·x·eˣ·(1 + eˣ) / (n + 2)², n as in mish."""
    near = np.minimum(x, _MISH_FLAT)
    e = np.exp(near)
    n = e * (e + 2)
    return n / (n + 2) + 4 * near * e * (1 + e) / (n + 2) ** 2


_MISH_FLAT = 150
"""Where mish has long been x itself, and the powers of eˣ are still far from infinity."""


def squareplus(x: Array) -> Array:
    """(x + r)/2, where r = √(x² + 4); for negative x, where the two cancel, 2/(r − x)."""
    return np.maximum(x, 0) + 2 / (np.hypot(x, 2) + np.abs(x))
