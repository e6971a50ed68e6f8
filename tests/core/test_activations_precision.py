"""Every activation and its slope within 4 ulp of float32, over all of float32.

The reference is arithmetic of 170 decimal digits, in which no textbook formula can lose one: the
formulas here are those that one would write down first, not those of `core.activations`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core import activations
from core.activations import ACTIVATIONS

ULP = 4
KINKS = (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0)
CASE = Path(__file__).parents[3] / "shared/data/models/20_small_sigmoid.expected.npz"
Function = Callable[[Decimal], Decimal]

ONE, TWO = Decimal(1), Decimal(2)
SCALE, ALPHA = Decimal("1.0507009873554805"), Decimal("1.6732632423543772")
ROOT_OF_TAU = Decimal("2.50662827463100050241576528481104525300698674060993831662992357")


@cache
def exp(x: Decimal) -> Decimal:
    """eˣ; beyond a million either way it is 0 or infinite for every float32 and product of them."""
    return max(min(x, Decimal(10**6)), Decimal(-(10**6))).exp()


@cache
def tanh(x: Decimal) -> Decimal:
    return ONE - TWO / (exp(TWO * x) + ONE)


def sigmoid(x: Decimal) -> Decimal:
    return ONE / (ONE + exp(-x))


def softplus(x: Decimal) -> Decimal:
    return x if x > 10**4 else (ONE + exp(x)).ln()


def normal_cdf(x: Decimal) -> Decimal:
    return Decimal(math.erfc(-float(x) / math.sqrt(2.0))) / TWO


def clip(x: Decimal, low: int, high: int) -> Decimal:
    return max(Decimal(low), min(Decimal(high), x))


def mish_slope(x: Decimal) -> Decimal:
    squashed = tanh(softplus(x))
    return squashed + x * (ONE - squashed * squashed) * sigmoid(x)


def open_(x: Decimal, low: str, high: str) -> Decimal:
    return ONE if Decimal(low) < x < Decimal(high) else Decimal(0)


def root(x: Decimal) -> Decimal:
    return (x * x + 4).sqrt()


def elu(x: Decimal, alpha: Decimal = ONE) -> Decimal:
    return x if x > 0 else alpha * (exp(x) - ONE)


def elu_slope(x: Decimal, alpha: Decimal = ONE) -> Decimal:
    return ONE if x > 0 else alpha * exp(x)


REFERENCES: dict[str, tuple[Function, Function]] = {
    "tanh": (tanh, lambda x: ONE - tanh(x) ** 2),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (ONE - sigmoid(x))),
    "linear": (lambda x: x, lambda x: ONE),
    "relu": (lambda x: max(x, Decimal(0)), lambda x: open_(x, "0", "inf")),
    "relu6": (lambda x: clip(x, 0, 6), lambda x: open_(x, "0", "6")),
    "leaky_relu": (
        lambda x: x if x > 0 else x / 5,
        lambda x: ONE if x > 0 else Decimal("0.2"),
    ),
    "hard_sigmoid": (lambda x: clip(x / 6 + ONE / 2, 0, 1), lambda x: open_(x, "-3", "3") / 6),
    "hard_silu": (
        lambda x: x * clip(x / 6 + ONE / 2, 0, 1),
        lambda x: x / 3 + ONE / 2 if abs(x) < 3 else open_(x, "0", "inf"),
    ),
    "hard_tanh": (lambda x: clip(x, -1, 1), lambda x: open_(x, "-1", "1")),
    "hard_shrink": (
        lambda x: x * (ONE - open_(x, "-0.50000000001", "0.50000000001")),
        lambda x: ONE - open_(x, "-0.5", "0.5"),
    ),
    "soft_shrink": (
        lambda x: x - clip(TWO * x, -1, 1) / TWO,
        lambda x: ONE - open_(x, "-0.5", "0.5"),
    ),
    "tanh_shrink": (lambda x: x - tanh(x), lambda x: tanh(x) ** 2),
    "softplus": (softplus, sigmoid),
    "softsign": (lambda x: x / (ONE + abs(x)), lambda x: ONE / (ONE + abs(x)) ** 2),
    "elu": (elu, elu_slope),
    "celu": (elu, elu_slope),
    "selu": (lambda x: SCALE * elu(x, ALPHA), lambda x: SCALE * elu_slope(x, ALPHA)),
    "exponential": (exp, exp),
    "gelu": (
        lambda x: x * normal_cdf(x),
        lambda x: normal_cdf(x) + x * exp(-x * x / TWO) / ROOT_OF_TAU,
    ),
    "silu": (
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) + x * sigmoid(x) * (ONE - sigmoid(x)),
    ),
    "log_sigmoid": (lambda x: -softplus(-x), lambda x: sigmoid(-x)),
    "mish": (lambda x: x * tanh(softplus(x)), mish_slope),
    "sparse_plus": (
        lambda x: x if x >= 1 else (clip(x, -1, 1) + ONE) ** 2 / 4,
        lambda x: (clip(x, -1, 1) + ONE) / TWO,
    ),
    "sparse_sigmoid": (
        lambda x: (clip(x, -1, 1) + ONE) / TWO,
        lambda x: open_(x, "-1", "1") / TWO,
    ),
    "squareplus": (lambda x: (x + root(x)) / TWO, lambda x: (ONE + x / root(x)) / TWO),
}
REFERENCES["swish"], REFERENCES["hard_swish"] = REFERENCES["silu"], REFERENCES["hard_silu"]
ALONG_A_ROW = {"softmax", "log_softmax"}


def points() -> np.ndarray:
    """Two numbers of every binade and sign, subnormal ones too; both sides of every kink."""
    random = np.random.default_rng(7)
    binades = np.ldexp(random.uniform(1, 2, (2, 277)), np.arange(-149, 128)).ravel()
    middle = random.uniform(-110, 110, 250)
    kinks = np.array(KINKS, np.float32)
    beside = [kinks]
    for start in (-np.inf, np.inf):
        step = np.nextafter(kinks, np.float32(start))
        beside += [step, np.nextafter(step, np.float32(start)), kinks + np.sign(start) * 1e-3]
    drawn = np.concatenate([binades, -binades, middle, *beside]).astype(np.float32)
    return drawn[np.isfinite(drawn)]


def precisely(function: Function, x: np.ndarray) -> np.ndarray:
    """The function in 170 digits, rounded to float64."""
    with localcontext(Context(prec=170, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        return np.array([float(function(Decimal(float(number)))) for number in x])


def ulps(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """How many units in the last place of float32 lie between."""
    with np.errstate(over="ignore"):
        rounded = expected.astype(np.float32)
    beyond = np.isinf(rounded)
    one = np.spacing(np.abs(np.where(beyond, 1, rounded)))
    apart = (
        np.abs(np.where(beyond, 1, got).astype(np.float64) - np.where(beyond, 1, expected)) / one
    )
    return np.where(beyond & (got != rounded), np.inf, apart)


def assert_close(name: str, got: np.ndarray, expected: np.ndarray, x: np.ndarray) -> None:
    assert got.dtype == np.float32
    apart = ulps(got, expected)
    worst = int(np.argmax(apart))
    assert apart[worst] <= ULP, f"{name}({x[worst]!r}) = {got[worst]!r}, not {expected[worst]!r}"


def test_every_activation_has_a_reference():
    assert REFERENCES.keys() | ALONG_A_ROW == ACTIVATIONS.keys()


@pytest.mark.parametrize("name", sorted(REFERENCES))
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_values_and_slopes_over_all_of_float32(name: str):
    activation, x = activations.get(name), points()
    function, slope = REFERENCES[name]
    y = activation(x)
    assert_close(name, y, precisely(function, x), x)
    smooth = ~np.isin(x, np.array(KINKS, np.float32))
    x, y = x[smooth], y[smooth]
    assert_close(f"slope of {name}", activation.slope(y, x), precisely(slope, x), x)


@pytest.mark.parametrize("name", sorted(set(REFERENCES) - {"exponential"}))
def test_nothing_is_warned_of_over_all_of_float32(name: str):
    activation, x = activations.get(name), points()
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        activation.slope(activation(x), x)


def test_sigmoid_at_infinity():
    x = np.array([-np.inf, np.inf, -200, 0], np.float32)
    np.testing.assert_array_equal(activations.get("sigmoid")(x), [0, 1, 0, 0.5])


@pytest.mark.parametrize("spread", [0.1, 3.0, 30.0, 200.0])
def test_softmax_and_its_logarithm_along_rows(spread: float):
    x = np.random.default_rng(3).normal(0, spread, (40, 5)).astype(np.float32)
    softmax, logarithm = activations.get("softmax"), activations.get("log_softmax")
    y, logs = softmax(x), logarithm(x)
    for row, found, log in zip(x, y, logs, strict=True):
        with localcontext(Context(prec=170)):
            powers = [exp(Decimal(float(number))) for number in row]
            shares = [power / sum(powers) for power in powers]
            products = [[p * ((i == j) - q) for j, q in enumerate(shares)]
                        for i, p in enumerate(shares)]  # fmt: skip
            of_logs = [[(i == j) - q for j, q in enumerate(shares)] for i in range(len(row))]
        assert_close("softmax", found, np.array(shares, float), row)
        logged = [float(share.ln(Context(prec=170))) for share in shares]
        assert_close("log_softmax", log, np.array(logged), row)
        for at, upstream in enumerate(np.eye(5, dtype=np.float32)):
            back = softmax.backward(upstream, outputs=found, inputs=row)
            # y itself is rounded, and two of them are multiplied.
            assert_close("softmax back", back, np.array(products[at], float), row)
            back = logarithm.backward(upstream, outputs=log, inputs=row)
            np.testing.assert_allclose(back, np.array(of_logs[at], float), rtol=2e-5, atol=1e-40)
        np.testing.assert_allclose(
            softmax.slope(found, row), np.diag(np.array(products, float)), rtol=1e-6, atol=1e-44
        )


@pytest.mark.skipif(not CASE.exists(), reason="the shared cases are not beside the project")
def test_small_sigmoids_of_a_real_model():
    with np.load(CASE) as case:
        found = activations.get("sigmoid")(case["x"].astype(np.float32))
        np.testing.assert_allclose(found, case["y"], rtol=4 * 2**-23, atol=0)
