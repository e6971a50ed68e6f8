"""The lines are the bits, and the mean of those so far."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.surprise import Surprise
from dashboard import figures
from tests.dashboard.figures.samples import TOKENS, array, bits


def test_lines_and_table_are_the_bits_and_their_mean_so_far():
    along = Surprise(bits())
    picture = figures.surprise(along, tokens=TOKENS)
    line, mean = picture.draw.data
    np.testing.assert_allclose(array(line.y), along.bits)
    expected = [along.bits[1 : end + 1].mean() for end in range(1, len(TOKENS))]
    np.testing.assert_allclose(array(mean.y)[1:], expected)
    assert np.isnan(array(mean.y)[0])
    np.testing.assert_allclose(picture.table["Surprise in bits"], along.bits)
    np.testing.assert_allclose(picture.table["Mean so far"][1:], expected)
    assert array(mean.y)[-1] == pytest.approx(along.bits_per_token)


def test_the_sentence_names_the_greatest_surprise():
    values = bits()
    values[3] = 9.25
    words = figures.surprise(Surprise(values), tokens=TOKENS).words
    assert f"at step 4, {TOKENS[3]}: 9.25 bits" in words
    assert f"{Surprise(values).perplexity:.1f}" in words
