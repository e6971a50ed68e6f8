"""The activation functions that Keras layers name, each with its derivative.

An `Activation` is a function and its slope. The slope is written in terms of the input x, not of
the output y: where a gate is shut or open, y rounds to 0 or 1 and 1 − y² or y·(1 − y) has no digit
left, while a trace keeps x beside y. All act on each number alone, except softmax and log_softmax,
which act along the last axis and so bring a `backward` of their own.

Guaranteed: for every x of float32, the function and its slope are within 4 units in the last place
(ulp) of float32, subnormal results included. tanh and sigmoid, which stand in every inner loop,
reach that in float32; the others are computed in float64 and rounded once, which takes up to four
times as long. In float64 the same formulas lose no digits by cancellation either.

Definitions are those of Keras 3; the tests hold them to Keras itself, to Python's decimal numbers,
and the derivatives to central differences. Left out, because recurrent layers cannot use them by
name: glu (halves the units), threshold (needs arguments) and sparsemax. leaky_relu and elu, which
people use with numbers of their own, exist with each of them under a name that tells it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core import smooth_functions as smooth
from core.errors import UnknownName

Array = NDArray[Any]
Function = Callable[[Array, Array | None], Array]
Wide = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    """A function, and how a gradient passes back through it.

    `function(x, out)` gives y, into `out` where that is an array, and another one than x.
    `slope(y, x)` gives dy/dx.
    `backward` is for functions whose outputs depend on several inputs; `bounds` are the limits
    of y, None where there are none: they set the scale of a picture.
    """

    name: str
    function: Function
    slope: Callable[[Array, Array], Array]
    bounds: tuple[float | None, float | None] = (None, None)
    jacobian_product: Callable[[Array, Array], Array] | None = None

    def __call__(self, x: Array, out: Array | None = None) -> Array:
        """y, of the shape of x."""
        return self.function(x, out)

    def backward(self, upstream: Array, *, outputs: Array, inputs: Array) -> Array:
        """∂loss/∂x from ∂loss/∂y; all of one shape."""
        if self.jacobian_product is not None:
            return self.jacobian_product(upstream, outputs)
        return upstream * self.slope(outputs, inputs)

    @property
    def elementwise(self) -> bool:
        """Whether each output depends on one input alone."""
        return self.jacobian_product is None


def get(name: str) -> Activation:
    """The activation that Keras calls `name`, or one of NUMBERED with its number, as `numbered`
    names it: "leaky_relu(0.3)". Raises UnknownName.
    """
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]
    try:
        return _with_number(name)
    except ValueError:
        known = ", ".join(sorted(ACTIVATIONS))
        raise UnknownName(kind="activation", found=name, known=known) from None


def numbered(name: str, number: float) -> str:
    """What the activation `name` of NUMBERED is called with a number of its own, not the usual.

    The number is kept to seven digits, as many as float32 has. Raises ValueError where it is not
    finite.
    """
    if not math.isfinite(number):
        raise ValueError(f"{name} has no number {number}")
    kept = float(f"{number:.7g}")
    return name if kept == NUMBERED[name].usual else f"{name}({kept!r})"


def number_of(name: str) -> tuple[str, float] | None:
    """The name without its number, and the number; None for one that has no number of its own."""
    written = _NUMBERED_NAME.fullmatch(name)
    if written is None or written[1] not in NUMBERED:
        return None
    number = float(written[2])
    return (written[1], number) if name == numbered(written[1], number) else None


@cache
def _with_number(name: str) -> Activation:
    found = number_of(name)
    if found is None:
        raise ValueError(name)
    return NUMBERED[found[0]].made(name, found[1])


def _into(y: Array, out: Array | None) -> Array:
    if out is None:
        return y
    out[...] = y
    return out


def _simple(
    name: str,
    function: Wide,
    slope: Wide,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Activation:
    """An activation that is computed in float64, and rounded to the type of x at the end."""

    def rounded(wide: Wide, x: Array) -> Array:
        return np.asarray(wide(x.astype(np.float64, copy=False))).astype(x.dtype, copy=False)

    return Activation(
        name,
        lambda x, out: _into(rounded(function, x), out),
        lambda y, x: rounded(slope, x),
        bounds,
    )


def _open(x: Array, low: float, high: float) -> Array:
    """1 where low < x < high, else 0."""
    return ((x > low) & (x < high)).astype(x.dtype)


def _outside(x: Array, edge: float) -> Array:
    return (np.abs(x) > edge).astype(x.dtype)


def _leaky_relu(name: str, slope: float) -> Activation:
    """X above 0, slope · x below."""
    return _simple(
        name, lambda x: np.where(x > 0, x, slope * x), lambda x: np.where(x > 0, 1.0, slope)
    )


def _elu(name: str, alpha: float) -> Activation:
    """X above 0, α · (eˣ − 1) below."""
    return _simple(
        name,
        lambda x: smooth.elu(x, alpha=alpha),
        lambda x: smooth.elu_slope(x, alpha=alpha),
        (-alpha, None) if alpha >= 0 else (None, None),
    )


class Numbered(NamedTuple):
    """A family of activations: how one of them is made, and the number of the plain one."""

    made: Callable[[str, float], Activation]
    usual: float


NUMBERED = {"leaky_relu": Numbered(_leaky_relu, 0.2), "elu": Numbered(_elu, 1.0)}
"""Those that people give another number, by the name of the plain one."""
_NUMBERED_NAME = re.compile(r"(\w+)\((-?[\d.]+(?:e[-+]\d+)?)\)", re.ASCII)

_ALL = [
    Activation("tanh", np.tanh, lambda y, x: smooth.tanh_slope(x), (-1, 1)),
    Activation("sigmoid", smooth.sigmoid, lambda y, x: smooth.sigmoid_slope(x), (0, 1)),
    Activation("linear", _into, lambda y, x: np.ones_like(y)),
    Activation(
        "relu",
        lambda x, out: np.maximum(x, x.dtype.type(0), out=out),
        lambda y, x: (y > 0).astype(y.dtype),
        (0, None),
    ),
    _simple("relu6", lambda x: np.clip(x, 0, 6), lambda x: _open(x, 0, 6), (0, 6)),
    _leaky_relu("leaky_relu", 0.2),
    _simple(
        "hard_sigmoid", lambda x: np.clip(x + 3, 0, 6) / 6, lambda x: _open(x, -3, 3) / 6, (0, 1)
    ),
    _simple(
        "hard_silu",
        lambda x: x * (np.clip(x + 3, 0, 6) / 6),
        lambda x: np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, (2 * np.clip(x, -3, 3) + 3) / 6)),
    ),
    _simple("hard_tanh", lambda x: np.clip(x, -1, 1), lambda x: _open(x, -1, 1), (-1, 1)),
    _simple("hard_shrink", lambda x: x * _outside(x, 0.5), lambda x: _outside(x, 0.5)),
    _simple(
        "soft_shrink",
        lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
        lambda x: _outside(x, 0.5),
    ),
    _simple("tanh_shrink", smooth.tanh_shrink, lambda x: np.tanh(x) ** 2),
    _simple("softplus", smooth.softplus, smooth.sigmoid, (0, None)),
    _simple(
        "softsign", lambda x: x / (1 + np.abs(x)), lambda x: (1 / (1 + np.abs(x))) ** 2, (-1, 1)
    ),
    _elu("elu", 1.0),
    _simple("celu", smooth.elu, smooth.elu_slope, (-1, None)),
    _simple(
        "selu",
        lambda x: smooth.SELU_SCALE * smooth.elu(x, alpha=smooth.SELU_ALPHA),
        lambda x: smooth.SELU_SCALE * smooth.elu_slope(x, alpha=smooth.SELU_ALPHA),
        (-smooth.SELU_SCALE * smooth.SELU_ALPHA, None),
    ),
    _simple("exponential", np.exp, np.exp, (0, None)),
    _simple("gelu", lambda x: x * smooth.normal_cdf(x), smooth.gelu_slope),
    _simple("silu", lambda x: x * smooth.sigmoid(x), smooth.silu_slope),
    _simple(
        "log_sigmoid", smooth.log_sigmoid, lambda x: smooth.sigmoid(smooth.negated(x)), (None, 0)
    ),
    _simple("mish", smooth.mish, smooth.mish_slope),
    _simple(
        "sparse_plus",
        lambda x: np.where(x >= 1, x, 0.25 * (np.clip(x, -1, 1) + 1) ** 2),
        lambda x: 0.5 * (np.clip(x, -1, 1) + 1),
        (0, None),
    ),
    _simple(
        "sparse_sigmoid",
        lambda x: np.clip(0.5 * (x + 1), 0, 1),
        lambda x: 0.5 * _open(x, -1, 1),
        (0, 1),
    ),
    _simple(
        "squareplus", smooth.squareplus, lambda x: smooth.squareplus(x) / np.hypot(x, 2), (0, None)
    ),
    Activation(
        "softmax",
        lambda x, out: _into(smooth.softmax(x), out),
        lambda y, x: smooth.softmax_slope(y),
        (0, 1),
        smooth.softmax_product,
    ),
    Activation(
        "log_softmax",
        lambda x, out: _into(smooth.log_softmax(x), out),
        lambda y, x: -np.expm1(y),
        (None, 0),
        smooth.log_softmax_product,
    ),
]

ACTIVATIONS = {activation.name: activation for activation in _ALL}
ACTIVATIONS["swish"] = ACTIVATIONS["silu"]
ACTIVATIONS["hard_swish"] = ACTIVATIONS["hard_silu"]
