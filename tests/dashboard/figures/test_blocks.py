"""Large arrays become means over blocks, within the budget, and the picture says so."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import core
from dashboard import figures
from dashboard.figures.blocks import MOST_NUMBERS, Blocks
from dashboard.figures.words import words
from tests.dashboard.figures.samples import array


@given(st.integers(1, 600), st.integers(1, 2500), st.integers(1, 12))
def test_blocks_keep_the_budget_and_are_no_larger_than_needed(units, steps, arrays):
    blocks = Blocks.fit(units=units, steps=steps, arrays=arrays)
    cells = -(-units // blocks.units) * -(-steps // blocks.steps) * arrays
    assert cells <= MOST_NUMBERS
    assert blocks.whole == (units * steps * arrays <= MOST_NUMBERS)


def test_a_block_is_the_mean_of_what_is_finite_in_it():
    values = np.arange(35, dtype=np.float64).reshape(5, 7) ** 2
    values[0, 0] = np.nan
    values[1, 6] = np.nan  # leaves a single number in its block
    values[4] = np.inf
    means = Blocks(2, 3).mean(values)
    assert means.shape == (3, 3)
    for row in range(3):
        for column in range(3):
            block = values[2 * row : 2 * row + 2, 3 * column : 3 * column + 3]
            finite = block[np.isfinite(block)]
            expected = finite.mean() if finite.size else np.nan
            np.testing.assert_allclose(means[row, column], expected, rtol=1e-6)
    assert np.isnan(means[2]).all()


def test_whole_arrays_are_drawn_as_they_are():
    values = np.random.default_rng(0).normal(size=(4, 6))
    np.testing.assert_array_equal(Blocks().mean(values), values.astype(np.float32))
    assert Blocks().said(words(None)) == ""


def test_a_large_layer_stays_below_a_megabyte_and_says_that_it_was_reduced():
    model = core.new_model("lstm", features=2, units=[128])
    inputs = np.random.default_rng(1).normal(size=(1, 700, 2)).astype(np.float32)
    trace = core.record(model, inputs)
    figure = figures.gates(trace, tokens=["word"] * 700).draw
    assert len(figure.to_json()) < 1_100_000
    numbers = sum(array(s.z).size + (0 if s.customdata is None else array(s.customdata).size)
                  for s in figure.data)  # fmt: skip
    assert 0.5 * MOST_NUMBERS < numbers <= MOST_NUMBERS
    (note,) = (each.text for each in figure.layout.annotations if each.name == "note")
    blocks = Blocks.fit(units=128, steps=700, arrays=10)
    assert f"{blocks.units} units × {blocks.steps} steps" in note.replace("<br>", " ")
    forget = np.asarray(trace.layers[0].gates["forget"][0], dtype=np.float64).T
    first = array(figure.data[1].z)[0, 0]
    np.testing.assert_allclose(first, forget[: blocks.units, : blocks.steps].mean(), rtol=1e-5)
    assert figure.data[1].x[0] == f"word …<sub>1–{blocks.steps}</sub>"
