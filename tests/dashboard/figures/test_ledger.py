"""The bars are the shares of the ledger, and the lines what is left of the largest ones."""

from __future__ import annotations

import numpy as np
import pytest

from core import cells
from core.analysis.expressions import show_number
from core.analysis.ledger import decay, ledger
from core.errors import NoMemory
from dashboard import figures
from dashboard.figures.ledger import MOST
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import TIME, TOKENS, array, trace

REMEMBERING = [name for name, cell in cells.CELLS.items() if cell.memory is not None]


@pytest.mark.parametrize("cell", REMEMBERING)
@pytest.mark.parametrize(("step", "batch"), [(-1, 0), (4, 1)])
def test_bars_and_table_are_the_shares(cell, step, batch):
    run = trace(cell).layers[0]
    book = ledger(run, step, batch=batch)
    picture = figures.ledger(trace(cell), unit=2, step=step, batch=batch, tokens=TOKENS)
    up, down, *lines = picture.draw.data
    assert np.nanmin(array(up.y), initial=1) > 0 > np.nanmax(array(down.y), initial=-1)
    both = np.nan_to_num(array(up.y)) + np.nan_to_num(array(down.y))
    np.testing.assert_allclose(both, book.shares[:, 2])
    table = picture.table
    np.testing.assert_allclose(table["Share"], book.shares[:, 2])
    np.testing.assert_allclose(table["Wrote"], book.written[:, 2])
    kept = 10 ** table["log10 Kept since"]
    read = slice(None, step % TIME + 1)
    left = (np.abs(table["Wrote"]) * kept)[read]
    np.testing.assert_allclose(left, np.abs(table["Share"])[read])
    assert table["log10 Kept since"][step % TIME + 1 :].isna().all()
    assert len(lines) == MOST


@pytest.mark.parametrize("cell", REMEMBERING)
def test_lines_follow_the_largest_shares_from_where_they_were_written(cell):
    run = trace(cell).layers[0]
    book = ledger(run)
    picture = figures.ledger(trace(cell), unit=1, tokens=TOKENS)
    for line, at in zip(picture.draw.data[2:], book.largest(1, most=MOST), strict=True):
        assert np.isnan(array(line.y)[:at]).all()
        np.testing.assert_allclose(array(line.y)[at:], decay(run, at)[at:, 1])
        assert array(line.y)[-1] == pytest.approx(book.shares[at, 1])
        assert line.yaxis == "y2"
        share = show_number(float(book.shares[at, 1]), 3)
        assert f"“{TOKENS[at]}” (step {at + 1}) {share}" in picture.words
    assert f" {show_number(float(book.total[1]), 3)} in all" in picture.words


def test_a_layer_that_reads_backwards_is_followed_backwards():
    made = samples.model("lstm", bidirectional=True)
    layer = samples.record(made).layers[1]
    picture = figures.ledger(samples.record(made), layer=1, unit=0, step=3)
    largest = ledger(layer, 3).largest(0)[0]
    left = array(picture.draw.data[2].y)
    assert np.isnan(left[largest + 1 :]).all()
    np.testing.assert_allclose(left[: largest + 1], decay(layer, largest)[: largest + 1, 0])
    assert left[3] == pytest.approx(ledger(layer, 3).shares[largest, 0])


def test_a_cell_without_a_memory_has_no_picture():
    with pytest.raises(NoMemory, match="simple_rnn"):
        figures.ledger(trace("simple_rnn"), unit=0)
