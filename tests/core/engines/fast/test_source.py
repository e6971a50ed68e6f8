"""What is written from the equations of a cell."""

from __future__ import annotations

import ast

import pytest

from core import cells
from core.engines.fast.rows import NoCompiledLoop, Variant, runs
from core.engines.fast.source import written


def text_of(cell: str, **options: bool) -> str:
    kind = cells.get(cell)
    return written(Variant(kind, kind.options | options, *kind.default_activations)).text


def test_the_lstm_s_equations_are_read_in_its_module() -> None:
    text = text_of("lstm")
    assert "cell_after[j] = ((gate_forget[j] * cell_before[j]) + (gate_input[j] *" in text
    assert "hidden_after[j] = (gate_output[j] * tanh(cell_after[j]))" in text
    assert "d_gate_forget[j] = d_cell[j] * cell_before[j]" in text
    # Three gates that have one function and lie side by side are one loop.
    assert "gate_output_input_forget[j] = sigmoid(a_output_input_forget[j])" in text


@pytest.mark.parametrize("cell", cells.CELLS)
def test_every_loop_fills_one_array(cell: str) -> None:
    """With several stores in a loop the compiler would have to prove too much to use vectors."""
    for node in ast.walk(ast.parse(text_of(cell))):
        if isinstance(node, ast.For) and ast.unparse(node.target) == "j":
            assert len(node.body) == 1 or ast.unparse(node).count("float32(0)") == len(node.body)


def test_what_loops_cannot_do_is_said() -> None:
    with pytest.raises(NoCompiledLoop):
        written(Variant(cells.get("lstm"), {}, "softsign", "sigmoid"))


def test_two_settings_are_two_modules() -> None:
    assert text_of("gru") != text_of("gru", reset_after=False)


def test_stretches() -> None:
    assert runs([3, 0, 1, 5]) == [(0, 2), (3, 4), (5, 6)]
    assert runs([]) == []
