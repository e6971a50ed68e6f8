"""The activation functions that Keras layers name, each with its derivative.

An `Activation` is a function and its slope. The slope is written in terms of the output y
wherever that is possible (tanh: 1 − y²), because a trace keeps outputs; where it is not (gelu,
silu: not one-to-one), in terms of the input x as well. All act on each number alone, except
softmax and log_softmax, which act along the last axis and so bring a `backward` of their own.

Definitions are those of Keras 3; the tests hold them to Keras itself, and the derivatives to
central differences. Left out, because recurrent layers cannot use them by name: glu (halves the
units), threshold (needs arguments) and sparsemax.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownName

Array = NDArray[Any]
Function = Callable[[Array, Array | None], Array]


@dataclass(frozen=True)
class Activation:
    """A function, and how a gradient passes back through it.

    `function(x, out)` gives y, into `out` where that is an array. `slope(y, x)` gives dy/dx.
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
    """The activation that Keras calls `name`. Raises UnknownName."""
    if name not in ACTIVATIONS:
        raise UnknownName(kind="activation", found=name, known=", ".join(sorted(ACTIVATIONS)))
    return ACTIVATIONS[name]


def _into(y: Array, out: Array | None) -> Array:
    if out is None:
        return y
    out[...] = y
    return out


def _sigmoid(x: Array, out: Array | None) -> Array:
    # ½ + ½·tanh(x/2): NumPy's tanh is vectorised and never overflows, 1/(1 + e⁻ˣ) does.
    y = np.multiply(x, 0.5, out=out)
    np.tanh(y, out=y)
    y *= 0.5
    y += 0.5
    return y


def _softplus(x: Array) -> Array:
    return np.logaddexp(x, x.dtype.type(0))


def _elu(x: Array, alpha: float) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _elu_slope(y: Array, x: Array, *, alpha: float) -> Array:
    return np.where(x > 0, np.ones_like(x), y + alpha)


_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _normal_cdf(x: Array) -> Array:
    from scipy.special import erf  # here, because SciPy takes as long to import as NumPy

    return (0.5 * (1 + erf(x / np.sqrt(2.0)))).astype(x.dtype)


def _gelu_slope(y: Array, x: Array) -> Array:
    return _normal_cdf(x) + x * np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi).astype(x.dtype)


def _softmax(x: Array, out: Array | None) -> Array:
    y = np.exp(x - x.max(axis=-1, keepdims=True), out=out)
    y /= y.sum(axis=-1, keepdims=True)
    return y


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _softmax_product(upstream: Array, y: Array) -> Array:
    return y * (upstream - (upstream * y).sum(axis=-1, keepdims=True))


def _log_softmax_product(upstream: Array, y: Array) -> Array:
    return upstream - np.exp(y) * upstream.sum(axis=-1, keepdims=True)


def _mish_slope(y: Array, x: Array) -> Array:
    squashed = np.tanh(_softplus(x))
    return squashed + x * (1 - squashed * squashed) * _sigmoid(x, None)


def _squareplus_slope(y: Array, x: Array) -> Array:
    return 0.5 * (1 + x / np.sqrt(x * x + 4))


def _simple(
    name: str,
    function: Callable[[Array], Array],
    slope: Callable[[Array, Array], Array],
    bounds: tuple[float | None, float | None] = (None, None),
) -> Activation:
    return Activation(name, lambda x, out: _into(function(x), out), slope, bounds)


def _open(x: Array, low: float, high: float) -> Array:
    """1 where low < x < high, else 0."""
    return ((x > low) & (x < high)).astype(x.dtype)


def _outside(x: Array, edge: float) -> Array:
    return (np.abs(x) > edge).astype(x.dtype)


def _between_slope(x: Array, low: float, high: float, middle: Array) -> Array:
    """0 below `low`, `middle` between, 1 above `high`."""
    return np.where(x <= low, np.zeros_like(x), np.where(x >= high, np.ones_like(x), middle))


_ALL = [
    Activation("tanh", np.tanh, lambda y, x: 1 - y * y, (-1, 1)),
    Activation("sigmoid", _sigmoid, lambda y, x: y * (1 - y), (0, 1)),
    Activation("linear", _into, lambda y, x: np.ones_like(y)),
    Activation(
        "relu",
        lambda x, out: np.maximum(x, x.dtype.type(0), out=out),
        lambda y, x: (y > 0).astype(y.dtype),
        (0, None),
    ),
    _simple("relu6", lambda x: np.clip(x, 0, 6), lambda y, x: _open(x, 0, 6), (0, 6)),
    _simple(
        "leaky_relu",
        lambda x: np.where(x > 0, x, 0.2 * x).astype(x.dtype),
        lambda y, x: np.where(x > 0, 1, 0.2).astype(x.dtype),
    ),
    _simple(
        "hard_sigmoid",
        lambda x: np.clip(x + 3, 0, 6) / 6,
        lambda y, x: _open(x, -3, 3) / 6,
        (0, 1),
    ),
    _simple(
        "hard_silu",
        lambda x: x * np.clip(x + 3, 0, 6) / 6,
        lambda y, x: _between_slope(x, -3, 3, (2 * x + 3) / 6),
    ),
    _simple("hard_tanh", lambda x: np.clip(x, -1, 1), lambda y, x: _open(x, -1, 1), (-1, 1)),
    _simple("hard_shrink", lambda x: x * _outside(x, 0.5), lambda y, x: _outside(x, 0.5)),
    _simple(
        "soft_shrink",
        lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
        lambda y, x: _outside(x, 0.5),
    ),
    _simple("tanh_shrink", lambda x: x - np.tanh(x), lambda y, x: (x - y) ** 2),
    _simple("softplus", _softplus, lambda y, x: -np.expm1(-y), (0, None)),
    _simple("softsign", lambda x: x / (1 + np.abs(x)), lambda y, x: (1 - np.abs(y)) ** 2, (-1, 1)),
    _simple("elu", partial(_elu, alpha=1.0), partial(_elu_slope, alpha=1.0), (-1, None)),
    _simple("celu", partial(_elu, alpha=1.0), partial(_elu_slope, alpha=1.0), (-1, None)),
    _simple(
        "selu",
        lambda x: _SELU_SCALE * _elu(x, _SELU_ALPHA),
        lambda y, x: _SELU_SCALE * _elu_slope(y / _SELU_SCALE, x, alpha=_SELU_ALPHA),
        (-_SELU_SCALE * _SELU_ALPHA, None),
    ),
    _simple("exponential", np.exp, lambda y, x: y, (0, None)),
    _simple("gelu", lambda x: x * _normal_cdf(x), _gelu_slope),
    _simple("silu", lambda x: x * _sigmoid(x, None), lambda y, x: y + _sigmoid(x, None) * (1 - y)),
    _simple("log_sigmoid", lambda x: -_softplus(-x), lambda y, x: -np.expm1(y), (None, 0)),
    _simple("mish", lambda x: x * np.tanh(_softplus(x)), _mish_slope),
    _simple(
        "sparse_plus",
        lambda x: np.where(x <= -1, 0, np.where(x < 1, 0.25 * (x + 1) ** 2, x)).astype(x.dtype),
        lambda y, x: _between_slope(x, -1, 1, 0.5 * (x + 1)),
        (0, None),
    ),
    _simple(
        "sparse_sigmoid",
        lambda x: np.clip(0.5 * (x + 1), 0, 1),
        lambda y, x: 0.5 * _open(x, -1, 1),
        (0, 1),
    ),
    _simple("squareplus", lambda x: 0.5 * (x + np.sqrt(x * x + 4)), _squareplus_slope, (0, None)),
    Activation("softmax", _softmax, lambda y, x: y * (1 - y), (0, 1), _softmax_product),
    Activation(
        "log_softmax",
        lambda x, out: _into(_log_softmax(x), out),
        lambda y, x: 1 - np.exp(y),
        (None, 0),
        _log_softmax_product,
    ),
]

ACTIVATIONS = {activation.name: activation for activation in _ALL}
ACTIVATIONS["swish"] = ACTIVATIONS["silu"]
ACTIVATIONS["hard_swish"] = ACTIVATIONS["hard_silu"]
