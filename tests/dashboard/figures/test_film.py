"""The pictures of the film: losses with a cursor, alignment of epochs, paths of states."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.analysis.cka import cka
from core.analysis.history import History
from core.analysis.looks import Inside
from core.analysis.trajectories import trajectories
from dashboard import figures
from dashboard.figures import theme
from dashboard.figures.reach import FEW
from tests.dashboard.figures import trained
from tests.dashboard.figures.samples import array

TOKENS = ("the", "<b>film", "was", "good", "the")


def states(epochs: int = 4, time: int = 5, units: int = 6) -> np.ndarray:
    return np.random.default_rng(epochs).normal(size=(epochs, time, units))


def test_losses_are_those_of_the_run_and_the_cursor_stands_at_its_epoch():
    losses = trained.losses()
    figure = figures.epoch_losses(losses, final=4, cursor=3).draw
    training, validation = figure.data
    np.testing.assert_allclose(array(training.y), losses.epochs["loss"], rtol=1e-6)
    np.testing.assert_allclose(array(validation.y), losses.epochs["validation_loss"], rtol=1e-6)
    assert {shape.name: shape.x0 for shape in figure.layout.shapes} == {"mark": 4, "cursor": 3}
    before = figures.epoch_losses(losses, cursor=0).draw
    assert before.layout.xaxis.range[0] < 0 < figure.layout.xaxis.range[0]


def test_losses_come_from_the_table_of_a_run():
    table = pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.5], "validation_loss": [None, None]})
    losses = History.of(None, table, cell="gru")
    [line] = figures.epoch_losses(losses, final=2).draw.data
    np.testing.assert_allclose(array(line.y), [0.7, 0.5], rtol=1e-6)
    assert line.line.color == theme.colour("gru", "light")
    empty = History.of(None, pd.DataFrame(), cell="gru")
    assert not figures.epoch_losses(empty).draw.layout.shapes
    assert figures.epoch_losses(empty).words == figures.labels()["epoch_losses.alt.none"]


def test_alignment_is_drawn_as_it_is_and_framed_where_it_settled():
    several = states()
    found = cka([several[0], several[1], several[1] + 1e-3, several[1]])
    figure = figures.cka(found, epochs=(0, 1, 5, 9)).draw
    np.testing.assert_allclose(array(figure.data[0].z), found, rtol=1e-6)
    assert list(figure.data[0].x) == ["0", "1", "5", "9"]
    [frame] = figure.layout.shapes
    assert (frame.x0, frame.x1) == (0.5, 3.5)
    assert "epoch 1 on" in figures.cka(found, epochs=(0, 1, 5, 9)).words
    moving = cka(list(several))
    assert not figures.cka(moving, epochs=range(4)).draw.layout.shapes
    assert "settled" not in figures.cka(moving, epochs=range(4)).words


def test_a_blank_epoch_is_counted():
    found = cka([*states(2), np.ones((5, 3))])
    [note] = figures.cka(found, epochs=(0, 1, 2)).draw.layout.annotations
    assert "1 epochs" in note.text


def test_the_path_in_front_is_that_of_the_epoch_and_axes_stay():
    found = trajectories(states())
    epochs = (0, 1, 2, 7)
    figure = figures.trajectories(found, epochs=epochs, epoch=7, tokens=TOKENS).draw
    pale, ends, path = figure.data
    np.testing.assert_allclose(array(path.x), found.points[3, :, 0], rtol=1e-5)
    np.testing.assert_allclose(array(path.y), found.points[3, :, 1], rtol=1e-5)
    np.testing.assert_allclose(array(ends.y), found.points[:, -1, 1], rtol=1e-5)
    assert path.text[1] == "&lt;b&gt;film"
    drawn = array(pale.x).reshape(4, 6)
    np.testing.assert_allclose(drawn[:, :5], found.points[..., 0], rtol=1e-5)
    assert np.isnan(drawn[:, 5]).all()
    other = figures.trajectories(found, epochs=epochs, epoch=0, tokens=TOKENS).draw
    assert other.layout.xaxis.range == figure.layout.xaxis.range
    share = f"{100 * found.shares[0]:.0f}"
    assert share in figure.layout.xaxis.title.text
    with pytest.raises(ValueError, match="5 is not in"):
        figures.trajectories(found, epochs=epochs, epoch=5)


def test_of_many_long_paths_some_are_drawn_behind_and_two_tokens_named():
    found = trajectories(states(40, 900))
    tokens = [f"w{at}" for at in range(900)]
    figure = figures.trajectories(found, epochs=range(40), epoch=39, tokens=tokens).draw
    assert np.isnan(array(figure.data[0].x)).sum() == 6
    assert [text for text in figure.data[2].text if text] == ["w0", "w899"]
    assert len(figure.to_json()) < 300_000


def test_steps_of_the_gradient_are_named_by_short_texts_and_the_cursor_is_drawn():
    inside = Inside.of(trained.looks(time=8, points=8), layer="<b>recurrent")
    tokens = ["<b>", *"bcdefgh"]
    figure = figures.reach(inside, tokens=tokens, cursor=2).draw
    assert figure.layout.yaxis.ticktext[:2] == ("&lt;b&gt;", "b")
    assert [shape.x0 for shape in figure.layout.shapes] == [2]
    long = Inside.of(trained.looks(time=FEW + 1, points=FEW + 1), layer="<b>recurrent")
    assert figures.reach(long, tokens=["a"] * (FEW + 1)).draw.layout.yaxis.ticktext is None
