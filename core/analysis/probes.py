"""Can a feature of the tokens be read out of all units together?

A linear probe: ridge regression from the values of a layer to a feature, learned on half of the
texts and scored on the others. What is counted (position, depth) is scored by R², the share of its
variance that is told; a yes or no by the share of tokens that are told right.

A probe can also learn by heart, so its **control task** stands beside it (Hewitt & Liang 2019):
each different token is given an answer of its own, drawn at random from the feature's, and the same
probe is asked for that. What it gains there is memory of the token, not the feature; the difference
is the probe's selectivity. Where there are few different tokens, that is no great feat. Gains are
shares of what one who knows nothing leaves untold, so that both compare however rare an answer is;
of some draws that one is taken in which answers are as frequent as they are in truth.

Cost: one (units, units) system for all features together. Not chosen: logistic regression, which
gains little where a feature is told at all, and scikit-learn for it, an import of a second for what
is one call to LAPACK.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.activity import Activity
from core.analysis.token_features import Feature, TokenFeatures

Numbers = NDArray[np.float64]
RIDGE = 1e-3
"""What is added to the variance of each direction, as a share of the mean one."""
DRAWS = 20


@dataclass(frozen=True)
class Probe:
    """What a probe of one feature reached on texts that it had not seen.

    Attributes:
        feature: what it was asked for.
        score: R² for what is counted, else the share that it told right.
        chance: the score of one who knows nothing: 0, or the share of the more frequent answer.
        control: the score on answers drawn for each different token; NaN where the drawn ones are
            all the same.
        control_chance: the score by chance on these.
    """

    feature: Feature
    score: float
    chance: float
    control: float
    control_chance: float

    @property
    def gain(self) -> float:
        """The share told of what one who knows nothing leaves untold; below 0 where it misleads."""
        return _gain(self.score, self.chance)

    @property
    def selectivity(self) -> float:
        """The gain beyond that of the control task."""
        return self.gain - _gain(self.control, self.control_chance)


def probes(read: Activity, features: TokenFeatures, *, seed: int = 0) -> tuple[Probe, ...]:
    """One probe for each feature, and its control; () where there is too little to hold out."""
    learns = _half(read, seed)
    if learns.all() or not learns.any() or not features.features:
        return ()
    asked = features.values.astype(np.float64)
    control = _of_each_token(read, asked, np.random.default_rng(seed))
    told = _ridge(read.values, np.concatenate([asked, control], axis=1), learns)
    count = len(features.features)
    return tuple(
        Probe(
            feature,
            _score(told[:, at], asked[~learns, at], feature),
            _chance(asked[~learns, at], feature),
            _score(told[:, count + at], control[~learns, at], feature),
            _chance(control[~learns, at], feature),
        )
        for at, feature in enumerate(features.features)
    )


def _half(read: Activity, seed: int) -> NDArray[np.bool_]:
    """Which tokens the probe learns from: whole texts, or the first half of the only one."""
    count = len(read.texts)
    if count < 2:
        return np.arange(len(read)) < len(read) // 2
    chosen = np.random.default_rng(seed).permutation(count) < count // 2
    return np.asarray(chosen[read.text_of])


def _of_each_token(read: Activity, asked: Numbers, random: np.random.Generator) -> Numbers:
    """An answer for each different token, drawn from each feature's own, (tokens, features)."""
    different, which, counts = np.unique(read.ids, return_inverse=True, return_counts=True)
    columns = np.arange(asked.shape[1])
    places = random.integers(0, len(asked), (DRAWS, len(different), len(columns)))
    drawn = asked[places, columns]
    means = np.einsum("dtf,t->df", drawn, counts / counts.sum())
    nearest = np.abs(means - asked.mean(axis=0)).argmin(axis=0)
    chosen = drawn[nearest, :, columns].T
    return np.asarray(chosen[which])


def _ridge(values: Array, asked: Numbers, learns: NDArray[np.bool_]) -> Numbers:
    """What the probe says at the tokens that are held out, (tokens, asked)."""
    seen = values[learns].astype(np.float64)
    mean, targets = seen.mean(axis=0), asked[learns].mean(axis=0)
    seen -= mean
    square = seen.T @ seen
    size = len(square)
    added = RIDGE * (np.trace(square) / size or 1.0)
    weights = np.linalg.solve(square + added * np.eye(size), seen.T @ (asked[learns] - targets))
    return (values[~learns].astype(np.float64) - mean) @ weights + targets


def _score(told: Numbers, right: Numbers, feature: Feature) -> float:
    if not feature.counts:
        return float(((told > 0.5) == (right > 0.5)).mean())
    around = float(((right - right.mean()) ** 2).sum())
    return 1 - float(((right - told) ** 2).sum()) / around if around > 0 else 0.0


def _gain(score: float, chance: float) -> float:
    return (score - chance) / (1 - chance) if chance < 1 else float("nan")


def _chance(right: Numbers, feature: Feature) -> float:
    return 0.0 if feature.counts else float(max(right.mean(), 1 - right.mean()))
