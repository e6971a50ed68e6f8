"""The compiled step against the project's own recorder and backpropagation."""

from __future__ import annotations

import numpy as np
import pytest

from core import backprop, record
from core.importers.keras.bridge import from_keras
from core.training import network
from core.training.config import DataSettings, NetworkSettings, OptimizerSettings, RunConfig
from core.training.sources import prepare
from core.training.step import Stepper, batch_of

OPTIONS = {"symbols": 3, "longest": 12, "test_shortest": 6, "train_examples": 80}


@pytest.fixture(scope="module")
def latch():
    return prepare("latch", OPTIONS | {"test_examples": 20}, seed=1, validation=0.25)


def stepper(dataset, *, optimizer="sgd", jit=False, **settings):
    import keras

    keras.utils.set_random_seed(4)
    config = RunConfig(
        data=DataSettings(source=dataset.name),
        network=NetworkSettings(units=(5,), embedding=4, **settings),
        optimizer=OptimizerSettings(name=optimizer, learning_rate=0.1),
    )
    plain = network.untrained(config, dataset)
    model = network.twin_of(plain, config)
    for variable in model.trainable_variables:  # no weight is zero, no two gates alike
        drawn = np.random.default_rng(variable.shape[-1]).normal(size=variable.shape)
        variable.assign(0.4 * drawn)
    return Stepper(model, network.optimizer_of(config.optimizer), dataset, jit=jit, plain=plain)


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_loss_and_gradient_norms_are_those_of_backprop(latch, cell):
    trained = stepper(latch, cell=cell, jit=cell == "lstm")
    model = from_keras(trained.model, vocabulary=latch.vocabulary)
    places = np.arange(13)
    batch = batch_of(latch.train, places, size=16, dataset=latch, length=10)
    loss, _, *norms = trained.train(batch, rate=0.1)

    inputs, targets = batch.inputs[:13], batch.targets[:13]
    own = backprop(model, record(model, inputs), targets)
    assert loss == pytest.approx(own.loss, rel=1e-5)
    for name, norm in zip(trained.layers, norms, strict=True):
        parts = [g.ravel() for key, g in own.parameters.items() if key.startswith(f"{name}/")]
        assert norm == pytest.approx(np.linalg.norm(np.concatenate(parts)), rel=1e-4), name


def test_a_step_of_plain_descent_moves_each_weight_by_its_gradient(latch):
    trained = stepper(latch)
    before = from_keras(trained.model, vocabulary=latch.vocabulary)
    batch = batch_of(latch.train, np.arange(8), size=8, dataset=latch)
    trained.train(batch, rate=0.25)
    after = from_keras(trained.model, vocabulary=latch.vocabulary)
    own = backprop(before, record(before, batch.inputs), batch.targets)
    for name, weights in before.parameters.items():
        moved = weights - 0.25 * own.parameters[name]
        np.testing.assert_allclose(after.parameters[name], moved, atol=1e-6)


def test_the_score_of_a_part_does_not_depend_on_how_it_is_cut_into_batches(latch):
    trained = stepper(latch)
    whole = [batch_of(latch.train, np.arange(60), size=60, dataset=latch)]
    cuts = [np.arange(at, min(at + 7, 60)) for at in range(0, 60, 7)]
    pieces = [batch_of(latch.train, cut, size=7, dataset=latch) for cut in cuts]
    first, second = trained.evaluate(whole), trained.evaluate(pieces)
    np.testing.assert_allclose(first[:2], second[:2], rtol=1e-5)
    answered = first[2][0].argmax(axis=1) == latch.train.targets[:60]
    assert first[1] == pytest.approx(answered.mean())


def test_numbers_are_scored_by_their_mean_squared_error():
    sines = prepare("sines", {"train_examples": 40, "test_examples": 10}, seed=1, validation=0.25)
    trained = stepper(sines)
    batch = batch_of(sines.test, np.arange(10), size=10, dataset=sines)
    loss, metric, outputs = trained.evaluate([batch])
    error = ((outputs[0] - batch.targets) ** 2).mean()
    assert loss == pytest.approx(error, rel=1e-5)
    assert metric == pytest.approx(error, rel=1e-5)
