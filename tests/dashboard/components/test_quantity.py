from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dashboard.components.heatmaps.quantity import MISSING, Quantity, quantise

SHAPES = hnp.array_shapes(max_dims=2, max_side=30)


def numbers(quantity: Quantity) -> np.ndarray:
    """The numbers as the browser computes them."""
    found = quantity.origin + (quantity.counts + 0.5) * quantity.step
    return np.where(quantity.counts == MISSING, np.nan, found)


def shown(quantity: Quantity) -> list[Decimal | None]:
    """What the browser writes, without the power of ten."""
    scaled = numbers(quantity).ravel() / 10.0**quantity.exponent
    return [
        None if np.isnan(number) else Decimal(f"{number:.{quantity.decimals}f}")
        for number in scaled
    ]


def assert_right_to_the_last_decimal(values: np.ndarray, quantity: Quantity) -> None:
    half = Decimal(5).scaleb(-quantity.decimals - 1)
    for value, text in zip(values.ravel().tolist(), shown(quantity), strict=True):
        assert text is not None
        exact = Decimal(value).scaleb(-quantity.exponent)
        # The last term is what float64 itself cannot tell apart.
        assert abs(text - exact) <= half + abs(exact) * Decimal("1e-13") + Decimal("1e-10") * half


@given(hnp.arrays(np.float32, SHAPES, elements=st.floats(0, 1, width=32)))
def test_gates_read_right_to_three_decimals(values: np.ndarray) -> None:
    quantity = quantise(values, span=1.0)
    assert (quantity.decimals, quantity.exponent) == (3, 0)
    assert_right_to_the_last_decimal(values, quantity)
    assert np.abs(numbers(quantity) - values).max() < 1e-4


@given(
    hnp.arrays(np.float64, SHAPES, elements=st.floats(-1, 1)),
    st.floats(-12, 12),
    st.floats(-3, 3),
)
def test_any_scale_reads_right_to_its_last_decimal(
    values: np.ndarray, power: float, shift: float
) -> None:
    values = (values + shift) * 10**power
    quantity = quantise(values, span=0.0)
    assert_right_to_the_last_decimal(values, quantity)


@pytest.mark.parametrize("edge", [0.1234999, 0.1235001, 0.9995001, 0.9994999, 0.0004999])
def test_numbers_beside_a_turn_stay_on_their_side(edge: float) -> None:
    values = np.array([0.0, edge, 1.0])
    assert shown(quantise(values, span=1.0))[1] == round(Decimal(edge), 3)


def test_the_ends_of_a_scale_are_its_ends() -> None:
    assert shown(quantise(np.array([0.0, 1.0]), span=1.0)) == [Decimal("0.000"), Decimal("1.000")]


@given(hnp.arrays(np.float64, SHAPES, elements=st.sampled_from([0.25, np.nan, np.inf, -np.inf])))
def test_what_is_not_finite_is_missing_and_nothing_else_is(values: np.ndarray) -> None:
    quantity = quantise(values, span=1.0)
    assert np.array_equal(quantity.counts == MISSING, ~np.isfinite(values))


@pytest.mark.parametrize(
    ("span", "decimals", "exponent"),
    [(1.0, 3, 0), (8.4, 3, 0), (400.0, 1, 0), (5000.0, 0, 0), (0.05, 4, 0), (3e-9, 3, -9)],
)
def test_decimals_follow_the_scale(span: float, decimals: int, exponent: int) -> None:
    quantity = quantise(np.array([0.0, span / 3]), span=span)
    assert (quantity.decimals, quantity.exponent) == (decimals, exponent)


@given(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6))
def test_a_constant_has_a_scale_too(constant: float) -> None:
    values = np.full(3, constant)
    assert_right_to_the_last_decimal(values, quantise(values))
