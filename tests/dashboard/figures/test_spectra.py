"""Singular values and exponents: lines in powers of ten, and gaps where there is no number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analysis.spectra import spectra
from dashboard import figures
from tests.dashboard.figures.samples import TOKENS, array, trace

FOUND = spectra(trace("lstm").layers[0], 6, top=3)


def test_lines_are_powers_of_ten():
    picture = figures.spectra(FOUND, tokens=TOKENS)
    *singular, hidden = picture.draw.data
    for at, line in enumerate(singular):
        np.testing.assert_allclose(10 ** array(line.y), np.exp(FOUND.log_singular[:, at]))
    np.testing.assert_allclose(10 ** array(hidden.y), np.exp(FOUND.log_hidden))
    assert np.isnan(array(hidden.y)[7:]).all()
    np.testing.assert_allclose(picture.table["log10 σ2"], FOUND.log_singular[:, 1] / np.log(10))


def test_what_is_shut_has_no_infinite_line_and_is_counted():
    shut = FOUND.log_singular.copy()
    shut[:4, 2] = -np.inf
    drawn = figures.spectra(replace(FOUND, log_singular=shut), tokens=TOKENS).draw
    assert np.isnan(array(drawn.data[2].y)[:4]).all()
    [note] = [each for each in drawn.layout.annotations if each.name == "note"]
    assert note.text.startswith("4 directions are shut")


def test_exponents_are_drawn_as_they_settle():
    picture = figures.lyapunov(FOUND, tokens=TOKENS)
    for at, line in enumerate(picture.draw.data):
        np.testing.assert_allclose(array(line.y), FOUND.so_far[:, at])
    assert f"{FOUND.exponents[0]:.3f}" in picture.words
