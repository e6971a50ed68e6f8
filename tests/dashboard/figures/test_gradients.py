"""Gradients along a text: norms, units, Jacobians, forgetting; zero and underflow in words."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis.jacobian import jacobian_norms
from core.analysis.vanishing import SMALLEST_NORMAL, Norms
from core.errors import NoMemory, OutOfRange
from dashboard import figures
from dashboard.figures.steps import Steps
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import CELLS, TIME, TOKENS, UNITS, array, run, trace


def norms(*cells, **settings):
    return {cell: Norms.of(*run(cell, **settings)) for cell in cells}


def note(figure):
    found = [each.text for each in figure.layout.annotations if each.name == "note"]
    return " ".join(found).replace("<br>", " ")


@pytest.mark.parametrize("cell", CELLS)
def test_lines_are_the_norms_of_the_gradients(cell):
    _, gradients = run(cell)
    figure = figures.gradients(norms(cell), tokens=TOKENS).draw
    shown = dict.fromkeys(("hidden", cells.get(cell).memory or "hidden"))
    for line, name in zip(figure.data, shown, strict=True):
        state = gradients.layers[0].states[name]
        np.testing.assert_allclose(line.y, np.linalg.norm(state[0], axis=1))
        assert line.line.color == figures.theme.colour(cell, "light")
    assert figure.layout.yaxis.type == "log"
    low, high = (10.0**end for end in figure.layout.yaxis.range)
    assert all(low < line.y.min() <= line.y.max() < high for line in figure.data)


def test_the_cell_state_is_dashed_and_the_half_life_stands_in_the_legend():
    found = norms("lstm")
    hidden, memory = figures.gradients(found).draw.data
    assert (hidden.line.dash, memory.line.dash) == ("solid", "dash")
    assert f"every {found['lstm'].half_life.steps:.3g} steps" in hidden.name
    assert f"every {found['lstm'].half_life.steps:.3g} steps" in figures.gradients(found).words


def test_zero_is_a_gap_and_said_in_words():
    found = norms("gru", truncate=4)
    figure = figures.gradients(found, tokens=TOKENS).draw
    zeros = np.flatnonzero(found["gru"].hidden == 0)
    assert zeros.tolist() == list(range(8))
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(figure.data[0].y)), zeros)
    assert "gru 8" in note(figure)
    borders = [shape.x0 for shape in figure.layout.shapes if shape.name == "border"]
    assert borders == [3.5, 7.5]
    assert "every 4 steps" in note(figure)
    assert "zero" not in note(figures.gradients(norms("gru")).draw)


def test_borders_of_a_layer_that_reads_backwards_count_from_its_end():
    made = samples.model("gru", readout="last", bidirectional=True)
    recorded = samples.record(made)
    gradients = core.backprop(made, recorded, np.array([[1.0], [0.0]]), truncate=2)
    figure = figures.gradients({"back": Norms.of(recorded, gradients, layer=1)}, tokens=TOKENS).draw
    borders = [shape.x0 for shape in figure.layout.shapes if shape.name == "border"]
    assert borders == [TIME - 1 - at for at in (1.5, 3.5, 5.5, 7.5)]
    hidden = gradients.layers[1].states["hidden"][0]
    moved = [bool((row != 0).any()) for row in hidden]
    ends = [at - 0.5 for at in range(1, TIME) if moved[at] != moved[at - 1]]
    assert ends
    assert set(ends) <= set(borders)


def vanishing():
    """A gradient that float32 could not hold."""
    made = core.new_model("simple_rnn", features=3, units=[4], scale=0.02, dtype=np.float64)
    recorded = samples.record(made, time=40, batch=1)
    return Norms.of(recorded, core.backprop(made, recorded, [[1.0]]))


def test_underflow_is_marked_where_it_happens():
    found = vanishing()
    figure = figures.gradients({"rnn": found}).draw
    (cross,) = (series for series in figure.data if series.marker.symbol == "x")
    at = cross.x[0] - 1
    assert found.hidden[at] < SMALLEST_NORMAL <= found.hidden[at + 1]
    assert cross.y[0] == found.hidden[at]
    assert [shape.y0 for shape in figure.layout.shapes] == [SMALLEST_NORMAL]
    (label,) = figure.layout.annotations
    assert label.y == pytest.approx(np.log10(SMALLEST_NORMAL))
    assert not any(s.marker.symbol == "x" for s in figures.gradients(norms("lstm")).draw.data)


def test_the_table_keeps_zeros_and_both_states():
    table = figures.gradients(norms("lstm", "gru", truncate=4), tokens=TOKENS).table
    assert list(table.columns) == [
        "Step", "Token", "lstm, Hidden state", "lstm, Cell state", "gru, Hidden state",
    ]  # fmt: skip
    assert (table["gru, Hidden state"] == 0).sum() == 8


def test_up_to_three_models():
    with pytest.raises(OutOfRange):
        figures.gradients({str(at): norms("gru")["gru"] for at in range(4)})


@pytest.mark.parametrize("cell", CELLS)
def test_the_heatmap_is_the_logarithm_of_every_gradient(cell):
    recorded, gradients = run(cell)
    figure = figures.gradient_heatmap(recorded, gradients, batch=1, order=[4, 3, 2, 1, 0]).draw
    states = gradients.layers[0].states
    assert len(figure.data) == len(states)
    for drawn, state in zip(figure.data, states.values(), strict=True):
        with np.errstate(divide="ignore"):  # blank where nothing comes back
            expected = np.log10(np.abs(state[1][:, ::-1])).T
        expected[np.isinf(expected)] = np.nan
        np.testing.assert_allclose(array(drawn.z), expected, rtol=1e-5)
    axis = figure.layout.coloraxis
    assert axis.cmin == int(axis.cmin)
    assert axis.cmax >= np.nanmax(array(figure.data[0].z))


def test_zero_gradients_are_blank_and_counted():
    recorded, gradients = run("gru", truncate=4)
    figure = figures.gradient_heatmap(recorded, gradients).draw
    assert np.isnan(array(figure.data[0].z)).sum() == 8 * UNITS
    assert f"{8 * UNITS} gradients" in note(figure)
    table = figures.gradient_heatmap(recorded, gradients).table
    signed = table["∂loss/∂h, Hidden state"].to_numpy().reshape(TIME, UNITS)
    np.testing.assert_array_equal(signed, gradients.layers[0].states["hidden"][0])


def test_a_model_without_any_gradient_is_drawn_all_the_same():
    made = samples.model("gru", readout="last")
    dead = made.with_parameters({"dense/kernel": np.zeros_like(made.parameters["dense/kernel"])})
    recorded = samples.record(dead)
    gradients = core.backprop(dead, recorded, np.array([[1.0], [0.0]]))
    figure = figures.gradient_heatmap(recorded, gradients).draw
    assert np.isnan(array(figure.data[0].z)).all()
    lines = figures.gradients({"dead": Norms.of(recorded, gradients)}).draw
    assert np.isnan(lines.data[0].y).all()
    assert "too few steps" in lines.data[0].name


def test_jacobian_norms_stand_beside_the_line_at_one():
    found = {cell: jacobian_norms(trace(cell).layers[0]) for cell in CELLS[:3]}
    figure = figures.jacobian(found, cells=CELLS[:3], time=TIME, tokens=TOKENS).draw
    for line, own in zip(figure.data, found.values(), strict=True):
        np.testing.assert_allclose(line.y, own.whole)
    assert [shape.y0 for shape in figure.layout.shapes] == [1]
    some = {"lstm": jacobian_norms(trace("lstm").layers[0], steps=[2, 5])}
    picture = figures.jacobian(some, cells=["lstm"], time=TIME, tokens=TOKENS)
    (line,) = picture.draw.data
    assert list(line.x) == [Steps.of(TIME, TOKENS).places[at] for at in (2, 5)]
    table = picture.table
    assert list(table["Token"]) == [TOKENS[2], TOKENS[5]]


def test_forget_gates_stand_beside_the_true_gradient():
    recorded, gradients = run("lstm")
    true, along = figures.forgetting(recorded, gradients, tokens=TOKENS).draw.data
    d = gradients.layers[0].states["cell"][0]
    np.testing.assert_allclose(true.y, np.log10(np.linalg.norm(d, axis=1) / np.linalg.norm(d[-1])))
    gates = recorded.layers[0].gates["forget"][0]
    after = np.array([gates[at + 1 :].prod(axis=0) for at in range(TIME)])
    expected = np.linalg.norm(after * d[-1], axis=1) / np.linalg.norm(d[-1])
    np.testing.assert_allclose(along.y, np.log10(expected), atol=1e-9)
    assert along.line.color == figures.theme.colour("forget", "light")
    with pytest.raises(NoMemory):
        figures.forgetting(*run("simple_rnn"))


def test_without_a_gradient_at_the_end_forgetting_says_so():
    made = samples.model("lstm", readout="last")
    dead = made.with_parameters({"dense/kernel": np.zeros_like(made.parameters["dense/kernel"])})
    recorded = samples.record(dead)
    gradients = core.backprop(dead, recorded, np.array([[1.0], [0.0]]))
    assert "No gradient" in note(figures.forgetting(recorded, gradients).draw)
    assert "No gradient" in figures.forgetting(recorded, gradients).words
