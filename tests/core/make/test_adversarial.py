"""Two players: composed and parted, what the critic looks at, and the way between two noises."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.make import adversarial
from tests.core.make.models import drawn


@pytest.fixture(scope="module")
def players():
    sizes = {"steps": 5, "features": 2}
    generator = adversarial.generator(**sizes, noise=3, units=4, seed=1)
    critic = adversarial.critic(**sizes, units=4, seed=1)
    return tuple(
        drawn(each, seed=k).astype(np.float64) for k, each in enumerate((generator, critic))
    )


@pytest.fixture(scope="module")
def noise():
    return adversarial.noise(6, width=3, seed=2).astype(np.float64)


def test_composed_they_do_what_they_do_one_after_the_other(players, noise):
    both = adversarial.composed(*players)
    trace = core.record(both, noise)
    made = core.record(players[0], noise).outputs
    np.testing.assert_array_equal(trace.outputs, made)
    verdicts = core.record(players[1], made).outputs
    np.testing.assert_array_equal(trace.outputs_by_port[adversarial.VERDICT].values, verdicts)
    assert both.parameter_count == sum(each.parameter_count for each in players)


def test_parted_they_are_what_they_were(players, noise):
    generator, critic = adversarial.players(adversarial.composed(*players))
    made = core.record(generator, noise).outputs
    np.testing.assert_array_equal(made, core.record(players[0], noise).outputs)
    np.testing.assert_array_equal(
        core.record(critic, made).outputs, core.record(players[1], made).outputs
    )
    for one, other in zip((generator, critic), players, strict=True):
        assert dict(one.parameters).keys() == dict(other.parameters).keys()


def test_a_composed_model_is_saved_and_read_again(players, noise, tmp_path):
    both = adversarial.composed(*players)
    both.save(tmp_path / "players.npz")
    again = adversarial.players(core.Model.load(tmp_path / "players.npz"))
    np.testing.assert_array_equal(
        core.record(again[0], noise).outputs, core.record(players[0], noise).outputs
    )


def test_the_critic_s_slope_is_that_of_its_verdict(players, noise):
    """Against central differences, at every step and feature of one sequence."""
    critic = players[1]
    made = core.record(players[0], noise).outputs
    seen = adversarial.look(critic, made)
    np.testing.assert_allclose(seen.scores.mean(axis=1), seen.verdicts, atol=1e-12)
    step = 1e-6
    for place in np.ndindex(made.shape[1:]):
        ends = []
        for sign in (1, -1):
            moved = made[:1].copy()
            moved[(0, *place)] += sign * step
            ends.append(core.record(critic, moved).outputs[0, 0])
        slope = (ends[0] - ends[1]) / (2 * step)
        assert seen.slopes[(0, *place)] == pytest.approx(slope, rel=1e-5, abs=1e-9)
    np.testing.assert_allclose(seen.strength[0], np.sqrt((seen.slopes[0] ** 2).sum(axis=1)))


def test_the_generator_s_gradient_goes_through_the_critic(players, noise):
    both = adversarial.composed(*players)
    trace, found = adversarial.towards_real(both, noise)
    name, step = "generator/input/kernel", 1e-6

    def loss(change):
        weight = both.parameters[name].copy()
        weight[0, 1] += change
        moved = core.record(both.with_parameters({name: weight}), noise)
        return -0.5 * moved.outputs_by_port[adversarial.VERDICT].values.mean()

    assert found.loss == pytest.approx(loss(0.0))
    slope = (loss(step) - loss(-step)) / (2 * step)
    assert found.parameters[name][0, 1] == pytest.approx(slope, rel=1e-5)
    assert len(trace.layers) == 3


def test_losses_of_a_guess_of_a_sure_critic_and_of_a_fooled_one():
    alike = np.zeros((4, 1))
    assert adversarial.losses(real=alike, made=alike) == pytest.approx((np.log(2), np.log(2)))
    critic, generator = adversarial.losses(real=alike + 5, made=alike - 5)
    assert critic == pytest.approx(np.log1p(np.exp(-10)))
    assert generator == pytest.approx(np.log1p(np.exp(10)))
    pairs = adversarial.losses(real=np.array([[1.0], [2.0]]), made=np.array([[0.0]]))
    assert pairs[0] == pytest.approx(np.mean([np.log1p(np.exp(-1)), np.log1p(np.exp(-2))]))


def test_the_way_between_two_noises_keeps_their_length():
    one, other = np.array([3.0, 0, 0, 0]), np.array([0, 3.0, 0, 0])
    way = adversarial.between(np.stack([one, other]), count=5)
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 3, rtol=1e-6)
    np.testing.assert_allclose(way[[0, -1]], [one, other], atol=1e-6)
    turns = np.diff(np.arctan2(way[:, 1], way[:, 0]))
    np.testing.assert_allclose(turns, np.pi / 8, rtol=1e-5)
    straight = adversarial.between(np.stack([one, 2 * one]), count=3)
    np.testing.assert_allclose(straight[1], 1.5 * one)
