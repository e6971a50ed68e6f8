from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.expressions import (
    Apply,
    Number,
    Operand,
    evaluate,
    numbers,
    operands,
    round_to,
    show_exponential,
    show_number,
    symbols,
    with_digits,
)


def operand(symbol: str, value: float, digits: int = 3) -> Operand:
    return Operand(f"gates/{symbol}", symbol, value, f"colour of {symbol}", digits)


def text(pieces) -> str:
    return "".join(piece.text for piece in pieces)


FORGET, CELL = operand("f", 0.93), operand("c₋₁", -0.4123)
INPUT, CANDIDATE = operand("i", 0.1), operand("g", -0.88)


@pytest.mark.parametrize(
    ("expression", "in_symbols", "in_numbers", "value"),
    [
        (
            FORGET * CELL + INPUT * CANDIDATE,
            "f·c₋₁ + i·g",
            "0.930·(−0.412) + 0.100·(−0.880)",
            0.93 * -0.4123 - 0.088,
        ),
        (CELL + CANDIDATE + FORGET, "c₋₁ + g + f", "−0.412 − 0.880 + 0.930", -0.4123 - 0.88 + 0.93),
        (INPUT + CELL * FORGET, "i + c₋₁·f", "0.100 − 0.412·0.930", 0.1 - 0.4123 * 0.93),
        ((Number(1) - FORGET) * CANDIDATE, "(1 − f)·g", "(1 − 0.930)·(−0.880)", 0.07 * -0.88),
        (FORGET - CANDIDATE, "f − g", "0.930 − (−0.880)", 0.93 + 0.88),
        (FORGET - (INPUT + CANDIDATE), "f − (i + g)", "0.930 − (0.100 − 0.880)", 0.93 - 0.1 + 0.88),
        (FORGET * (INPUT + CANDIDATE), "f·(i + g)", "0.930·(0.100 − 0.880)", 0.93 * -0.78),
        (
            FORGET * Apply("tanh", CELL),
            "f·tanh(c₋₁)",
            "0.930·tanh(−0.412)",
            0.93 * math.tanh(-0.4123),
        ),
        (
            Apply("sigmoid", CELL + INPUT),
            "σ(c₋₁ + i)",
            "σ(−0.412 + 0.100)",
            1 / (1 + math.exp(0.3123)),
        ),
    ],
    ids=str,
)
def test_what_is_printed_and_what_it_gives(expression, in_symbols, in_numbers, value):
    assert text(symbols(expression)) == in_symbols
    assert text(numbers(expression)) == in_numbers
    assert evaluate(expression) == pytest.approx(value, rel=1e-12)


def test_printed_operands_are_evaluated_as_printed():
    product = operand("a", 0.12345) * operand("b", 6.7891)
    assert evaluate(product, shown=True) == pytest.approx(0.123 * 6.79, rel=1e-12)
    assert evaluate(with_digits(product, 4), shown=True) == pytest.approx(0.1235 * 6.789, rel=1e-12)
    nested = (Number(1) - operand("a", 0.12345)) + Apply("relu", operand("b", 6.7891))
    assert evaluate(with_digits(nested, 2), shown=True) == pytest.approx(0.88 + 6.8, rel=1e-12)


def test_colours_belong_to_operands_alone():
    pieces = numbers(FORGET * CELL + Apply("tanh", CANDIDATE))
    assert [(piece.text, piece.quantity) for piece in pieces if piece.quantity] == [
        ("0.930", "colour of f"),
        ("−0.412", "colour of c₋₁"),
        ("−0.880", "colour of g"),
    ]
    subtracted = numbers(FORGET + CELL)
    assert [(piece.text, piece.quantity) for piece in subtracted[1:]] == [
        (" − ", None),
        ("0.412", "colour of c₋₁"),
    ]


def test_operands_come_in_the_order_of_print():
    expression = FORGET * CELL + (Number(1) - INPUT) * Apply("tanh", CANDIDATE)
    assert [each.symbol for each in operands(expression)] == ["f", "c₋₁", "i", "g"]


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.4706, 3, "0.471"),
        (-0.4706, 2, "−0.47"),
        (0.99987, 3, "1.00"),
        (1.0, 1, "1"),
        (12.345, 3, "12.3"),
        (1234.5, 3, "1230"),
        (0.000123, 3, "0.000123"),
        (0.0000123, 3, "1.23×10⁻⁵"),
        (-3.2e-10, 2, "−3.2×10⁻¹⁰"),
        (6.02e23, 3, "6.02×10²³"),
        (0.0, 3, "0"),
        (math.inf, 3, "∞"),
        (-math.inf, 3, "−∞"),
        (math.nan, 3, "NaN"),
    ],
)
def test_numbers_as_a_person_writes_them(value, digits, shown):
    assert show_number(value, digits) == shown


@given(st.floats(-1e300, 1e300).filter(lambda x: x == 0 or abs(x) > 1e-300), st.integers(1, 9))
def test_what_is_shown_is_the_rounded_value(value, digits):
    shown = show_number(value, digits).replace("−", "-")
    mantissa, _, power = shown.partition("×10")
    power = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    read = float(f"{mantissa}e{power or 0}")
    assert read == pytest.approx(round_to(value, digits), rel=1e-12)
    assert read == pytest.approx(value, rel=0.5000001 * 10.0 ** (1 - digits))


def test_nonsense_is_refused():
    with pytest.raises(TypeError, match="int is no expression"):
        evaluate(3)
    with pytest.raises(TypeError, match="int is no expression"):
        symbols(3)


@pytest.mark.parametrize(
    ("log", "shown"),
    [(np.log(0.25), "0.250"), (-np.inf, "0"), (np.nan, "NaN"), (np.inf, "∞"), (0.0, "1.00"),
     (1000 * np.log(10) + np.log(2), "2.00×10¹⁰⁰⁰"), (-1000 * np.log(10), "1.00×10⁻¹⁰⁰⁰")],
)  # fmt: skip
def test_exponentials_past_all_numbers_are_written_as_powers_of_ten(log, shown):
    assert show_exponential(float(log), 3) == shown
