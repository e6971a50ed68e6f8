"""Networks that learn to make sequences: each through the one trainer, and as `core.make` says."""

from __future__ import annotations

import numpy as np
import pytest

from core import backprop, record
from core.errors import CoreError
from core.make import adversarial, diffusion
from core.make.linear import error
from core.make.shipped import cards
from core.training import network, sources
from core.training.makers import PRESETS
from core.training.step import batch_of
from core.training.store import RunStore
from tests.core.training import runs

OPTIONS = {
    "autoencoder": {"code": 3},
    "adversarial": {"noise": 4, "critic": 3},
    "diffusion": {"second": 3},
}
every_maker = pytest.mark.parametrize("maker", OPTIONS)


def config(maker, *, of="waves", **changes):
    settings = {
        "data__source": of,
        "data__options": {"train_examples": 40, "test_examples": 20},
        "network__architecture": maker,
        "network__options": OPTIONS.get(maker, {}),
        "network__cell": "simple_rnn",
        "network__units": (4,),
        "network__dropout": 0.0,
        "network__recurrent_dropout": 0.0,
        "fit__epochs": 2,
        "fit__batch": 16,
        "fit__jit": False,
        "probes": (),
    }
    return runs.config(**settings | changes)


def steps_of(maker, **changes):
    """Ready to learn, as plain functions: to compile them takes longer than to run them."""
    chosen = config(maker, **changes)
    dataset = sources.prepare(chosen.data.source, chosen.data.options, seed=0, validation=0.25)
    steps = network.steps_of(chosen, dataset, carries=False)
    return steps, dataset, batch_of(dataset.train, np.arange(16), size=16, dataset=dataset)


@every_maker
def test_a_run_is_trained_watched_and_kept(maker, tmp_path):
    run = runs.train(RunStore(tmp_path), config(maker))
    assert run.status.state == "finished", run.status.error
    assert run.model_epochs == (0, 1, 2)
    first, last = run.model(0), run.model()
    assert first.parameters.keys() == last.parameters.keys()
    changed = [not np.array_equal(first.parameters[n], a) for n, a in last.parameters.items()]
    assert all(changed)
    names = {layer.name for layer in last.layers}
    assert {layer["name"] for layer in run.looks[-1]["layers"]} == names
    assert np.isfinite(run.result["loss"])


@every_maker
def test_what_is_drawn_follows_from_the_seed_and_the_step_and_can_be_restored(maker):
    steps, _, batch = steps_of(maker)
    before = steps.exported()
    fresh = {n: [np.asarray(v).copy() for v in each] for n, each in steps.variables.items()}
    once = [steps.train(batch, rate=0.01) for _ in range(2)]
    assert int(steps.steps) == 2
    losses = [steps.evaluate([batch])[0] for _ in range(2)]
    assert losses[0] == pytest.approx(losses[1])
    assert steps.exported().digest != before.digest
    steps.restore(before)
    assert steps.exported().digest == before.digest
    for name, variables in steps.variables.items():  # as a resumed run sets them
        for variable, value in zip(variables, fresh[name], strict=True):
            variable.assign(value)
    again = [steps.train(batch, rate=0.01) for _ in range(2)]
    np.testing.assert_allclose(once, again, rtol=1e-5)
    assert not np.allclose(once[0], once[1])


def test_an_autoencoder_follows_its_error():
    steps, dataset, batch = steps_of("autoencoder", optimizer__name="sgd", optimizer__clip=None)
    model = steps.exported()
    loss, _, norm = steps.train(batch, rate=0.1)
    sequences = dataset.train.targets[:16]
    found = backprop(model, record(model, sequences), sequences)
    assert loss == pytest.approx(error(sequences, record(model, sequences).outputs), rel=1e-5)
    whole = np.concatenate([g.ravel() for g in found.parameters.values()])
    assert norm == pytest.approx(np.linalg.norm(whole), rel=1e-4)
    after = steps.exported()
    for name, gradient in found.parameters.items():
        moved = model.parameters[name] - 0.1 * gradient
        np.testing.assert_allclose(after.parameters[name], moved, atol=1e-6, err_msg=name)


def test_a_denoising_autoencoder_reads_noise_and_is_asked_for_the_sequence():
    steps, _, batch = steps_of("autoencoder", network__options={"code": 3, "noise": 0.5})
    _, _, (noisy,) = steps.evaluate([batch])
    clean = record(steps.exported(), batch.targets).outputs
    assert np.abs(noisy - clean).max() > 1e-3
    loss, _, _ = steps.evaluate([batch])
    assert loss == pytest.approx(error(batch.targets, noisy), rel=1e-4)


def test_the_critic_loses_what_core_says():
    steps, _, batch = steps_of("adversarial")
    both = steps.exported()
    loss, _, outputs = steps.evaluate([batch])
    _, critic = adversarial.players(both)
    real, made = (record(critic, each).outputs for each in (batch.targets, outputs[0]))
    apart = np.logaddexp(0, made - real).mean()  # pair by pair
    assert loss == pytest.approx(float(apart), rel=1e-4)
    assert outputs[0].std(axis=0).max() > 0, "of other noise another sequence"


def test_a_steep_critic_pays():
    """With a heavy penalty its slope falls; without one it does not."""

    def steepness(penalty):
        options = {"noise": 4, "critic": 3, "penalty": penalty}
        steps, dataset, batch = steps_of("adversarial", network__options=options)
        for _ in range(30):
            steps.train(batch, rate=0.02)
        _, critic = adversarial.players(steps.exported())
        return adversarial.look(critic, dataset.test.targets).strength.mean()

    assert steepness(50.0) < 0.5 * steepness(0.0)


def test_the_denoiser_learns_what_core_asks_for():
    """The loss of a step is that of `core.make.diffusion` at the levels that were drawn."""
    steps, dataset, batch = steps_of("diffusion")
    model = steps.exported()
    _, _, (answers,) = steps.evaluate([batch])
    assert answers.shape == batch.targets.shape
    kept = np.cos(np.pi / 2 * (np.arange(16) + 0.5) / 16) ** 2
    random = np.random.default_rng(0)
    expected = np.mean(
        [
            diffusion.towards_clean(
                model, dataset.train.targets[:16], kept=kept,
                noise=random.standard_normal(batch.targets.shape),
            )[1].loss
            for _ in range(40)
        ]
    )  # fmt: skip
    assert steps.evaluate([batch])[0] == pytest.approx(float(expected), rel=0.1)


def test_only_sequences_of_numbers_are_made(tmp_path):
    run = runs.train(
        RunStore(tmp_path),
        config("autoencoder", of="latch", data__options={"train_examples": 40}),
    )
    assert run.status.state == "failed"
    assert "network.architecture" in str(run.status.error)


def test_the_sources_are_the_sets_and_ask_for_what_is_read():
    for name in ("strokes", "waves", "melodies"):
        made = sources.prepare(
            name, {"train_examples": 40, "test_examples": 10}, seed=1, validation=0.25
        )
        assert made.train.targets is made.train.inputs or np.array_equal(
            made.train.targets, made.train.inputs
        )
        other = sources.prepare(
            name, {"train_examples": 40, "test_examples": 10}, seed=2, validation=0.25
        )
        np.testing.assert_array_equal(made.test.targets, other.test.targets)
        assert not np.array_equal(made.train.targets, other.train.targets)
        assert made.chance > 0


def test_wrong_options_are_refused():
    with pytest.raises(CoreError, match=r"network\.options\.code"):
        steps_of("autoencoder", network__options={"code": 0})


def test_what_ships_is_what_is_made_again_and_as_its_card_says():
    found = {card["id"]: card for card in cards()}
    assert found.keys() == PRESETS.keys()
    for identifier, preset in PRESETS.items():
        card, training = found[identifier], found[identifier]["training"]
        assert (card["makes"], card["cell"]) == (preset.data.source, preset.network.cell)
        assert training["epochs"] == preset.fit.epochs, identifier
        assert training["learning_rate"] == preset.optimizer.learning_rate, identifier
        for name, value in preset.network.options.items():
            assert training[name] == value, (identifier, name)
