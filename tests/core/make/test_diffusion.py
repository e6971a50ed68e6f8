"""Diffusion: schedules, noising step by step against at once, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.errors import OutOfRange, UnknownName
from core.make import diffusion
from tests.core.make.models import drawn

every_schedule = pytest.mark.parametrize("name", diffusion.SCHEDULES)


@pytest.fixture(scope="module")
def model():
    made = diffusion.denoiser(steps=4, features=2, units=(3, 4), seed=1)
    return drawn(made, seed=0)


@every_schedule
def test_noise_only_grows(name):
    found = diffusion.schedule(name, steps=20)
    assert found.steps == 20
    assert found.kept[0] == 1
    assert found.kept[-1] < 0.001
    assert (np.diff(found.kept) < 0).all()
    np.testing.assert_allclose(found.alpha**2 + found.sigma**2, 1)


def test_the_linear_schedule_is_that_of_ho_et_al():
    """β from 0.0001 to 0.02 over 1,000 steps, multiplied out, at every tenth of the way."""
    exact = np.cumprod(1 - np.linspace(1e-4, 0.02, 1_000))[99::100]
    own = diffusion.SCHEDULES["linear"](np.arange(1, 11) / 10)
    np.testing.assert_allclose(own, exact, rtol=0.06, atol=1e-5)


def test_the_cosine_schedule_is_that_of_nichol_and_dhariwal():
    t = np.arange(11) / 10
    f = np.cos((t + 0.008) / 1.008 * np.pi / 2) ** 2
    found = diffusion.schedule("cosine", steps=10).kept
    np.testing.assert_allclose(found[:-1], (f / f[0])[:-1])


@every_schedule
def test_noise_added_step_by_step_is_noise_added_at_once(name):
    """x_t = √(1 − β_t) x_{t−1} + √β_t ε (Ho et al. eq. 2) has the mean and spread of eq. 4."""
    found = diffusion.schedule(name, steps=12)
    random = np.random.default_rng(0)
    clean = np.full((20_000, 1, 1), 1.7)
    x = clean
    for t in range(1, 9):
        left = found.kept[t] / found.kept[t - 1]
        x = np.sqrt(left) * x + np.sqrt(1 - left) * random.standard_normal(x.shape)
    once = diffusion.noised(
        clean, kept=np.full(len(clean), found.kept[8]), noise=random.standard_normal(x.shape)
    )
    assert x.mean() == pytest.approx(found.alpha[8] * 1.7, abs=0.03)
    assert once.mean() == pytest.approx(x.mean(), abs=0.03)
    assert once.std() == pytest.approx(found.sigma[8], rel=0.03)
    assert x.std() == pytest.approx(once.std(), rel=0.03)


def test_sequence_and_noise_follow_from_what_the_network_should_answer(model, monkeypatch):
    random = np.random.default_rng(1)
    clean, noise = random.normal(size=(2, 3, 4, 2))
    kept = np.full(3, 0.3)
    noisy = diffusion.noised(clean, kept=kept, noise=noise)
    v = diffusion.wanted(clean, kept=kept, noise=noise)
    read = {}

    class Answer:
        outputs = v

    def answer(model, inputs):
        read.update(inputs)
        return Answer

    monkeypatch.setattr(diffusion, "record", answer)
    found = diffusion.estimate(model, noisy, kept=0.3)
    np.testing.assert_allclose(found.clean, clean, atol=1e-12)
    np.testing.assert_allclose(found.noise, noise, atol=1e-12)
    np.testing.assert_allclose(read[diffusion.NOISY], noisy, rtol=1e-6)
    angle = np.arccos(np.sqrt(0.3))
    np.testing.assert_allclose(read[diffusion.LEVEL][0, :2], np.sin([angle, 2 * angle]), rtol=1e-6)


def test_a_step_back_is_the_posterior_of_ho_et_al():
    """Mean and variance of q(x_{t−1} | x_t, x_0), their eq. 6 and 7, from many steps."""
    found = diffusion.schedule("cosine", steps=10)
    now, after, count = 6, 5, 200_000
    clean, noisy = 0.8, -0.4
    noise = (noisy - found.alpha[now] * clean) / found.sigma[now]
    known = diffusion.Estimate(np.full((count, 1, 1), clean), np.full((count, 1, 1), noise))
    x = diffusion._stepped(known, found, now, after, random=np.random.default_rng(0))
    kept, before = found.kept[now], found.kept[after]
    beta = 1 - kept / before
    mean = np.sqrt(before) * beta / (1 - kept) * clean
    mean += np.sqrt(1 - beta) * (1 - before) / (1 - kept) * noisy
    assert x.mean() == pytest.approx(mean, abs=4e-3)
    assert x.var() == pytest.approx((1 - before) / (1 - kept) * beta, rel=0.02)


def test_who_knows_the_sequence_comes_back_to_it(model, monkeypatch):
    """From noise, in any number of steps, if the guess at every step is right."""
    clean = np.random.default_rng(0).normal(size=(2, 4, 2))

    def known(model, noisy, *, kept):
        noise = (noisy - np.sqrt(kept) * clean) / np.sqrt(1 - kept)
        return diffusion.Estimate(clean, noise)

    monkeypatch.setattr(diffusion, "estimate", known)
    along = diffusion.schedule("linear", steps=16)
    noise = np.random.default_rng(1).normal(size=clean.shape)
    for count, taken in ((16, 17), (5, 6), (1, 2)):
        moments = list(diffusion.way_back(model, noise, schedule=along, seed=0, count=count))
        assert len(moments) == taken
        assert [moments[0].step, moments[-1].step] == [16, 0]
        np.testing.assert_allclose(moments[-1].noisy, clean, atol=1e-12)


def test_the_way_back_is_decided_by_its_seed(model):
    along = diffusion.schedule("cosine", steps=6)
    noise = np.random.default_rng(1).normal(size=(2, 4, 2))
    one, same, other = (
        list(diffusion.way_back(model, noise, schedule=along, seed=seed))[-1].noisy
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_its_gradient_is_that_of_its_error(model):
    exact = model.astype(np.float64)
    random = np.random.default_rng(3)
    clean, noise = random.normal(size=(2, 2, 4, 2))
    given = {"kept": np.array([0.9, 0.2]), "noise": noise}
    _, found = diffusion.towards_clean(exact, clean, **given)
    name, step = "told/kernel", 1e-5

    def loss(change):
        weight = exact.parameters[name].copy()
        weight[1, 1] += change
        return diffusion.towards_clean(exact.with_parameters({name: weight}), clean, **given)[
            1
        ].loss

    slope = (loss(step) - loss(-step)) / (2 * step)
    assert found.parameters[name][1, 1] == pytest.approx(slope, rel=1e-4)


def test_the_network_is_told_how_noisy_it_is(model):
    noisy = np.random.default_rng(0).normal(size=(1, 4, 2)).astype(np.float32)
    outputs = [
        core.record(model, {"noisy": noisy, "level": diffusion.level(np.array([kept]))}).outputs
        for kept in (0.9, 0.1)
    ]
    assert np.abs(outputs[0] - outputs[1]).max() > 1e-3


def test_what_cannot_be_asked_is_told(model):
    with pytest.raises(UnknownName, match="cosine, linear"):
        diffusion.schedule("square", steps=4)
    for steps in (0, 257):
        with pytest.raises(OutOfRange, match="1 to 256"):
            diffusion.schedule("linear", steps=steps)
    along = diffusion.schedule("linear", steps=4)
    with pytest.raises(OutOfRange, match="1 to 4"):
        next(diffusion.way_back(model, np.zeros((1, 4, 2)), schedule=along, seed=0, count=5))
