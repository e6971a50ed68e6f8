from __future__ import annotations

import ast
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import activations, cells
from core.analysis.equations import equations
from core.analysis.expressions import evaluate, with_digits
from core.errors import OutOfRange
from tests.core.analysis.models import CELLS, random_model, recorded
from tests.core.networks import BOUNDED, Case, cases

POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def calculate(text: str) -> float:
    """A pocket calculator: what the printed arithmetic gives, by Python's grammar, not by ours."""
    text = re.sub(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: "e" + found[1].translate(POWERS), text)
    text = text.replace("−", "-").replace("·", "*").replace(";", ",")
    text = text.replace("logσ(", "log_sigmoid(").replace("σ(", "sigmoid(")
    text = text.replace("exp(", "exponential(").replace("max(", "maximum(")

    def of(node: ast.AST) -> float:
        match node:
            case ast.Constant(value):
                return float(value)
            case ast.UnaryOp(ast.USub(), operand):
                return -of(operand)
            case ast.BinOp(left, ast.Add(), right):
                return of(left) + of(right)
            case ast.BinOp(left, ast.Sub(), right):
                return of(left) - of(right)
            case ast.BinOp(left, ast.Mult(), right):
                return of(left) * of(right)
            case ast.BinOp(left, ast.Div(), right):
                return of(left) / of(right)
            case ast.Call(ast.Name("maximum"), [one, other]):
                return max(of(one), of(other))
            case ast.Call(ast.Name(function), [argument]):
                return float(activations.get(function)(np.array([of(argument)]))[0])
        raise AssertionError(ast.dump(node))

    return of(ast.parse(text, mode="eval").body)


def half_of_last_place(shown: str) -> float:
    """From the digits that a reader sees."""
    number, _, power = shown.lstrip("−").partition("×10")
    _, _, decimals = number.partition(".")
    return 0.5 * 10.0 ** (int(power.translate(POWERS) or 0) - len(decimals))


def every_equation(trace: core.Trace):
    for layer in trace.layers:
        batch, time, units = layer.outputs.shape
        for b in range(batch):
            for t in range(time):
                for u in range(units):
                    yield layer, equations(layer, batch=b, step=t, unit=u)


@given(
    case=cases(
        activations=("tanh", "relu", "softsign", "linear"),
        recurrent_activations=("sigmoid", "hard_sigmoid"),
    )
)
def test_a_pocket_calculator_agrees(case: Case):
    for _, found in every_equation(case.record()):
        for equation in found.equations:
            parts = re.split(" [=≈] ", equation.text)
            if equation.note == "carried":
                assert len(parts) == 3
                continue
            result, _, in_numbers, shown = parts
            assert result == equation.result.symbol
            assert equation.relation == "="
            assert f" = {shown}" in equation.text
            given_result = calculate(shown)
            limit = half_of_last_place(shown) if shown != "0" else 0
            assert abs(calculate(in_numbers) - given_result) <= limit * (1 + 1e-9)
            assert equation.evaluated() == pytest.approx(
                calculate(in_numbers), rel=1e-12, abs=1e-300
            )
            assert equation.tolerance <= max(limit, 0) * (1 + 1e-9)


@given(case=cases(dtype=np.float64, activations=BOUNDED, recurrent_activations=BOUNDED))
def test_the_equations_are_the_cell_s(case: Case):
    """Evaluated from the recorded numbers, each gives what was recorded."""
    for layer, found in every_equation(case.record()):
        for equation in found.equations:
            assert found.masked == (equation.note != "")
            expected = layer.arrays[equation.result.name][found.batch, found.step, found.unit]
            assert equation.result.value == expected
            assert evaluate(equation.form) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        computed = [equation.result.name for equation in found.equations]
        cell = cells.get(layer.cell)
        wanted = [f"preactivations/{name}" for name in cell.maps]
        wanted += [f"gates/{name}" for name in cell.gates]
        wanted += [f"states/{name}" for name in cell.states]
        assert sorted(computed) == sorted(wanted)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_operands_are_what_the_trace_holds(cell, bidirectional):
    model = random_model(cell, features=2, units=[3], bidirectional=bidirectional, dtype=np.float64)
    trace = recorded(model, batch=2, time=4)
    for layer, found in every_equation(trace):
        at = found.batch, found.step, found.unit
        recorded_arrays = dict(layer.arrays)
        recorded_arrays |= {f"previous/{name}": array for name, array in layer.previous.items()}
        for equation in found.equations:
            sums: dict[str, float] = {}
            for operand in equation.operands:
                kind, _, name = operand.name.partition("/")
                if kind in {"gates", "states", "previous", "preactivations"}:
                    assert operand.value == recorded_arrays[operand.name][at]
                    assert operand.quantity == name
                else:
                    part = "bias" if kind == "recurrent_bias" else kind
                    assert operand.quantity == part
                    sums[part] = sums.get(part, 0) + operand.value
            split_by_reset = cell == "gru" and equation.result.name == "preactivations/candidate"
            for part, value in sums.items():
                if split_by_reset and part != "from_input":
                    continue
                name = equation.result.quantity
                assert value == pytest.approx(recorded_arrays[f"{part}/{name}"][at], rel=1e-9)
            if equation.result.name.startswith("preactivations/"):
                assert set(sums) == {"from_input", "from_hidden", "bias"}


def test_they_read_as_the_docstrings_do():
    lines = {
        "simple_rnn": ["a_h = xW_h + h₋₁U_h + b_h", "h = tanh(a_h)"],
        "lstm": [
            "a_i = xW_i + h₋₁U_i + b_i", "i = σ(a_i)",
            "a_f = xW_f + h₋₁U_f + b_f", "f = σ(a_f)",
            "a_g = xW_g + h₋₁U_g + b_g", "g = tanh(a_g)",
            "a_o = xW_o + h₋₁U_o + b_o", "o = σ(a_o)",
            "c = f·c₋₁ + i·g", "h = o·tanh(c)",
        ],
        "gru": [
            "a_z = xW_z + h₋₁U_z + b_z + d_z", "z = σ(a_z)",
            "a_r = xW_r + h₋₁U_r + b_r + d_r", "r = σ(a_r)",
            "a_g = xW_g + b_g + r·(h₋₁U_g + d_g)", "g = tanh(a_g)",
            "h = z·h₋₁ + (1 − z)·g",
        ],
        "gru_reset_before": [
            "a_z = xW_z + h₋₁U_z + b_z", "z = σ(a_z)",
            "a_r = xW_r + h₋₁U_r + b_r", "r = σ(a_r)",
            "a_g = xW_g + (r·h₋₁)U_g + b_g", "g = tanh(a_g)",
            "h = z·h₋₁ + (1 − z)·g",
        ],
    }  # fmt: skip
    for cell, expected in lines.items():
        layer = recorded(random_model(cell, features=2, units=[3]), batch=1, time=3).layers[0]
        found = equations(layer, step=1, unit=2)
        assert [" = ".join(e.text.split(" = ")[:2]) for e in found.equations] == expected


@pytest.mark.parametrize("cell", CELLS)
def test_a_masked_step_says_that_the_state_is_carried_on(cell):
    model = random_model(cell, features=2, units=[3])
    trace = recorded(model, batch=2, time=6, masked=True)
    layer = trace.layers[0]
    found = equations(layer, step=5, unit=1, batch=1)
    assert found.masked
    for equation in found.equations:
        if equation.result.name.startswith("states/"):
            name = equation.result.quantity
            symbol = equation.result.symbol
            assert equation.note == "carried"
            assert equation.result.value == layer.states[name][1, 4, 1]
            assert equation.text == f"{symbol} = {symbol}₋₁ = {equation.result.shown}"
        else:
            assert equation.note == "unused"
    used = equations(layer, step=3, unit=1, batch=1)
    assert not used.masked
    assert {equation.note for equation in used.equations} == {""}


def test_digits_grow_until_the_equation_comes_out():
    trace = recorded(random_model("lstm", features=2, units=[6]), batch=4, time=20)
    digits = set()
    for _, found in every_equation(trace):
        cell = found.of("states/cell")
        digits.add(cell.operands[0].digits)
        three = with_digits(cell.form, 3)
        off = abs(evaluate(three, shown=True) - cell.result.rounded)
        assert (off > cell.tolerance * (1 + 1e-9)) == (cell.operands[0].digits > 3)
    assert {3, 4} <= digits


def test_where_float32_has_rounded_more_than_is_shown():
    """Large parts that cancel: the recorded sum itself is off, and the line says ≈."""
    rounded = 0
    for seed in range(10):
        generator = np.random.default_rng(seed)
        model = core.new_model("simple_rnn", features=300, units=[1], activation="linear")
        x = generator.standard_normal((1, 1, 300)).astype(np.float32)
        kernel = 1e4 * generator.standard_normal((300, 1)).astype(np.float32)
        total = x[0, 0].astype(np.float64) @ kernel.astype(np.float64)
        weights = {"kernel": kernel, "bias": -total.astype(np.float32)}
        model = model.with_parameters(
            {f"simple_rnn/hidden/{name}": array for name, array in weights.items()}
        )
        (line, _) = equations(core.record(model, x).layers[0], step=0, unit=0).equations
        assert line.tolerance < 1e-5 * abs(total[0])
        if line.relation == "≈":
            rounded += 1
            assert " ≈ " in line.text
            assert line.tolerance == pytest.approx(abs(line.evaluated() - line.result.rounded))
    assert rounded


@given(
    cell=st.sampled_from(CELLS),
    spread=st.sampled_from([1e-20, 1e-6, 0.01, 1.0, 30.0]),
    seed=st.integers(0, 2**16),
)
def test_whatever_the_size_of_the_weights(cell, spread, seed):
    model = random_model(cell, features=2, units=[2], spread=spread, seed=seed)
    for _, found in every_equation(recorded(model, batch=1, time=3, seed=seed)):
        for equation in found.equations:
            assert abs(equation.evaluated() - equation.result.rounded) <= equation.tolerance * (
                1 + 1e-9
            )
            scale = max(abs(operand.value) for operand in equation.operands)
            if equation.relation == "≈":
                assert equation.tolerance <= 1e-6 * max(scale, abs(equation.result.value))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"step": 4, "unit": 0}, "step is 4; it should be from 0 to 3"),
        ({"step": 0, "unit": 3}, "unit is 3; it should be from 0 to 2"),
        ({"step": 0, "unit": 0, "batch": 2}, "batch is 2; it should be from 0 to 1"),
        ({"step": -1, "unit": 0}, "step is -1"),
    ],
)
def test_places_that_are_not_there(place, message):
    layer = recorded(random_model("gru", features=2, units=[3]), batch=2, time=4).layers[0]
    with pytest.raises(OutOfRange, match=message):
        equations(layer, **place)
