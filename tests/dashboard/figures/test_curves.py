"""The curves of training hold the numbers that the runs wrote."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from core.analysis.history import History
from core.errors import OutOfRange
from dashboard import figures
from dashboard.figures import epochs, theme
from tests.dashboard.figures import trained
from tests.dashboard.figures.colour_vision import SIGHT, difference, lab
from tests.dashboard.figures.trained import PER_EPOCH


def lines(figure) -> dict[str, object]:
    return {line.name: line for line in figure.data}


def test_a_batch_stands_within_its_epoch_and_an_epoch_at_its_end():
    run = trained.history()
    drawn = lines(figures.curves({"one": run}, smoothing=0).draw)
    places = 0.1 * np.arange(1, 3 * PER_EPOCH + 1)
    np.testing.assert_allclose(drawn["training"].x, places, rtol=1e-6)
    np.testing.assert_allclose(drawn["training"].y, run.batches["loss"], rtol=1e-6)
    assert drawn["validation"].x.tolist() == [1, 2, 3]
    np.testing.assert_allclose(drawn["validation"].y, run.epochs["validation_loss"], rtol=1e-6)
    np.testing.assert_allclose(
        drawn["training, mean of the epoch"].y, run.epochs["loss"], rtol=1e-6
    )
    assert "single batches" not in drawn


def test_an_epoch_under_way_takes_its_length_from_the_status():
    run = trained.history(epochs=1)
    half = {name: values[:4] for name, values in run.batches.items()}
    under_way = History("gru", half, {}, per_epoch=16)
    assert under_way.places[-1] == 0.25
    assert figures.curves({"new": under_way}).draw.data
    assert "no epoch" in figures.curves({"new": under_way}).words


def test_smoothing_is_the_mean_that_its_weight_says():
    run = trained.history()
    drawn = lines(figures.curves({"one": run}, measure="metric", smoothing=0.8).draw)
    values = run.batches["metric"]
    weights = 0.8 ** np.arange(values.size)[::-1]
    last = float(values @ weights / weights.sum())
    assert drawn["training"].y[-1] == pytest.approx(last, rel=1e-6)
    assert drawn["training"].y[0] == pytest.approx(values[0], rel=1e-6)
    np.testing.assert_allclose(drawn["single batches"].y, values, rtol=1e-6)


def test_the_best_epoch_is_a_star_and_an_early_stop_a_line():
    run = trained.history(best_epoch=2, stopped=True)
    figure = figures.curves({"one": run}).draw
    assert list(lines(figure)["validation"].marker.symbol) == ["circle", "star", "circle"]
    marks = [shape.x0 for shape in figure.layout.shapes if shape.name == "mark"]
    assert marks == [2, 3]
    said = [note.text for note in figure.layout.annotations]
    assert said == ["best: epoch 2", "stopped early: epoch 3"]


@pytest.mark.parametrize("log", [False, True])
def test_levels_stand_where_their_values_are_on_either_axis(log):
    figure = figures.curves({"one": trained.history()}, levels={"chance": 0.5}, log=log).draw
    [level] = [shape for shape in figure.layout.shapes if shape.name == "level"]
    assert (level.y0, level.y1) == (0.5, 0.5)
    [note] = [note for note in figure.layout.annotations if note.text == "by chance 0.5"]
    assert note.y == pytest.approx(np.log10(0.5) if log else 0.5)
    assert figure.layout.yaxis.type == ("log" if log else None)


def test_runs_of_different_cells_have_the_colours_of_their_cells():
    cells = ("simple_rnn", "lstm", "gru")
    figure = figures.curves({cell: trained.history(cell) for cell in cells}).draw
    for cell in cells:
        shown, hidden = [line for line in figure.data if line.legendgroup == cell][::-1]
        assert shown.name == cell
        assert {shown.line.color, hidden.line.color} == {theme.colour(cell, "light")}
        assert (shown.showlegend, hidden.showlegend) == (True, False)
        assert f"{cell}, validation" in shown.hovertemplate


@pytest.mark.parametrize("mode", theme.MODES)
def test_nine_runs_of_one_cell_can_be_told_apart_and_ten_are_refused(mode):
    looks = epochs.looks(["lstm"] * 9, mode)
    assert len({(look.colour, look.dash) for look in looks}) == 9
    for sight in SIGHT:
        for one, other in combinations({look.colour for look in looks}, 2):
            assert difference(lab(one, sight), lab(other, sight)) >= 10
    with pytest.raises(OutOfRange):
        figures.curves({str(at): trained.history() for at in range(10)})


def test_a_run_without_validation_has_no_such_line():
    run = trained.history()
    bare = {name: values for name, values in run.epochs.items() if "validation" not in name}
    figure = figures.curves({"one": History("lstm", run.batches, bare)}).draw
    assert "validation" not in lines(figure)


def test_a_hundred_thousand_batches_fit_into_a_picture_and_keep_their_spikes():
    run = trained.history(epochs=1)
    count = 100_000
    values = np.random.default_rng(0).random(count)
    values[61_803] = 40.0
    values[27_182] = np.nan
    batches = {"epoch": np.ones(count), "batch": 1.0 + np.arange(count), "loss": values}
    long = History("lstm", batches, run.epochs)
    figure = figures.curves({"one": long}, smoothing=0.9).draw
    raw = lines(figure)["single batches"]
    assert max(raw.y) == 40
    assert raw.x[int(np.argmax(raw.y))] == pytest.approx(61_804 / count)
    assert (raw.x[0], raw.x[-1]) == (pytest.approx(1 / count), 1)
    assert len(figure.to_json()) < 100_000


def test_the_table_holds_the_epochs_of_every_run():
    runs = {"a": trained.history(seed=1), "b": trained.history(seed=2, epochs=2)}
    table = figures.curves(runs).table
    assert table["Run"].tolist() == ["a"] * 3 + ["b"] * 2
    np.testing.assert_array_equal(
        table["validation"], np.concatenate([r.epochs["validation_loss"] for r in runs.values()])
    )
