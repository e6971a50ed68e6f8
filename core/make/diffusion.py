"""Diffusion: noise is added to sequences little by little, and a network learns the way back.

Forward (Ho, Jain & Abbeel 2020, "Denoising diffusion probabilistic models", eq. 4): after step t

    x_t = α_t x_0 + σ_t ε,   ε ~ N(0, 1),   α_t² + σ_t² = 1,   ᾱ_t = α_t²

A `Schedule` says how much of the sequence is left, ᾱ_t. The network reads x_t and how noisy it is,
and answers v = α_t ε − σ_t x_0 (Salimans & Ho 2022), of which sequence and noise follow without a
division by what is left of the sequence, which may be hardly anything:

    x̂_0 = α_t x_t − σ_t v,   ε̂ = σ_t x_t + α_t v

Backward, from step t to any earlier step s (Song, Meng & Ermon 2021, eq. 12 and 16, with η = 1,
which for s = t − 1 is Ho et al.'s own step):

    x_s = α_s x̂_0 + √(σ_s² − β²) ε̂ + β z,   β = (σ_s/σ_t) √(1 − α_t²/α_s²),   z ~ N(0, 1)

What the network is told of the noise is not the number of the step but the angle arctan(σ/α), so
that one network serves every schedule and every number of steps (after Chen et al. 2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.activations import Array
from core.bptt import backprop
from core.engines import record
from core.errors import OutOfRange, UnknownName
from core.gradients import Gradients
from core.make.parts import Parts
from core.model import Model
from core.nodes import Concatenate, Input, RepeatVector
from core.trace import Trace

NOISY, LEVEL = "noisy", "level"
"""Names of what the denoiser reads: the noisy sequence, and how noisy it is."""
WAVES = 4
"""Sines and cosines that the angle is written in."""
MOST_STEPS = 256


@dataclass(frozen=True, eq=False)
class Schedule:
    """How much of a sequence is left after each step: `kept` ᾱ (steps + 1,), from 1 down."""

    name: str
    kept: Array

    @property
    def steps(self) -> int:
        """How many steps of noise."""
        return len(self.kept) - 1

    @property
    def alpha(self) -> Array:
        """What x_0 is multiplied with, (steps + 1,)."""
        return np.sqrt(self.kept)

    @property
    def sigma(self) -> Array:
        """The standard deviation of the noise, (steps + 1,)."""
        return np.sqrt(1 - self.kept)


def _linear(share: Array) -> Array:
    """Ho et al. 2020: β from 0.0001 to 0.02 over 1,000 steps; here in the limit of many steps.

    ᾱ = Π (1 − β_t) → exp(−∫ β), which any number of steps can be taken from.
    """
    return np.exp(-1_000 * (0.0001 * share + (0.02 - 0.0001) * share**2 / 2))


def _cosine(share: Array) -> Array:
    """Nichol & Dhariwal 2021: ᾱ falls as a squared cosine, with an offset s = 0.008 at first."""
    return np.cos((share + 0.008) / 1.008 * np.pi / 2) ** 2 / np.cos(0.008 / 1.008 * np.pi / 2) ** 2


SCHEDULES = {"cosine": _cosine, "linear": _linear}
"""Name of a schedule → ᾱ at a share of the way from the sequence (0) to noise (1)."""
_LEAST = 1e-4
"""Of ᾱ: what is left of a sequence at the end, so that the way back can begin."""


def schedule(name: str, *, steps: int) -> Schedule:
    """The schedule of that name over so many steps. Raises UnknownName and OutOfRange."""
    if name not in SCHEDULES:
        raise UnknownName(kind="schedule", found=name, known=", ".join(SCHEDULES))
    if not 1 <= steps <= MOST_STEPS:
        raise OutOfRange(what="steps", found=steps, expected=f"1 to {MOST_STEPS}")
    kept = SCHEDULES[name](np.linspace(0, 1, steps + 1))
    return Schedule(name, np.clip(kept, _LEAST, 1.0))


def noised(sequences: Array, *, kept: Array, noise: Array) -> Array:
    """x_t of x_0 (count, steps, features), where `kept` ᾱ (count,) is left of each."""
    left = np.asarray(kept)[:, None, None]
    return np.sqrt(left) * sequences + np.sqrt(1 - left) * noise


def wanted(sequences: Array, *, kept: Array, noise: Array) -> Array:
    """What the network should answer then: v = α ε − σ x_0."""
    left = np.asarray(kept)[:, None, None]
    return np.sqrt(left) * noise - np.sqrt(1 - left) * sequences


def level(kept: Array) -> Array:
    """How noisy a sequence is, as the network reads it: (count, 2 · WAVES)."""
    left = np.asarray(kept, np.float64)
    angle = np.arctan2(np.sqrt(1 - left), np.sqrt(left))[:, None] * 2 ** np.arange(WAVES)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


def denoiser(
    *, steps: int, features: int, units: tuple[int, int] = (32, 24), cell: str = "lstm",
    seed: int = 0,
) -> Model:  # fmt: skip
    """An untrained one: a noisy sequence and how noisy it is become v, step by step."""
    parts, told = Parts(cell, seed=seed), 8
    nodes = (
        Input(NOISY, features, steps),
        Input(LEVEL, 2 * WAVES, vector=True),
        parts.dense("told", features=2 * WAVES, outputs=told, activation="tanh", reads=(LEVEL,)),
        RepeatVector("repeat", steps),
        Concatenate("read", reads=(NOISY, "repeat")),
        *parts.pair("first", features=features + told, units=units[0]),
        *parts.pair("second", features=2 * units[0], units=units[1]),
        parts.dense("output", features=2 * units[1], outputs=features),
    )
    return Model(nodes, name="denoiser")


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a denoiser makes of x_t: `clean` x̂_0 and `noise` ε̂, (count, steps, features)."""

    clean: Array
    noise: Array


def estimate(model: Model, noisy: Array, *, kept: float) -> Estimate:
    """What the network takes for sequence and for noise in x_t, of which ᾱ is `kept`."""
    told = level(np.full(len(noisy), kept))
    v = record(model, {NOISY: np.asarray(noisy, model.dtype), LEVEL: told}).outputs
    alpha, sigma = np.sqrt(kept), np.sqrt(1 - kept)
    return Estimate(alpha * noisy - sigma * v, sigma * noisy + alpha * v)


@dataclass(frozen=True, eq=False)
class Moment:
    """The way back at one step: `step` of the schedule, `noisy` x_t, and what was made of it."""

    step: int
    noisy: Array
    clean: Array


def way_back(
    model: Model, noise: Array, *, schedule: Schedule, seed: int, count: int | None = None
) -> Iterator[Moment]:
    """From pure noise (count, steps, features) to sequences, one moment a step, the last at step 0.

    In `count` steps, spread evenly over the schedule's; unless given, in all of them. Raises
    OutOfRange for fewer than 1 or more than there are.
    """
    count = schedule.steps if count is None else count
    if not 1 <= count <= schedule.steps:
        raise OutOfRange(what="count", found=count, expected=f"1 to {schedule.steps}")
    taken = np.unique(np.rint(np.linspace(schedule.steps, 0, count + 1)).astype(int))[::-1]
    random, x = np.random.default_rng(seed), np.asarray(noise, np.float64)
    for now, after in pairwise(taken):
        found = estimate(model, x, kept=float(schedule.kept[now]))
        yield Moment(int(now), x, found.clean)
        x = _stepped(found, schedule, now, after, random=random)
    yield Moment(0, x, x)


def towards_clean(
    model: Model, sequences: Array, *, kept: Array, noise: Array
) -> tuple[Trace, Gradients]:
    """What the network does with noisy sequences, and the way back from its squared error."""
    noisy = noised(sequences, kept=kept, noise=noise).astype(model.dtype)
    trace = record(model, {NOISY: noisy, LEVEL: level(kept)})
    return trace, backprop(model, trace, wanted(sequences, kept=kept, noise=noise))


def _stepped(
    found: Estimate, along: Schedule, now: int, after: int, *, random: np.random.Generator
) -> Array:
    """x_s of x_t. At s = 0 no noise is added: σ_0 is zero."""
    alpha, sigma = along.alpha, along.sigma
    beta = sigma[after] / sigma[now] * np.sqrt(1 - along.kept[now] / along.kept[after])
    fresh = random.standard_normal(found.clean.shape)
    kept = np.sqrt(np.maximum(sigma[after] ** 2 - beta**2, 0))
    return alpha[after] * found.clean + kept * found.noise + beta * fresh
