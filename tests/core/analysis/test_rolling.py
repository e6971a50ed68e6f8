"""Predictions along a series: against a loop that reads each window by itself."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis import rolling as module
from core.analysis.rolling import rolling
from core.errors import OutOfRange, ShapeMismatch
from core.text import Affine
from tests.core.networks import randomised

SERIES = np.random.default_rng(7).normal(size=(23, 2)).cumsum(axis=0)
LENGTH = 5


def made(**settings):
    given = {"features": 2, "units": [4], "outputs": 2, "output_activation": "linear"} | settings
    return randomised(core.new_model("gru", **given), seed=3)


def by_hand(model, *, output, ahead, scaling):
    truth, rows = SERIES[:, 1], []
    for end in range(LENGTH - 1, len(SERIES)):
        window = SERIES[end - LENGTH + 1 : end + 1]
        answer = core.record(model, window[None]).outputs[0]
        answer = answer[-1] if answer.ndim == 2 else answer
        value = float(answer[output]) * scaling.spread + scaling.shift
        actual = truth[end + ahead] if end + ahead < len(SERIES) else np.nan
        rows.append((end, end + ahead, value, actual, truth[end] if ahead else truth[end - 1]))
    return np.array(rows)


@pytest.mark.parametrize("ahead", [0, 1, 3])
@pytest.mark.parametrize(
    "settings", [{}, {"readout": "every"}, {"bidirectional": True}], ids=["last", "every", "both"]
)
def test_each_window_is_answered_as_it_is_by_itself(ahead, settings, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 900)  # several blocks
    model, scaling = made(**settings), Affine(10.0, 3.0)
    found = rolling(
        model, SERIES, truth=SERIES[:, 1], length=LENGTH, output=1, ahead=ahead, scaling=scaling
    )
    expected = by_hand(model, output=1, ahead=ahead, scaling=scaling)
    columns = (found.ends, found.steps, found.predicted, found.actual, found.naive)
    np.testing.assert_allclose(np.stack(columns, axis=-1), expected, rtol=1e-5)
    known = expected[~np.isnan(expected[:, 3])]
    for error, at in ((found.error, 2), (found.naive_error, 4)):
        squares = [(row[at] - row[3]) ** 2 for row in known]
        assert error == pytest.approx((sum(squares) / len(squares)) ** 0.5)


def test_where_all_would_take_long_those_around_a_step_are_taken(monkeypatch):
    model = made()
    monkeypatch.setattr(module, "WORK", 4 * LENGTH * model.parameter_count)
    told = {"truth": SERIES[:, 0], "length": LENGTH}
    whole = rolling(model, SERIES, **told, near=0)
    assert (whole.ends.tolist(), whole.total) == ([4, 5, 6, 7], 19)
    assert rolling(model, SERIES, **told, near=10).ends.tolist() == [8, 9, 10, 11]
    assert rolling(model, SERIES, **told).ends.tolist() == [20, 21, 22]


def test_what_does_not_fit_is_said():
    model = made()
    with pytest.raises(ShapeMismatch):
        rolling(model, SERIES[:4], truth=SERIES[:4, 0], length=LENGTH)
    with pytest.raises(ShapeMismatch):
        rolling(model, SERIES, truth=SERIES[1:, 0], length=LENGTH)
    with pytest.raises(OutOfRange):
        rolling(model, SERIES, truth=SERIES[:, 0], length=LENGTH, output=2)
    with pytest.raises(OutOfRange):
        rolling(model, SERIES, truth=SERIES[:, 0], length=LENGTH, ahead=-1)


def test_without_truth_there_is_no_error_to_tell():
    found = rolling(made(), SERIES, truth=SERIES[:, 0], length=len(SERIES))
    assert np.isnan(found.error)
    assert np.isnan(found.naive_error)
