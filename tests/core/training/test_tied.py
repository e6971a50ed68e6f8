"""A readout that is tied to the embedding: one table, which learns from both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.bptt import backprop
from core.engines import record
from core.training import network
from core.training.config import OptimizerSettings
from core.training.errors import WrongSetting
from core.training.presets import PRESETS
from core.training.sources import prepare
from core.training.step import batch_of

TEXT = "".join(np.random.default_rng(0).choice(list("abcd \n"), size=1_500))
SMALL = replace(
    PRESETS["treebank-lstm-650-650"].config.network, units=(7, 5), embedding=5, dropout=0.0
)


def tied(**network_changes):
    config = PRESETS["treebank-lstm-650-650"].config
    config = replace(
        config,
        network=replace(SMALL, **network_changes),
        optimizer=OptimizerSettings(name="sgd", learning_rate=0.5, clip=None),
        fit=replace(config.fit, batch=8, stateful=False, jit=False),
    )
    return config, prepare("text", {"text": TEXT, "length": 9}, seed=0, validation=0.2)


def test_the_table_goes_down_the_gradients_of_both_and_the_kernel_follows_it():
    config, data = tied()
    steps = network.steps_of(config, data, carries=False)
    before = steps.exported()
    batch = batch_of(data.train, np.arange(8), size=8, dataset=data)
    steps.train(batch, rate=0.5)
    after = steps.exported()
    table, kernel = "embedding/weights", "dense/kernel"
    np.testing.assert_array_equal(before.parameters[kernel], before.parameters[table].T)
    trace = record(before, batch.inputs)
    gradients = backprop(before, trace, batch.targets, loss=data.loss).parameters
    d = gradients[table] + gradients[kernel].T
    wanted = before.parameters[table] - 0.5 * d
    np.testing.assert_allclose(after.parameters[table], wanted, atol=1e-6)
    np.testing.assert_array_equal(after.parameters[kernel], after.parameters[table].T)
    assert np.abs(gradients[kernel]).max() > 1e-4
    bias = before.parameters["dense/bias"] - 0.5 * gradients["dense/bias"]
    np.testing.assert_allclose(after.parameters["dense/bias"], bias, atol=1e-6)


def test_a_layer_of_another_width_cannot_be_tied():
    config, data = tied(units=(7, 6))
    with pytest.raises(WrongSetting, match="as wide as the embedding"):
        network.untrained(config, data)


def test_a_setting_that_is_not_used_leaves_names_as_they_were():
    written = replace(tied()[0], network=replace(SMALL, tied=False)).to_json()
    assert "tied" not in written["network"]
    assert tied()[0].to_json()["network"]["tied"] is True
