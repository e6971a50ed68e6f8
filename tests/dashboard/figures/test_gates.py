"""The heatmaps of gates hold the numbers of the trace, on scales that have a meaning."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.errors import UnknownName
from dashboard import figures
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import CELLS, TIME, TOKENS, UNITS, array, trace

ORDER = [3, 0, 4, 1, 2]


def recorded(run, name, batch=0):
    return (run.gates[name] if name in run.gates else run.states[name])[batch]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("batch", [0, 1])
def test_heatmaps_are_the_trace_in_the_given_order(cell, batch):
    run = trace(cell).layers[0]
    figure = figures.gates(trace(cell), batch=batch, tokens=TOKENS, order=ORDER).draw
    names = [*run.gates, *reversed(run.states)]
    assert len(figure.data) == len(names)
    for drawn, name in zip(figure.data, names, strict=True):
        expected = recorded(run, name, batch)[:, ORDER].T
        np.testing.assert_allclose(array(drawn.z), expected, rtol=1e-6)
        assert list(drawn.y) == [str(unit) for unit in ORDER]
        assert len(set(drawn.x)) == TIME
        if name in run.preactivations:
            before = np.asarray(run.preactivations[name][batch])[:, ORDER].T
            np.testing.assert_allclose(array(drawn.customdata), before, rtol=1e-6)


def scale(figure, at):
    axis = figure.layout[f"coloraxis{'' if at == 0 else at + 1}"]
    return axis.cmin, axis.cmax


def test_scales_do_not_depend_on_the_text_where_something_bounds_them():
    figure = figures.gates(trace("lstm")).draw
    reach = float(np.abs(trace("lstm").layers[0].states["cell"][0]).max())
    assert [scale(figure, at) for at in range(6)] == [
        (0, 1), (0, 1), (-1, 1), (0, 1), (-reach, reach), (-1, 1),
    ]  # fmt: skip


def test_scales_follow_the_activation():
    run = samples.record(samples.model("gru", activation="relu", recurrent_activation="tanh"))
    figure = figures.gates(run).draw
    candidate = run.layers[0].gates["candidate"][0]
    assert scale(figure, 0) == (-1, 1)
    assert scale(figure, 2) == (0, candidate.max())
    hidden = float(np.abs(run.layers[0].states["hidden"][0]).max())
    assert scale(figure, 3) == (-hidden, hidden)


def test_a_single_colour_bar_serves_a_row():
    figure = figures.gates(trace("gru")).draw
    assert [drawn.coloraxis for drawn in figure.data] == [
        "coloraxis", "coloraxis2", "coloraxis3", "coloraxis4",
    ]  # fmt: skip


def test_names_choose_and_layers_are_found_by_name():
    figure = figures.gates(trace("lstm"), layer="lstm", names=["cell", "forget"]).draw
    assert [drawn.name for drawn in figure.data] == ["Cell state c", "Forget gate f"]
    with pytest.raises(UnknownName, match="lstm_7"):
        figures.gates(trace("lstm"), layer="lstm_7")
    with pytest.raises(UnknownName, match="update"):
        figures.gates(trace("lstm"), names=["update"])


def test_the_step_is_framed_and_masked_steps_are_veiled():
    made = samples.model("lstm")
    mask = np.ones((2, TIME), dtype=bool)
    mask[0, 5:7] = False
    run = samples.record(made, mask=mask)
    shapes = figures.gates(run, tokens=TOKENS, step=2).draw.layout.shapes
    assert [(shape.x0, shape.x1) for shape in shapes] == [(4.5, 6.5), (1.5, 2.5)]
    assert shapes[0].label.text == "masked"
    assert len(figures.gates(run, batch=1).draw.layout.shapes) == 0


@pytest.mark.parametrize("cell", CELLS)
def test_the_table_has_every_number(cell):
    run = trace(cell).layers[0]
    table = figures.gates(trace(cell), tokens=TOKENS, order=ORDER).table
    assert len(table) == TIME * UNITS
    row = table[(table["Step"] == 4) & (table["Unit"] == 4)].iloc[0]
    words = figures.labels()
    assert row["Token"] == TOKENS[3]
    for name in (*run.gates, *run.states):
        assert row[words[name]] == recorded(run, name)[3, 4]
    for name in run.gates:
        assert row[f"{words[name]}, before activation"] == run.preactivations[name][0, 3, 4]


def test_the_sentence_names_means():
    mean = trace("gru").layers[0].gates["update"][0].mean()
    assert f"Update gate {mean:.2f} on average" in figures.gates(trace("gru")).words


def test_a_state_that_never_moves_has_a_scale_all_the_same():
    made = core.new_model("lstm", features=3, units=[4])
    still = made.with_parameters({n: np.zeros_like(a) for n, a in made.parameters.items()})
    figure = figures.gates(core.record(still, np.zeros((1, 3, 3), np.float32)), names=["cell"]).draw
    assert scale(figure, 0) == (-1, 1)
