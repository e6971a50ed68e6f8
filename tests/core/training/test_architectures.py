"""Networks that are no chains: read from a configuration, trained, and refused in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core import Model, backprop, record
from core.errors import UnknownName
from core.initialise import new_model
from core.nodes import Concatenate, Dense, Input, port
from core.training import architectures, network, sources
from core.training.architectures import Architecture, Judgement, NetworkOptions
from core.training.config import NetworkSettings, RunConfig
from core.training.dataset import Dataset, Part
from core.training.errors import UnknownSetting, WrongSetting
from core.training.settings import setting, settings
from core.training.sources.source import Options, Source
from core.training.step import Stepper, batch_of
from core.training.store import RunStore
from tests.core.training import runs


@settings
class PairOptions(NetworkOptions):
    """Two readers.

    Attributes:
        width: units of the second.
    """

    width: int = setting(3, low=1, high=9)


@settings
class NoOptions(Options):
    """None."""


def build(config, dataset, options):
    """Two inputs, each with a recurrent layer of its own, and one answer."""
    layers = [
        replace(new_model("gru", features=2, units=(units,), outputs=None, seed=seed).layers[0],
                name=name, returns="last", reads=(of,))
        for name, units, of, seed in (("one/reader", 4, "left", config.seed),
                                      ("other", options.width, "right", config.seed + 1))
    ]  # fmt: skip
    kernel = np.random.default_rng(config.seed).normal(size=(4 + options.width, 1))
    return Model((
        Input("left", width=2), Input("right", width=2), *layers,
        Concatenate("both", reads=(port("one/reader", "last"), port("other", "last"))),
        Dense("answer", kernel.astype(np.float32), np.zeros(1, np.float32), "sigmoid"),
    ))  # fmt: skip


def examples(count, seed):
    random = np.random.default_rng(seed)
    left, right = random.normal(size=(2, count, 5, 2)).astype(np.float32)
    answers = (left.mean(axis=(1, 2)) > right.mean(axis=(1, 2))).astype(np.float32)
    return Part({"left": left, "right": right[:, :3]}, answers[:, None])


@pytest.fixture
def pairs(monkeypatch):
    """An architecture and a source of two inputs, registered."""
    pair = Architecture(
        name="pair",
        description="Two readers.",
        options=PairOptions,
        build=build,
        judge=lambda model, dataset: Judgement({"read": list(model.inputs)}),
    )
    source = Source(
        name="pairs", description="Two series.", citation="", options=NoOptions,
        make=lambda options, given: Dataset(
            name="pairs", train=examples(60, 1), validation=None, test=examples(20, 2),
            vocabulary=None, features=2, outputs=1, loss="binary_crossentropy", readout="last",
            metric="accuracy",
        ),
    )  # fmt: skip
    monkeypatch.setitem(architectures.ARCHITECTURES, "pair", pair)
    monkeypatch.setitem(sources.SOURCES, "pairs", source)
    return pair


def config(**changes) -> RunConfig:
    changed = {"data__source": "pairs", "data__options": {}, "network__architecture": "pair"}
    dropout = {"network__dropout": 0.0, "network__recurrent_dropout": 0.0}
    return runs.config(**changed | dropout | {"fit__epochs": 2, "fit__batch": 16} | changes)


def test_a_network_of_two_inputs_is_trained_tested_and_kept(pairs, tmp_path):
    run = runs.train(RunStore(tmp_path), config(network__options={"width": 2}))
    assert run.status.state == "finished", run.status.error
    assert run.config.network.options == {"width": 2}
    model = run.model()
    assert model.inputs == ("left", "right")
    assert [layer.units for layer in model.layers] == [4, 2]
    assert not np.array_equal(run.model(0).parameters["answer/kernel"],
                              model.parameters["answer/kernel"])  # fmt: skip
    assert run.result["read"] == ["left", "right"]
    right = record(model, examples(20, 2).inputs).outputs > 0.5
    assert run.result["metric"] == pytest.approx(np.mean(right == examples(20, 2).targets))


def test_its_gradients_are_those_of_backprop(pairs):
    dataset = sources.prepare("pairs", {}, seed=0, validation=0.25)
    steps = network.steps_of(config(fit__jit=False), dataset, carries=False)
    model = steps.exported()
    batch = batch_of(dataset.train, np.arange(7), size=16, dataset=dataset)
    loss, _, *norms = steps.train(batch, rate=0.1)
    inputs = {name: array[:7] for name, array in batch.inputs.items()}
    own = backprop(model, record(model, inputs), batch.targets[:7])
    assert loss == pytest.approx(own.loss, rel=1e-5)
    for name, norm in zip(steps.layers, norms, strict=True):
        said = name.replace("one_reader", "one/reader")  # Keras allows no slash
        parts = [g.ravel() for key, g in own.parameters.items() if key.startswith(f"{said}/")]
        assert norm == pytest.approx(np.linalg.norm(np.concatenate(parts)), rel=1e-4), name


def test_what_was_exported_is_restored(pairs):
    dataset = sources.prepare("pairs", {}, seed=0, validation=0.25)
    steps = network.steps_of(config(fit__jit=False), dataset, carries=False)
    before = steps.exported()
    steps.train(batch_of(dataset.train, np.arange(16), size=16, dataset=dataset), rate=0.1)
    assert steps.exported().digest != before.digest
    steps.restore(before)
    assert steps.exported().digest == before.digest


def test_an_architecture_may_learn_in_a_way_of_its_own(pairs, monkeypatch, tmp_path):
    """As two players do: the loop asks for steps, and does not ask how."""
    rates = []

    class Doubled(Stepper):
        def train(self, batch, *, rate):
            rates.append(rate)
            super().train(batch, rate=rate)
            return super().train(batch, rate=rate)

    def steps(config, dataset, options, plain):
        assert options.width == 3
        twin = network.twin_of(plain, config)
        optimizer = network.optimizer_of(config.optimizer)
        return Doubled(twin, optimizer, dataset, jit=False, plain=plain)

    own = replace(pairs, steps=steps)
    monkeypatch.setitem(architectures.ARCHITECTURES, "pair", own)
    run = runs.train(RunStore(tmp_path), config())
    assert run.status.state == "finished", run.status.error
    assert len(rates) == 2 * 3  # 45 examples of 60, by 16


def test_a_chain_refuses_what_has_several_inputs(pairs, tmp_path):
    run = runs.train(RunStore(tmp_path), config(network__architecture="chain"))
    assert run.status.state == "failed"
    assert "left and right" in str(run.status.error)


def test_states_are_not_handed_on_between_several_inputs(pairs):
    dataset = sources.prepare("pairs", {}, seed=0, validation=0.25)
    from core.training.windows import arranged

    with pytest.raises(WrongSetting, match=r"fit\.stateful"):
        arranged(config(fit__stateful=True), dataset)


def test_unknown_names_are_refused(pairs):
    dataset = sources.prepare("pairs", {}, seed=0, validation=0.25)
    with pytest.raises(UnknownName, match="chain, "):
        network.untrained(config(network__architecture="cloud"), dataset)
    with pytest.raises(UnknownSetting, match=r"'network\.options\.depth'"):
        network.untrained(config(network__options={"depth": 2}), dataset)


def test_chains_are_written_as_before_there_was_anything_else():
    chain = runs.config()
    assert "architecture" not in chain.to_json()["network"]
    other = chain.with_settings({"network.architecture": "pair", "network.options.width": 2})
    assert RunConfig.read(other.to_json()) == other
    assert other.network == NetworkSettings(
        **{**vars(chain.network), "architecture": "pair", "options": {"width": 2}}
    )
    assert other.digest != chain.digest
