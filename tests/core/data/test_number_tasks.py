from __future__ import annotations

import numpy as np
import pytest

from core.data import adding, sines


def drawn(task, count=4000, seed=0):
    return task.draw(np.random.default_rng(seed), count)


@pytest.mark.parametrize("length", [adding.SHORTEST, 25, 100])
def test_the_answer_is_the_scaled_sum_of_the_two_marked_numbers(length):
    inputs, targets = drawn(adding.build(length=length))
    assert inputs.shape == (4000, length, 2)
    for (numbers, marks), (target,) in zip(inputs.transpose(0, 2, 1), targets, strict=True):
        first, second = np.flatnonzero(marks == 1)
        assert target == pytest.approx(0.5 + (numbers[first] + numbers[second]) / 4, abs=1e-6)
    assert np.abs(inputs[..., 0]).max() <= 1
    assert (targets >= 0).all()
    assert (targets <= 1).all()


def test_marks_stand_where_the_paper_has_them():
    inputs, _ = drawn(adding.build(length=60))
    marks = inputs[..., 1]
    assert (marks[:, [0, -1]] == -1).all()
    assert ((marks == 1).sum(axis=1) == 2).all()
    assert ((marks != 0).sum(axis=1) == 4).all()
    places = np.array([np.flatnonzero(row == 1) for row in marks])
    assert (places[:, 0] < 10).all()
    assert set(places[:, 1]) == set(range(2, 30))


def test_guessing_a_half_errs_by_what_is_stated():
    _, targets = drawn(adding.TASK, count=40_000)
    assert np.mean((targets - 0.5) ** 2) == pytest.approx(adding.TASK.chance, rel=0.03)
    assert adding.TASK.solved < adding.TASK.chance / 10


@pytest.mark.parametrize("waves", [1, 3])
def test_sines_without_noise_are_sines_and_the_target_is_the_next_value(waves):
    task = sines.build(length=80, waves=waves, noise=0.0, shortest_period=8, longest_period=20)
    inputs, targets = drawn(task, count=300)
    assert np.array_equal(inputs[:, 1:], targets[:, :-1])
    assert inputs.shape == targets.shape == (300, 80, 1)
    # A sum of n sines obeys a linear recurrence of order 2n, whatever its phases are.
    order = 2 * waves
    for row in inputs[:20, :, 0].astype(float):
        past = np.stack([row[at : at + 80 - order] for at in range(order)], axis=1)
        _, residue, *_ = np.linalg.lstsq(past, row[order:], rcond=None)
        assert residue.sum() < 1e-6


def test_nobody_knows_the_noise_and_guessing_nought_errs_by_what_is_stated():
    task = sines.build(length=50, waves=2, noise=0.3)
    _, targets = drawn(task, count=20_000)
    assert np.mean(targets**2) == pytest.approx(task.chance, rel=0.03)
    _, clean = drawn(sines.build(length=50, waves=2, noise=0.0), count=20_000)
    assert np.mean((targets - clean) ** 2) == pytest.approx(task.solved, rel=0.05)


def test_periods_lie_within_their_bounds():
    inputs, _ = drawn(sines.build(length=200, noise=0.0, shortest_period=10, longest_period=12))
    rising = (inputs[:, :-1, 0] < 0) & (inputs[:, 1:, 0] >= 0)
    periods = [np.diff(np.flatnonzero(row)).mean() for row in rising]
    assert 9.5 < min(periods) < 10.5
    assert 11.5 < max(periods) < 12.5


@pytest.mark.parametrize("task", [adding.TASK, sines.TASK], ids=lambda task: task.name)
def test_the_same_seed_gives_the_same_numbers_and_another_gives_others(task):
    once, again, other = (drawn(task, count=5, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(once[0], again[0])
    assert np.array_equal(once[1], again[1])
    assert not np.intersect1d(once[0][..., 0], other[0][..., 0]).size
