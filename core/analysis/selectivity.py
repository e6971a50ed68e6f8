"""Which unit follows which feature of the tokens, and has it earned that name?

A unit follows a feature as far as the two are correlated. Among many units and features some are
always found, so a name has to pass two controls, each a p-value:

- **Shuffled labels**: each text is laid over by the features of another one, begun at a place drawn
  at random. That keeps how features run on from token to token, which shuffling tokens one by one
  would not, and with it how much two slow series agree by chance.
- **Scrambled weights**: the same network with its matrices turned at random reads the same texts. A
  network that has learned nothing echoes its last tokens too, and with many tokens any echo is
  beyond chance; a name is for what training has made (Adebayo et al. 2018 for attributions; the
  random networks of Zhang & Bowman 2018 for probes).

Both take Fisher's z of the correlations, and Student's t with the degrees of freedom of what was
drawn: units of one network share its embedding, so that a network counts as one. Of the larger of
the two p-values, the false discovery rate over all units and features is held by Benjamini &
Hochberg 1995. A 'quote neuron' (Karpathy, Johnson & Fei-Fei 2015) is one if it is left.

Cost: one product of matrices for each shuffle, one run of at most 10,000 tokens for each network.
Not chosen: counting shuffles beyond the one seen, which needs tens of thousands of them to pass a
correction over a thousand tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.activations import Array
from core.analysis.activity import Activity, read_again
from core.analysis.token_features import Feature, TokenFeatures
from core.errors import StatesOverflow
from core.model import Model
from core.scale import Scale

Numbers = NDArray[np.float64]
RATE = 0.05
SHUFFLES, NETWORKS = 60, 10
SHUFFLED_TOKENS, NETWORK_TOKENS = 50_000, 10_000
"""Tokens that a control is taken on: fewer make it wider, never narrower."""
_LARGEST, _ROWS = 512, 16_384
_NEAREST = 1 - 1e-7
"""Correlations so near to 1 count as this much, since z has no end."""


@dataclass(frozen=True, eq=False)
class Selectivity:
    """How far each unit follows each feature, arrays (units, features).

    Attributes:
        features: what the columns are.
        correlation: −1 to 1; 0 for a unit that never moves.
        against_labels: the p-value against shuffled labels.
        against_weights: the p-value against scrambled weights.
        adjusted: the larger of the two, adjusted for the false discovery rate.
        by_chance: (features,), the largest correlation of any unit on scrambled weights.
        rate: the share of names that may be wrong.
    """

    features: tuple[Feature, ...]
    correlation: Numbers
    against_labels: Numbers
    against_weights: Numbers
    adjusted: Numbers
    by_chance: Numbers
    rate: float

    @property
    def earned(self) -> NDArray[np.bool_]:
        """Which units have earned the name of which feature."""
        return self.adjusted <= self.rate

    def names(self, unit: int) -> tuple[int, ...]:
        """The features whose name a unit has earned, by their places, the strongest first."""
        order = np.argsort(-np.abs(self.correlation[unit]), kind="stable")
        return tuple(int(at) for at in order if self.earned[unit, at])

    def strongest(self, unit: int) -> int | None:
        """The feature that a unit follows most, earned or not; None where there are none."""
        return int(np.abs(self.correlation[unit]).argmax()) if self.features else None


def selectivity(
    model: Model,
    read: Activity,
    features: TokenFeatures,
    *,
    rate: float = RATE,
    shuffles: int = SHUFFLES,
    networks: int = NETWORKS,
    seed: int = 0,
    by: Scale | None = None,
) -> Selectivity:
    """How far the units of what was read follow its features, and which have earned a name.

    `model` is the one that read: its weights are scrambled for the second control, and `by` read
    with those, as in `core.analysis.activity`.
    """
    random = np.random.default_rng(seed)
    found = correlations(read.values, features.values)
    count = (read.units, len(features.features))
    if not features.features:
        nothing = np.zeros(count)
        return Selectivity((), found, nothing, nothing, nothing, np.zeros(0), rate)
    against_labels = _beside(_fisher(found), _of_shuffled_labels(read, features, shuffles, random))
    of_networks = _of_scrambled_weights(model, read, features, networks, random, by=by)
    # No unit of a network is like another: around 0, all of one feature together.
    wide = np.sqrt((_fisher(of_networks) ** 2).mean(axis=(0, 1))) if len(of_networks) else None
    against_weights = np.ones(count)
    if wide is not None and len(of_networks) > 1:
        against_weights = _two_sided(_fisher(found), wide, freedom=len(of_networks) - 1)
    larger = np.maximum(against_labels, against_weights)
    adjusted = stats.false_discovery_control(larger.ravel()).reshape(count)
    by_chance = (
        np.abs(of_networks).max(axis=(0, 1)) if len(of_networks) else np.full(count[1], np.nan)
    )
    return Selectivity(
        features.features, found, against_labels, against_weights, adjusted, by_chance, rate
    )


def correlations(values: Array, columns: Array) -> Numbers:
    """Pearson's, (units, features), of (tokens, units) and (tokens, features); 0 of a constant."""
    standard, beside = _standard(values), _standard(columns)
    product = np.zeros((values.shape[1], columns.shape[1]))
    for start in range(0, len(values), _ROWS):  # in float64, without a copy of all
        part = slice(start, start + _ROWS)
        product += standard[part].T.astype(np.float64) @ beside[part]
    return np.clip(product / max(len(values), 1), -1, 1)


def scrambled(model: Model, random: np.random.Generator) -> Model:
    """The model with each of its matrices turned at random on both sides, and vectors shuffled.

    That keeps the singular values, and so how long the network echoes what it has read: one with
    an orthogonal recurrent kernel has another such. Of tables and what is as large, rows change
    places.
    """
    return model.with_parameters(
        {name: _scrambled(array, random) for name, array in model.parameters.items()}
    )


def _scrambled(array: Array, random: np.random.Generator) -> Array:
    if array.ndim != 2 or max(array.shape) > _LARGEST:
        return random.permutation(array)
    left, right = (_turn(side, random) for side in array.shape)
    return np.asarray((left @ array @ right).astype(array.dtype))


def _turn(size: int, random: np.random.Generator) -> Numbers:
    """An orthogonal matrix, each as likely as another (Mezzadri 2007)."""
    q, r = np.linalg.qr(random.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diag(r)))


def _standard(values: Array) -> Array:
    """Each column about its mean, in units of its deviation; what does not vary is 0."""
    mean = values.mean(axis=0, dtype=np.float64)
    deviation = values.std(axis=0, dtype=np.float64)
    moves = deviation > 1e-7 * np.maximum(np.abs(mean), 1e-30)
    scale = np.divide(1, deviation, out=np.zeros_like(deviation), where=moves)
    return np.asarray((values - mean.astype(np.float32)) * scale.astype(np.float32))


def _fisher(correlation: Numbers) -> Numbers:
    return np.arctanh(np.clip(correlation, -_NEAREST, _NEAREST))


def _of_shuffled_labels(
    read: Activity, features: TokenFeatures, shuffles: int, random: np.random.Generator
) -> Numbers:
    """Correlations with features of other texts, (shuffles, units, features)."""
    texts = read.texts_within(SHUFFLED_TOKENS)
    starts, lengths = read.starts[: texts + 1], read.lengths[:texts]
    values, columns = _standard(read.values[: starts[-1]]), features.values[: starts[-1]]
    steps, owner = read.steps[: starts[-1]], read.text_of[: starts[-1]]
    found = []
    for _ in range(shuffles):
        other = random.permutation(texts)
        begins = random.integers(0, lengths[other])
        at = starts[other][owner] + (begins[owner] + steps) % lengths[other][owner]
        product = values.T @ _standard(columns[at])
        found.append(np.clip(product.astype(np.float64) / len(values), -1, 1))
    return np.stack(found)


def _of_scrambled_weights(
    model: Model,
    read: Activity,
    features: TokenFeatures,
    networks: int,
    random: np.random.Generator,
    *,
    by: Scale | None,
) -> Numbers:
    """Correlations of networks that know nothing, (networks, units, features)."""
    texts, found = read.texts_within(NETWORK_TOKENS), []
    columns = features.values[: read.starts[texts]]
    for _ in range(networks):
        try:
            again = read_again(scrambled(model, random), read, texts=texts, by=by)
        except StatesOverflow:  # unbounded units on other weights: no network to compare with
            continue
        found.append(correlations(again.values, columns))
    shape = (0, read.units, len(features.features))
    return np.stack(found) if found else np.zeros(shape)


def _beside(found: Numbers, drawn: Numbers) -> Numbers:
    """p-values of z beside what shuffled labels gave, each unit and feature for itself."""
    z = _fisher(drawn)
    return _two_sided(found - z.mean(axis=0), z.std(axis=0, ddof=1), freedom=len(z) - 1)


def _two_sided(z: Numbers, deviation: Numbers, *, freedom: int) -> Numbers:
    """Student's t; 1 where nothing varies by chance, so that there is nothing to compare with."""
    score = np.divide(z, deviation, out=np.zeros_like(z), where=deviation > 0)
    return np.asarray(2 * stats.t.sf(np.abs(score), freedom))
