"""Real training: a task is learned by the cell that can, and not by the one that cannot."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from core import backprop, record
from core.training.experiment import grid
from core.training.presets import PRESETS
from core.training.sources import prepare
from core.training.store import RunStore
from tests.core.training import runs


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """The quick form of the latch preset, by LSTM and by SimpleRNN."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    base = replace(PRESETS["latch-lstm-16"].quick, probes=("ABCDABCD", " "))
    found = [runs.train(store, config) for config in grid(base, cells=("lstm", "simple_rnn"))]
    return {run.config.network.cell: run for run in found}


def test_an_lstm_learns_to_keep_a_symbol_over_sixty_to_a_hundred_steps(learned):
    run = learned["lstm"]
    assert run.config.data.options.get("test_shortest", 60) >= 60
    assert run.result["metric"] >= 0.99
    assert run.result["metric"] >= run.result["solved"]


def test_a_simple_rnn_stays_at_chance(learned):
    run = learned["simple_rnn"]
    assert run.result["chance"] == 0.25
    assert abs(run.result["metric"] - 0.25) < 0.08


def test_a_look_tells_the_gradient_and_the_gates_of_the_model_of_its_epoch(learned):
    run = learned["lstm"]
    config = run.config
    data = prepare(
        "latch", config.data.options, seed=config.seed, validation=config.data.validation
    )
    seen = [look for look in run.looks if look["epoch"] == 3][-1]["layers"][0]
    model = run.model(3)
    inputs, targets = data.validation.inputs[:4], data.validation.targets[:4]
    trace = record(model, inputs)
    d = backprop(model, trace, targets).layers[0].states["hidden"]
    # Texts of different lengths are laid over each other at their ends.
    wanted = np.zeros(d.shape[1])
    for row, read in zip(np.linalg.norm(d, axis=-1), trace.mask.sum(axis=1), strict=True):
        wanted[len(wanted) - read :] += row[:read]
    at = np.unique(np.linspace(0, len(wanted) - 1, 128).round().astype(int))
    np.testing.assert_allclose(seen["gradient"], wanted[at], rtol=1e-3)
    forget = trace.layers[0].gates["forget"][trace.mask]
    assert seen["saturation"]["forget"] == pytest.approx(
        [(forget < 0.1).mean(), (forget > 0.9).mean()], abs=1e-4
    )


def test_the_film_shows_the_network_become_sure(learned):
    run = learned["lstm"]
    first, last = run.film(0, 0), run.film(0, run.model_epochs[-1])
    assert run.model(0).digest == first.model_digest
    assert first.outputs[0].max() < 0.5
    assert last.outputs[0].argmax() == 0  # an A came first
    assert last.outputs[0].max() > 0.95


def test_a_probe_that_cannot_be_read_is_left_out_of_the_film(learned):
    run = learned["lstm"]
    filmed = {file.stem.partition("-")[2] for file in run.file("film").iterdir()}
    assert filmed == {"0"}
    assert run.status.state == "finished"


def test_the_worst_mistakes_are_wrong_and_in_order(learned):
    run = learned["simple_rnn"]
    outputs, targets = run.answers["outputs"], run.answers["targets"]
    assert (outputs.argmax(1) == targets).mean() == pytest.approx(run.result["metric"])
    worst = json.loads(run.file("mistakes.json").read_text())
    assert [m["probability"] for m in worst] == sorted(m["probability"] for m in worst)
    for mistake in worst[:5]:
        assert mistake["text"][0] == mistake["target"] != mistake["answer"]
        given = outputs[mistake["index"], targets[mistake["index"]]]
        assert mistake["probability"] == pytest.approx(float(given), abs=1e-6)
