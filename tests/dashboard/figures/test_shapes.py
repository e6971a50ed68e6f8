"""Shapes in time, and the batch that a mask is shown on: the numbers that were recorded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analysis.shapes import DECODER
from dashboard import figures
from tests.dashboard.figures import at_work
from tests.dashboard.figures.samples import TOKENS, array


def heatmap(figure):
    return next(part for part in figure.data if part.type == "heatmap")


def names(figure, kind: str) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.name == kind]


def test_columns_are_the_states_and_the_table_has_every_number():
    unrolling = at_work.unrolling("lstm")
    picture = figures.shapes(unrolling)
    states = np.stack([turn.state for turn in unrolling.turns])
    np.testing.assert_allclose(array(heatmap(picture.draw).z)[:, ::2], states.T, rtol=1e-6)
    for unit in range(states.shape[1]):
        np.testing.assert_array_equal(picture.table[f"Unit {unit}"], states[:, unit])
    assert picture.table["Probability"].tolist() == [turn.share for turn in unrolling.turns]
    assert len(names(picture.draw, "answer")) == len(TOKENS)
    assert picture.draw.layout.shapes == ()


def test_an_answer_that_is_read_again_has_its_line():
    fed = replace(at_work.unrolling("gru"), fed_back=True)
    paths = figures.shapes(fed).draw.layout.shapes
    assert len(paths) == len(TOKENS) - 1
    assert {path.line.dash for path in paths} == {"dot"}


def test_arcs_are_as_strong_as_the_attention_and_the_handing_over_is_thick():
    unrolling = at_work.unrolling("lstm", sides=True)
    picture = figures.shapes(unrolling)
    start = len(TOKENS) - len(unrolling.side(DECODER))
    drawn = {path.path.split(",")[0]: path.opacity for path in picture.draw.layout.shapes}
    assert drawn == {"M 0": 0.75, f"M {start - 1}": 0.25, "M 1": 1.0}
    wide = [note for note in picture.draw.layout.annotations if note.arrowwidth == 3.2]
    assert [note.x for note in wide] == [start - 0.34]
    assert picture.table["Part"].tolist().count("Decoder") == len(TOKENS) - start


def test_masked_strips_hold_the_states_and_leave_zeros_blank():
    batch, tokens = at_work.batch()
    states = figures.masking(batch, tokens=tokens, of="states").draw
    strips = [part for part in states.data if part.type == "heatmap"]
    for at in range(len(tokens)):
        for strip, read in zip(
            strips[2 * at : 2 * at + 2], (batch.plain, batch.masked), strict=True
        ):
            np.testing.assert_allclose(array(strip.z), read.states[at, :, :24].T, rtol=1e-6)
    picture = figures.masking(batch, tokens=tokens, of="gradients")
    strips = [part for part in picture.draw.data if part.type == "heatmap"]
    for at in range(len(tokens)):
        plain, masked = (array(strip.z)[0] for strip in strips[2 * at : 2 * at + 2])
        np.testing.assert_allclose(10**plain, batch.plain.sizes[at], rtol=1e-5)
        assert np.isnan(masked).tolist() == (~batch.real[at]).tolist()
    rows = picture.table.set_index(["Text", "Step"])
    assert rows.loc[(2, 1), "‖∂loss/∂input‖, mask"] == batch.masked.sizes[1, 0]
    assert (rows[rows["Padding"]]["‖∂loss/∂input‖, mask"] == 0).all()
    assert (rows[rows["Padding"]]["‖∂loss/∂input‖, no mask"] > 0).all()
