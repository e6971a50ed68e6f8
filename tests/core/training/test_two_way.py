"""A language model that reads both ways: what it learns from, and that its gradients are ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core import backprop, record
from core.analysis.context import levels
from core.training import network, sources
from core.training.architectures.two_way import both_ways
from core.training.errors import WrongSetting
from core.training.step import batch_of
from core.training.store import RunStore
from tests.core.training import runs

FEW = {"train_examples": 40, "test_examples": 10}


def config(**changes):
    settings = {
        "data__source": "senses", "data__options": FEW, "network__architecture": "two_way",
        "network__cell": "gru", "network__units": [6, 6], "network__embedding": 6,
        "network__dropout": 0.0, "network__recurrent_dropout": 0.0, "network__normalise": False,
        "network__bidirectional": False, "fit__epochs": 1, "fit__batch": 16,
        "fit__truncate": None, "fit__stateful": False, "probes": [],
    }  # fmt: skip
    return runs.config(**settings | changes)


def test_targets_are_the_tokens_on_both_sides():
    inputs = np.array([[5, 6, 7, 0], [8, 9, 2, 3]])
    after = np.array([[6, 7, 0, 0], [9, 2, 3, 0]])
    counts = (after != 0).astype(np.float32)
    batch = both_ways(inputs, after, counts)
    np.testing.assert_array_equal(batch.targets[..., 0], after)
    np.testing.assert_array_equal(batch.targets[..., 1], [[0, 5, 6, 7], [0, 8, 9, 2]])
    np.testing.assert_array_equal(batch.weights[..., 0], counts)
    np.testing.assert_array_equal(batch.weights[..., 1], [[0, 1, 1, 0], [0, 1, 1, 1]])


def test_its_gradients_are_those_of_backprop():
    dataset = sources.prepare("senses", FEW, seed=0, validation=0.25)
    steps = network.steps_of(config(fit__jit=False), dataset, carries=False)
    model = steps.exported()
    # Of one length, so that means over sentences and over tokens are one.
    length = (dataset.train.inputs != 0).sum(axis=1)
    places = np.flatnonzero(length == np.bincount(length).argmax())[:3]
    batch = batch_of(dataset.train, places, size=len(places), dataset=dataset, length=16)
    loss, metric, *norms = steps.train(batch, rate=0.0)
    time = int(length[places[0]])
    inputs = batch.inputs[:, :time]
    # `backprop` asks at every step; the two steps at the ends that nobody asks for are left out.
    trace = record(model, inputs)
    answers = {name: trace.outputs_by_port[name].values for name in ("next", "previous")}
    nll = [
        -np.log(np.take_along_axis(answers["next"][:, :-1], inputs[:, 1:, None], 2)).mean(),
        -np.log(np.take_along_axis(answers["previous"][:, 1:], inputs[:, :-1, None], 2)).mean(),
    ]
    assert loss == pytest.approx(np.mean(nll), rel=1e-5)
    assert metric == pytest.approx(loss)
    assert all(norm > 0 for norm in norms)
    seen = steps.look(model)
    assert [layer["name"] for layer in seen["layers"]] == [layer.name for layer in model.layers]
    targets = both_ways(inputs, np.roll(inputs, -1, 1), np.ones(inputs.shape, np.float32)).targets
    both = backprop(
        model, trace, {name: targets[..., at] for at, name in enumerate(("next", "previous"))}
    )
    assert np.isfinite(both.loss)


def test_it_is_trained_tested_and_kept(tmp_path):
    run = runs.train(RunStore(tmp_path), config(optimizer__learning_rate=0.03))
    assert run.status.state == "finished", run.status.error
    model = run.model()
    assert [pair.forward for pair in levels(model)] == ["forward_1", "forward_2"]
    assert model.output_ports == ("next", "previous")
    assert run.result["metric_name"] == "perplexity"
    assert model.vocabulary is not None
    assert 1 < run.result["metric"] < model.vocabulary.size  # that of who knows nothing


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"network__units": [6, 5]}, "network.units"),
        ({"network__embedding": 8}, "network.units"),
        ({"fit__truncate": 4}, "fit.truncate"),
        ({"data__source": "latch", "data__options": FEW}, "network.architecture"),
    ],
)
def test_what_it_cannot_learn_from_is_said(changes, setting):
    wanted = config(**changes)
    dataset = sources.prepare(wanted.data.source, wanted.data.options, seed=0, validation=0.25)
    with pytest.raises(WrongSetting) as refused:
        network.untrained(replace(wanted), dataset)
    assert refused.value.facts["setting"] == setting
