"""Networks that forecast: each kind can be trained, and says what it was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core.forecast.network import Forecaster
from core.forecast.series import Series
from core.forecast.shipped import NAMES
from core.text import Affine
from core.training import network, sources
from core.training.forecasters import RAIL, SHIPPED, TESTED, errors
from core.training.forecasting import KINDS, config_for
from core.training.sources.series import SeriesOptions
from core.training.step import batch_of
from tests.core.networks import randomised


def test_what_ships_is_what_is_made():
    assert tuple(SHIPPED) == NAMES == KINDS
    assert config_for("gru-32", {}, steps=100).data.options["window"] == 20
    for known in RAIL.values():
        options = SeriesOptions.read(known.config.data.options)
        assert (options.value_column, options.scale) == ("rail_boardings", 1e6)
        assert all(1 <= ahead <= options.horizon for ahead in known.reference)


@pytest.mark.parametrize("kind", ["linear", "wavenet-gated"])
def test_a_network_without_a_recurrent_layer_learns_and_comes_back(kind):
    config = config_for(kind, {"window": 20})
    config = replace(config, fit=replace(config.fit, jit=False))
    dataset = sources.prepare("series", config.data.options, seed=1, validation=0.0)
    steps = network.steps_of(config, dataset, carries=False)
    batch = batch_of(dataset.train, np.arange(32), size=32, dataset=dataset)
    losses = [float(steps.train(batch, rate=1e-2)[0]) for _ in range(8)]
    assert losses[-1] < 0.8 * losses[0]
    model = steps.exported()
    assert not model.layers
    answers = core.record(model, batch.inputs[:4]).outputs
    wanted = steps.model.predict(batch.inputs[:4], verbose=0)
    np.testing.assert_allclose(answers, wanted, atol=1e-5)
    assert steps.look(model) == {"layers": []}


def test_errors_are_those_of_the_days_that_the_book_asks_for():
    days = np.arange("2019-01-01", "2019-07-01", dtype="datetime64[D]")
    values = np.random.default_rng(1).normal(size=len(days)) * 1e5
    series = Series(values, dates=days.astype("datetime64[s]"), frequency="day")
    made = core.new_model("gru", features=1, units=[3], outputs=2, output_activation="linear")
    known = Forecaster(randomised(made, seed=3), 7, Affine(spread=1e6))
    found = errors(known, series, values)
    first = int(np.flatnonzero(days == np.datetime64(TESTED[0]))[0])
    last = int(np.flatnonzero(days == np.datetime64(TESTED[1]))[0])
    one = [
        abs(known.forecast(values, np.array([at]), horizon=1)[0, 0] - values[at])
        for at in range(first, last + 1)
    ]
    assert found[1] == pytest.approx(np.mean(one))
    assert set(found) == {1, 2}
