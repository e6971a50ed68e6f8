"""The diagram of a cell shows the numbers of the trace, and they add up."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core import cells
from core.errors import OutOfRange
from dashboard import figures
from dashboard.figures.moment import number, sign
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import CELLS, TIME, TOKENS, trace

AT = (0, 4, 2)  # sequence, step, unit


def drawn(cell, run=None, **settings):
    return figures.cell(run or trace(cell), step=AT[1], unit=AT[2], tokens=TOKENS, **settings).draw


def spots(figure):
    return dict(figure.data[0].customdata)


def texts(figure):
    """The words on the diagram by name, without markup."""
    found = {note.name: note.text for note in figure.layout.annotations if note.name}
    return {name: re.sub(r"</?[bi]>", "", text) for name, text in found.items()}


@pytest.mark.parametrize("cell", CELLS)
def test_gates_and_states_are_those_of_the_trace(cell):
    run, shown, written = trace(cell).layers[0], spots(drawn(cell)), texts(drawn(cell))
    for name, gate in run.gates.items():
        assert shown[name] == gate[AT]
        assert written[name].endswith(number(gate[AT]))
        function = cells.get(cell).function_of(name)
        if function:
            before = number(run.preactivations[name][AT], places=2)
            applied = sign(run.kernels.function(function).name)
            assert written[f"{name}/before"] == f"{applied}({before})"
    for name, state in run.states.items():
        assert shown[name] == state[AT]
        assert shown[f"{name} before"] == run.previous[name][AT]
        assert written[name] == number(state[AT])


def test_the_lstm_adds_up_on_the_diagram():
    run, shown = trace("lstm").layers[0], spots(drawn("lstm"))
    assert shown["kept"] == pytest.approx(shown["forget"] * shown["cell before"])
    assert shown["written"] == pytest.approx(shown["input"] * shown["candidate"])
    assert shown["kept"] + shown["written"] == pytest.approx(shown["cell"])
    assert shown["output"] * np.tanh(run.states["cell"][AT]) == pytest.approx(shown["hidden"])


@pytest.mark.parametrize("reset_after", [True, False])
def test_the_gru_adds_up_on_the_diagram(reset_after):
    run = samples.record(samples.model("gru", reset_after=reset_after))
    shown = spots(drawn("gru", run))
    assert shown["kept"] == pytest.approx(shown["update"] * shown["hidden before"])
    assert shown["write share"] == pytest.approx(1 - shown["update"])
    assert shown["kept"] + shown["written"] == pytest.approx(shown["hidden"])
    past = run.layers[0].preactivations["candidate"].from_hidden[AT]
    expected = past if reset_after else shown["reset"] * shown["hidden before"]
    assert shown["past"] == pytest.approx(expected)


def test_the_simple_rnn_adds_up_on_the_diagram():
    run, shown = trace("simple_rnn").layers[0], spots(drawn("simple_rnn"))
    total = shown["from_input"] + shown["from_hidden"] + shown["bias"]
    assert np.tanh(total) == pytest.approx(shown["hidden"])
    assert texts(drawn("simple_rnn"))["hidden/before"] == number(run.preactivations["hidden"][AT])


@pytest.mark.parametrize("cell", CELLS)
def test_a_masked_step_says_so_and_shows_nothing_made_of_the_gates(cell):
    mask = np.ones((2, TIME), dtype=bool)
    mask[0, AT[1]] = False
    run = samples.record(samples.model(cell), mask=mask)
    figure = drawn(cell, run, labels=figures.labels("ko"))
    assert texts(figure)["masked"] == figures.labels("ko")["cell.masked.short"]
    assert not {"kept", "written", "write share", "past"} & set(spots(figure))
    assert spots(figure)["hidden"] == spots(figure)["hidden before"]
    assert "carried on" in figures.cell(run, step=AT[1], unit=AT[2]).words
    assert "masked" not in texts(drawn(cell))


def test_lines_are_as_wide_as_what_they_carry():
    run = samples.record(samples.model("lstm"))
    gate = run.layers[0].gates["forget"][0]
    step, unit = np.unravel_index(gate.argmax(), gate.shape)
    other = np.unravel_index(gate.argmin(), gate.shape)

    def width(step, unit):
        colour = figures.theme.colour("forget", "light")
        shapes = figures.cell(run, step=int(step), unit=int(unit)).draw.layout.shapes
        return max(
            s.line.width for s in shapes if s.line.color == colour and " L " in s.path
            and "Z" not in s.path
        )  # fmt: skip

    assert width(step, unit) - width(*other) == pytest.approx(6.4 * (gate.max() - gate.min()))


def test_places_outside_the_trace_are_refused():
    for wrong in ({"step": TIME, "unit": 0}, {"step": 0, "unit": 5}, {"step": -1, "unit": 0}):
        with pytest.raises(OutOfRange):
            figures.cell(trace("gru"), **wrong)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.000"), (-0.4124, "−0.412"), (1e-5, "1e−5"), (-3e7, "−3e7"), (123.45, "123.5"),
     (np.nan, "NaN"), (-np.inf, "−∞"), (-1e-14, "−1e−14")],
)  # fmt: skip
def test_numbers_are_short_and_true(value, shown):
    assert number(value) == shown


def test_functions_are_written_as_in_books():
    names = ("sigmoid", "tanh", "relu", "hard_sigmoid")
    assert [sign(name) for name in names] == ["σ", "tanh", "relu", "φ"]


def test_the_table_splits_what_comes_before_the_activation():
    run = trace("gru").layers[0]
    table = figures.cell(trace("gru"), step=AT[1], unit=AT[2]).table.set_index("Quantity")
    parts = table.loc["Update gate", ["From the input", "From the hidden state", "Bias"]]
    assert sum(parts) == pytest.approx(run.preactivations["update"][AT])
    assert table.loc["Hidden state", "Step before"] == run.previous["hidden"][AT]
