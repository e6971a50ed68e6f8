"""The functions of compiled loops: within 4 ulp over all of float32, as `core.activations` is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numba import njit

from core import activations
from core.engines.fast import functions
from core.engines.fast.options import KNOWN, OPTIONS

ULP = 4


def over(function: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    """The function for each number of an array, in a compiled loop as theirs are."""

    @njit(**OPTIONS)
    def fill(x, y):
        for j in range(x.shape[0]):
            y[j] = function(x[j])

    def run(x: np.ndarray) -> np.ndarray:
        y = np.empty_like(x)
        fill(x, y)
        return y

    return run


def numbers() -> np.ndarray:
    """Every 9,973rd number of float32, and many where the functions bend or vanish."""
    every = np.arange(0, 2**32, 9973, dtype=np.uint64).astype(np.uint32).view(np.float32)
    bends = [np.linspace(-to, to, 100_001, dtype=np.float32) for to in (110, 20, 2, 0.7)]
    return np.concatenate([every[np.isfinite(every)], *bends])


@pytest.mark.parametrize("slope", [False, True], ids=["function", "slope"])
@pytest.mark.parametrize("name", sorted(KNOWN))
@np.errstate(all="ignore")
def test_within_four_units_in_the_last_place(name: str, slope: bool) -> None:
    x = numbers()
    made = over(getattr(functions, f"{name}_slope" if slope else name))(x)
    activation, wide = activations.get(name), x.astype(np.float64)
    exact = activation.slope(activation(wide), wide) if slope else activation(wide)
    rounded = exact.astype(np.float32)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(made[~finite], rounded[~finite])
    unit = np.spacing(np.maximum(np.abs(rounded[finite]), np.float32(1e-45))).astype(np.float64)
    error = np.abs(made[finite].astype(np.float64) - exact[finite]) / unit
    assert error.max() <= ULP, x[finite][error.argmax()]


def test_what_is_no_number_stays_none() -> None:
    nothing = np.full(9, np.nan, np.float32)
    for name in ("tanh", "sigmoid", "exponential", "log_sigmoid", "relu", "linear"):
        assert np.isnan(over(getattr(functions, name))(nothing)).all(), name


def test_the_larger_of_two_and_a_share_of_nothing() -> None:
    nan = np.float32(np.nan)
    pairs = [(1, 2, 2), (2, 1, 2), (nan, 1, nan), (1, nan, nan)]
    for one, other, larger in pairs:
        made = functions.largest(np.float32(one), np.float32(other))
        np.testing.assert_equal(made, np.float32(larger))
    assert functions.divided(np.float32(1), np.float32(0)) == 0
    assert functions.divided(np.float32(1), np.float32(4)) == 0.25
