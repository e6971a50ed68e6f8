"""Networks that forecast: windows, horizons, gradients, states and fields, each by another way."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.errors import ShapeMismatch, UnsupportedModel
from core.forecast.errors import TooFewValues
from core.forecast.insides import receptive_field, states_by_season
from core.forecast.network import CARD, Forecaster, card_of, interval
from core.forecast.outlook import Outlook
from core.forecast.series import Series
from core.forecast.shipped import NAMES, forecaster
from core.forecast.waves import VALIDATED, floor, waves
from core.text import Affine
from core.training.config import DataSettings, NetworkSettings, RunConfig
from core.training.network import untrained
from core.training.sources import prepare
from tests.core.networks import randomised

RANDOM = np.random.default_rng(2)
VALUES = RANDOM.normal(size=40).cumsum() * 1_000
SCALING = Affine(shift=500.0, spread=2_000.0)


def recurrent(*, outputs=1, features=1, readout="last", cell="gru"):
    made = core.new_model(
        cell, features=features, units=[5], outputs=outputs, output_activation="linear",
        readout=readout,
    )  # fmt: skip
    return randomised(made, seed=4)


def wavenet(**options):
    data = {"every": True, "horizon": 3, "window": 20}
    config = RunConfig(
        data=DataSettings(source="series", options=data),
        network=NetworkSettings(architecture="wavenet", options=options),
    )
    dataset = prepare("series", data, seed=0, validation=0.0)
    return randomised(untrained(config, dataset), seed=6)


def test_one_step_is_what_the_model_answers_to_the_window_in_the_unit_of_the_series():
    known = Forecaster(recurrent(), 8, SCALING)
    [[found]] = known.forecast(VALUES, np.array([30]), horizon=1)
    window = SCALING.apply(VALUES[22:30])[None, :, None].astype(np.float32)
    assert found == pytest.approx(SCALING.undo(core.record(known.model, window).outputs)[0, 0])


def test_a_single_answer_is_asked_again_with_itself_as_the_newest_value():
    known = Forecaster(recurrent(), 8, SCALING)
    [found] = known.forecast(VALUES, np.array([30]), horizon=3)
    longer = VALUES[:30]
    for at in range(3):
        [[step]] = known.forecast(longer, np.array([30 + at]), horizon=1)
        assert found[at] == pytest.approx(step, rel=1e-4)
        longer = np.append(longer, step)


def test_what_cannot_be_asked_for_is_no_number():
    several = Forecaster(recurrent(outputs=2), 8, SCALING)
    [found] = several.forecast(VALUES, np.array([30]), horizon=4)
    assert list(np.isnan(found)) == [False, False, True, True]
    beside = Forecaster(recurrent(features=2), 8, SCALING)
    both = np.stack([VALUES, np.ones(40)], axis=1)
    assert np.isnan(beside.forecast(both, np.array([30]), horizon=2)[0, 1])
    with pytest.raises(ShapeMismatch):
        beside.forecast(VALUES, np.array([30]), horizon=1)
    with pytest.raises(TooFewValues, match="reads 8 steps"):
        several.forecast(VALUES, np.array([7]), horizon=1)


@pytest.mark.parametrize("readout", ["last", "every"])
def test_influence_is_the_central_difference(readout):
    model = recurrent(outputs=3, features=2, readout=readout).astype(np.float64)
    known = Forecaster(model, 8, SCALING)
    both = np.stack([VALUES, RANDOM.normal(size=40)], axis=1)
    found = known.influence(both, 30, ahead=2)
    assert found.shape == (8, 2)
    for at, feature, step in ((29, 0, 1.0), (25, 0, 1.0), (27, 1, 1e-4)):
        moved = []
        for sign in (1, -1):
            other = both.copy()
            other[at, feature] += sign * step
            moved.append(known.forecast(other, np.array([30]), horizon=3)[0, 1])
        difference = (moved[0] - moved[1]) / (2 * step)
        assert found[at - 22, feature] == pytest.approx(difference, rel=1e-4)


@pytest.mark.parametrize("gated", [False, True])
def test_a_wavenet_sees_its_field_and_nothing_before(gated):
    model = wavenet(filters=4, doublings=3, blocks=2, gated=gated)
    field = receptive_field(model)
    assert field is not None
    assert field.steps == 1 + 2 * (1 + 2 + 4)
    assert next(iter(field.layers.values())) == (0, 4)
    assert len(field.layers) == 6
    # Its own values: with others, which the order of tests drew, a rectifier may shut a step out.
    series = np.random.default_rng(2).normal(size=30)
    found = Forecaster(model, 20).influence(series, 30)[:, 0]
    assert (found[: 20 - 15] == 0).all()
    assert (found[20 - 15 :] != 0).all()
    assert receptive_field(recurrent()) is None


@pytest.mark.parametrize("gated", [False, True])
def test_a_wavenet_is_what_keras_makes_of_it(gated):
    model = wavenet(filters=3, doublings=2, blocks=2, gated=gated)
    read = RANDOM.normal(size=(2, 20, 1)).astype(np.float32)
    expected = core.to_keras(model).predict(read, verbose=0)
    np.testing.assert_allclose(core.record(model, read).outputs, expected, atol=1e-5)


def test_models_without_a_recurrent_layer_are_kept_from_pages_that_need_one(tmp_path):
    model = wavenet(filters=3, doublings=2, blocks=1)
    model.save(tmp_path / "wavenet.npz")
    with pytest.raises(UnsupportedModel, match="nothing unrolls"):
        core.load_model(tmp_path / "wavenet.npz")
    with pytest.raises(UnsupportedModel, match="nothing unrolls"):
        model.with_readout("last")


def test_states_over_the_season_are_means_of_the_windows_states():
    known = Forecaster(recurrent(cell="lstm"), 8, SCALING)
    origins = np.arange(20, 34)
    found = states_by_season(known, VALUES, origins, period=7)
    assert found.state == "cell"
    runs = [
        core.record(known.model, known.windows(VALUES, np.array([at])).astype(np.float32))
        for at in (22, 29)
    ]
    by_hand = np.mean([run.layers[0].states["cell"][0, -1] for run in runs], axis=0)
    np.testing.assert_allclose(found.mean[2], by_hand, rtol=1e-4)
    assert ((found.knows >= 0) & (found.knows <= 1)).all()
    season = np.tile([0.0, 0, 0, 9, 0, 0, 0], 6)
    certain = states_by_season(Forecaster(known.model, 8), season, origins, period=7)
    np.testing.assert_allclose(certain.knows, 1, atol=1e-6)


def test_an_interval_holds_the_errors_that_were_made_before():
    errors = np.stack([RANDOM.normal(size=400), RANDOM.normal(3, 2, size=400)], axis=1)
    told = interval(np.array([10.0, 10.0]), errors)
    truth = 10 - errors
    inside = ((truth >= told.low) & (truth <= told.high)).mean(axis=0)
    np.testing.assert_allclose(inside, 0.95, atol=0.006)
    few = interval(np.array([10.0]), errors[:20, :1])
    assert np.isnan(few.low[0])


def test_a_card_says_how_a_model_reads():
    model = recurrent()
    with pytest.raises(UnsupportedModel, match="how long a window"):
        Forecaster.of(model)
    card = {CARD: card_of(window=9, scaling=SCALING)}
    known = Forecaster.of(core.Model(model.nodes, card=card))
    assert (known.window, known.scaling) == (9, SCALING)


@pytest.mark.parametrize("name", NAMES)
def test_networks_that_ship_are_better_than_the_naive_forecast(name):
    known, series = forecaster(name), waves()
    test = known.backtest(series, np.arange(VALIDATED, len(series)), horizon=1)
    naive = np.abs(series.values[VALIDATED:] - series.values[VALIDATED - 12 : -12]).mean()
    assert floor() * 0.9 < test.mae(1) < (0.8 if name == "simple_rnn-1" else 0.4) * naive
    assert test.mae(1) == pytest.approx(known.model.card[CARD]["mae"], abs=2e-4)


def test_an_outlook_knows_the_truth_where_there_is_one():
    series = Series(np.arange(30.0), season=7)
    told = interval(np.array([20.0, 21, 22]), np.zeros((99, 3)))
    given = Outlook.of(series, 28, told, period=7)
    np.testing.assert_array_equal(given.actual, [28, 29, np.nan])
    np.testing.assert_array_equal(given.naive, [21, 22, 23])
    assert given.error == 8
    assert given.naive_error == 7
    assert given.covered == (0, 2)
