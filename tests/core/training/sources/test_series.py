"""Windows of a series: what is read, what is asked, and nothing learned from what comes later."""

from __future__ import annotations

import numpy as np
import pytest

from core import record
from core.forecast.errors import TooFewValues
from core.forecast.waves import waves
from core.training import network, sources
from core.training.config import DataSettings, NetworkSettings, RunConfig
from core.training.errors import WrongSetting
from core.training.sources.series import SeriesOptions, scaling_of, series_of
from core.training.sources.source import Setting

ROWS = "\n".join(
    ["day,rides,bus,kind"]
    + [f"2024-01-{day:02},{day * 10},{day * 1000},{'WAU'[day % 3]}" for day in range(1, 31)]
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rides.csv"
    path.write_text(ROWS)
    return {
        "file": str(path), "date_column": "day", "value_column": "rides", "others": "bus",
        "known": "kind", "learn_until": "2024-01-16", "validate_until": "2024-01-23", "window": 4,
        "horizon": 2,
    }  # fmt: skip


def made(options):
    return sources.prepare("series", options, seed=0, validation=0.3)


def setting(folder="."):
    return Setting(seed=0, validation=0.0, report=lambda doing, share: None, folder=folder)


def test_windows_are_what_came_before_and_targets_what_came_after(file):
    data = made(file)
    # 300 is below 1,000, and 30,000 of the bus below 100,000.
    first = data.train.inputs[0]
    np.testing.assert_allclose(first[:, 0], [0.01, 0.02, 0.03, 0.04], rtol=1e-6)
    np.testing.assert_allclose(first[:, 1], [0.01, 0.02, 0.03, 0.04], rtol=1e-6)
    # The kinds A, U, W of the day after each: 2 is U, 3 is W, 4 is A, 5 is U.
    np.testing.assert_array_equal(first[:, 2:], [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_allclose(data.train.targets[0], [0.05, 0.06], rtol=1e-6)
    assert data.features == 5
    assert scaling_of(SeriesOptions.read(file), setting()).spread == 1000


def test_each_part_comes_after_the_one_before(file):
    data = made(file)
    spread = 1000
    assert data.train.targets.max() * spread <= 160
    assert data.validation is not None
    assert data.validation.targets.min() * spread == pytest.approx(170)
    assert data.validation.targets.max() * spread == pytest.approx(230)
    assert data.test.targets.min() * spread == pytest.approx(240)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [11, 6, 6]
    np.testing.assert_allclose(data.test.inputs[0, :, 0] * spread, [200, 210, 220, 230], rtol=1e-5)


def test_every_step_is_answered_by_the_steps_after_it(file):
    every, last = made(file | {"every": True}), made(file)
    assert every.readout == "every"
    np.testing.assert_array_equal(every.train.targets[:, -1], last.train.targets)
    np.testing.assert_allclose(every.train.targets[3, 0] * 1000, [50, 60], rtol=1e-5)
    assert every.train.counts is None
    # Of the first window of validation, only the last step asks for what was not learned from.
    np.testing.assert_array_equal(every.validation.counts[:2], [[0, 0, 0, 1], [0, 0, 1, 1]])


def test_a_part_without_a_window_is_said(file):
    with pytest.raises(TooFewValues, match="training needs at least 22"):
        made(file | {"window": 20})
    with pytest.raises(TooFewValues, match="validation needs at least 9"):
        made(file | {"horizon": 9})


def test_without_a_file_it_is_the_noisy_sines():
    data = made({"window": 20, "horizon": 3})
    values = waves().values
    np.testing.assert_allclose(data.train.inputs[5, :, 0], values[5:25], rtol=1e-6)
    np.testing.assert_allclose(data.test.targets[-1], values[-3:], rtol=1e-6)
    series, read = series_of(SeriesOptions(), setting())
    np.testing.assert_array_equal(read[:, 0], series.values)


@pytest.mark.parametrize(
    ("architecture", "every", "said"),
    [("linear", True, "data.options.every"), ("wavenet", False, "data.options.every")],
)
def test_an_architecture_says_where_it_wants_answers(architecture, every, said):
    options = {"window": 10, "every": every}
    config = RunConfig(
        data=DataSettings(source="series", options=options),
        network=NetworkSettings(architecture=architecture),
    )
    with pytest.raises(WrongSetting, match=said):
        network.untrained(config, made(options))
    words = sources.prepare("parity", {"train_examples": 20}, seed=0, validation=0.0)
    with pytest.raises(WrongSetting, match="chain"):
        network.untrained(config, words)


def test_a_linear_network_is_a_weighted_sum_of_its_window(file):
    config = RunConfig(
        data=DataSettings(source="series", options=file),
        network=NetworkSettings(architecture="linear"),
    )
    data = made(file)
    model = network.untrained(config, data)
    answers = record(model, data.train.inputs[:3]).outputs
    kernel = model.parameters["answer/kernel"]
    by_hand = data.train.inputs[:3].reshape(3, -1) @ kernel
    np.testing.assert_allclose(answers, by_hand, rtol=1e-5)
    assert kernel.shape == (4 * 5, 2)
