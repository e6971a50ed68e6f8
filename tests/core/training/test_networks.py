"""Whatever network a run asks for: what it says it scored is what its model scores."""

from __future__ import annotations

import numpy as np
import pytest

from core import record
from core.cells import CELLS
from core.losses import measure
from core.training.sources import prepare
from core.training.store import RunStore
from tests.core.training import runs

NETWORKS = {
    "stack with layer normalisation": {
        "network__units": [5, 4],
        "network__normalise": "layer",
        "network__cell": "gru",
    },
    "stack with batch normalisation": {
        "network__units": [5, 4],
        "network__normalise": "batch",
    },
    "both directions, with another forget bias": {
        "network__bidirectional": True,
        "network__forget_bias": 3.0,
    },
    "GRU with the reset gate before the product": {
        "network__cell": "gru",
        "network__reset_after": False,
        "optimizer__name": "rmsprop",
    },
    "a cell that Keras does not have": {"network__cell": "min_gru"},
    "numbers in, numbers out": {
        "data__source": "sines",
        "data__options": {"train_examples": 64, "test_examples": 30},
        "network__cell": "simple_rnn",
        "optimizer__name": "momentum",
    },
    "an answer at every step, in blocks": {
        "data__source": "copy",
        "data__options": {"train_examples": 64, "test_examples": 30},
        "fit__truncate": 7,
        "optimizer__name": "sgd",
    },
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_scores_what_its_model_scores(name, tmp_path):
    settings = runs.config(fit__epochs=1, **NETWORKS[name])
    run = runs.train(RunStore(tmp_path), settings)
    assert run.status.state == "finished", run.log_end
    assert run.model(0).digest != run.model(1).digest

    data = prepare(settings.data.source, settings.data.options, seed=3, validation=0.25)
    model, test = run.model(), data.test
    trace = record(model, test.inputs)
    if test.counts is None:
        head = list(trace.nodes.values())[-1]
        loss = measure(
            data.loss,
            outputs=trace.outputs,
            preactivations=head.before_activation,
            activation=model.activation,
            targets=test.targets,
            mask=None,
        ).value
    else:
        given = np.take_along_axis(trace.outputs, test.targets[..., None], axis=-1)[..., 0]
        loss = float((-np.log(given) * test.counts).sum() / test.counts.sum())
    assert run.result["loss"] == pytest.approx(loss, rel=1e-4)
    if data.readout == "last":
        np.testing.assert_allclose(run.answers["outputs"], trace.outputs, atol=1e-5)
        np.testing.assert_array_equal(run.answers["targets"], test.targets)
    if data.metric == "accuracy" and data.readout == "last":
        right = (trace.outputs.argmax(axis=1) == test.targets).mean()
        assert run.result["metric"] == pytest.approx(right)


def test_the_forget_bias_begins_where_it_is_told_to(tmp_path):
    settings = runs.config(fit__epochs=1, network__forget_bias=3.0, fit__patience=None)
    run = RunStore(tmp_path).create(settings)
    from core.importers.keras.bridge import from_keras
    from core.training import network

    data = prepare(settings.data.source, settings.data.options, seed=3, validation=0.25)
    weights = from_keras(network.build(run.config, data)).layers[0].weights
    assert (weights["forget"]["bias"] == 3).all()
    assert all((weights[gate]["bias"] == 0).all() for gate in ("input", "candidate", "output"))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_dropout_reaches_every_cell_in_training_and_only_there(cell, bidirectional):
    from core.training import network

    settings = runs.config(
        network__cell=cell,
        network__bidirectional=bidirectional,
        network__dropout=0.5,
        network__recurrent_dropout=0.4,
    )
    data = prepare(settings.data.source, settings.data.options, seed=3, validation=0.25)
    model = network.build(settings, data)
    inputs = data.train.inputs[:4]
    first, second = (np.asarray(model(inputs, training=True)) for _ in range(2))
    assert np.abs(first - second).max() > 1e-6
    expected = record(network.untrained(settings, data), inputs).outputs
    np.testing.assert_allclose(np.asarray(model(inputs, training=False)), expected, atol=1e-5)
