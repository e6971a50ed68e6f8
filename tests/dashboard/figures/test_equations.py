"""Every displayed equation, evaluated from the operands that it displays."""

from __future__ import annotations

import ast
import math
import operator
import re

import numpy as np
import pytest

from core import activations
from dashboard import figures
from dashboard.figures import theme
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import CELLS, TIME, UNITS, trace

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COLOUR = re.compile(r"\\textcolor\{(#[0-9a-f]{6})\}\{((?:[^{}]|\{[^{}]*\})*)\}")


def spoken(latex):
    """LaTeX of numbers as an expression that Python can parse."""
    text = COLOUR.sub(lambda found: f" {found[2]} ", latex)
    text = re.sub(r"\\times 10\^\{(-?\d+)\}", r"e\1", text).replace(" e", "e")
    text = re.sub(r"\\operatorname\{([^}]*)\}", lambda name: name[1].replace(r"\_", "_"), text)
    names = {r"\log\sigma": "log_sigmoid", r"\sigma": "sigmoid", r"\exp": "exponential"}
    names |= {r"\tanh": "tanh", r"\max": "max", r"\cdot": "*", ";": ","}
    for written, meant in names.items():
        text = text.replace(written, meant)
    return text


def value(expression):
    """Evaluates sums, products and activations of numbers, and nothing else."""

    def of(node):
        match node:
            case ast.Expression(body):
                return of(body)
            case ast.Constant(number):
                return float(number)
            case ast.UnaryOp(ast.USub(), operand):
                return -of(operand)
            case ast.BinOp(left, how, right):
                return OPERATORS[type(how)](of(left), of(right))
            case ast.Call(ast.Name("max"), [one, other]):
                return max(of(one), of(other))
            case ast.Call(ast.Name(name), [argument]):
                return float(activations.get(name)(np.array([of(argument)]))[0])
        raise AssertionError(ast.dump(node))

    return of(ast.parse(expression.strip(), mode="eval"))


def last_place(shown):
    """Half of what one of the last digit of a printed number is worth."""
    number, _, power = shown.strip().partition("e")
    decimals = len(number.partition(".")[2])
    return 0.5 * 10.0 ** (int(power or 0) - decimals)


def runs():
    for cell in CELLS:
        yield trace(cell)
    yield samples.record(samples.model("gru", reset_after=False))
    yield samples.record(samples.model("lstm", activation="softsign",
                                       recurrent_activation="hard_sigmoid"))  # fmt: skip


@pytest.mark.parametrize("run", list(runs()))
def test_results_follow_from_the_operands_on_the_screen(run):
    checked = 0
    for step in range(TIME):
        for unit in range(UNITS):
            for line in figures.equations(run, step=step, unit=unit).draw:
                parts = line.latex.split(" = ")
                numbers, result = parts[2], parts[-1]
                if r" \approx " in numbers:
                    continue
                shown = spoken(result).strip()
                apart = abs(value(spoken(numbers)) - float(value(shown)))
                assert apart <= last_place(shown) * (1 + 1e-6), line.plain
                checked += 1
    assert checked > TIME * UNITS


@pytest.mark.parametrize("cell", CELLS)
def test_results_are_those_of_the_trace_and_coloured_as_their_quantity(cell):
    run = trace(cell).layers[0]
    for mode in theme.MODES:
        lines = figures.equations(trace(cell), step=3, unit=1, mode=mode).draw
        for name, state in run.states.items():
            (line,) = (each for each in lines if each.name == f"states/{name}")
            shown = spoken(line.latex.split(" = ")[-1])
            assert float(value(shown)) == pytest.approx(state[0, 3, 1], abs=2 * last_place(shown))
            assert line.latex.startswith(rf"\textcolor{{{theme.colour(name, mode)}}}")


def test_the_lstm_reads_as_in_books():
    lines = {line.name: line for line in figures.equations(trace("lstm"), step=1, unit=0).draw}
    bare = COLOUR.sub(lambda found: found[2], lines["states/cell"].latex)
    assert bare.startswith(r"c = f \cdot c_{-1} + i \cdot g = ")
    assert COLOUR.sub(lambda found: found[2], lines["gates/forget"].latex).startswith(
        r"f = \sigma(a_{f}) = \sigma("
    )
    assert lines["states/cell"].plain.startswith("c = f·c₋₁ + i·g = ")
    assert lines["states/cell"].stacked.count("&=") == 2


def test_braces_are_balanced_and_nothing_foreign_is_left():
    for run in runs():
        for line in figures.equations(run, step=2, unit=3).draw:
            for latex in (line.latex, line.stacked):
                assert latex.count("{") == latex.count("}")
                assert latex.isascii(), latex


def test_masked_steps_say_what_does_not_count():
    mask = np.ones((2, TIME), dtype=bool)
    mask[0, 3] = False
    run = samples.record(samples.model("gru"), mask=mask)
    lines = figures.equations(run, step=3, unit=0, labels=figures.labels("ko")).draw
    notes = {line.name: line.note for line in lines}
    assert notes["states/hidden"] == figures.labels("ko")["equations.carried"]
    assert notes["gates/update"] == figures.labels("ko")["equations.unused"]
    assert all(not line.note for line in figures.equations(run, step=2, unit=0).draw)


def test_the_table_and_the_sentence_have_the_same_lines():
    lines = figures.equations(trace("gru"), step=1, unit=2).draw
    table = figures.equations(trace("gru"), step=1, unit=2).table
    assert list(table["Equation"]) == [line.plain for line in lines]
    assert all(math.isfinite(number) for number in table["Value"])
    sentence = figures.equations(trace("gru"), step=1, unit=2).words
    assert all(line.plain in sentence for line in lines)
