"""Two players: a generator makes sequences of noise, a critic tells them from real ones.

Goodfellow et al. 2014, in the form of Huang et al. 2024 ("The GAN is dead; long live the GAN!"), in
which a made sequence is held against a real one (Jolicoeur-Martineau 2019). The critic D gives a
score at every step (a recurrent layer in both directions and a dense one), and their mean is its
verdict; with softplus(u) = log(1 + eᵘ) the two lose

    critic      E[softplus(D(G(z)) − D(x))] + γ/2 E[‖∇D(x)‖² + ‖∇D(G(z))‖²]
    generator   E[softplus(D(x) − D(G(z)))]

At log 2 = 0.693 neither can do better than guess. The penalty on the critic's slope (Mescheder,
Geiger & Nowozin 2018) is what lets the two settle; it is estimated by what a small random step u
does, E[((D(x + εu) − D(x))/ε)²] = ‖∇D(x)‖² for u ~ N(0, 1) and small ε, because derivatives of
derivatives through time cost thrice as much. Two players are two models; composed, they are one,
whose gradient at the noise and at the sequence is that of any model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.activations import Array
from core.bptt import backprop_from
from core.engines import record
from core.gradients import Gradients
from core.losses import Loss
from core.make.parts import Parts
from core.model import Model
from core.nodes import GlobalAveragePooling, Input, Node, RepeatVector
from core.trace import Trace

NOISE, SEQUENCE, MADE, SCORES, VERDICT = "noise", "sequence", "made", "scores", "verdict"
"""Names of what the generator reads, the critic reads, the generator makes, the critic says."""


def generator(
    *, steps: int, features: int, noise: int = 8, units: int = 40, cell: str = "lstm", seed: int = 0
) -> Model:
    """An untrained one: a vector of noise becomes a sequence."""
    parts = Parts(cell, seed=2 * seed)
    nodes = (
        Input(NOISE, noise, vector=True),
        RepeatVector("repeat", steps),
        parts.layer("generator", features=noise, units=units),
        parts.dense(MADE, features=units, outputs=features),
    )
    return Model(nodes, name="generator")


def critic(
    *, steps: int, features: int, units: int = 32, cell: str = "lstm", seed: int = 0
) -> Model:
    """An untrained one: a sequence becomes a score at every step, and their mean."""
    parts = Parts(cell, seed=2 * seed + 1)
    nodes = (
        Input(SEQUENCE, features, steps),
        *parts.pair("critic", features=features, units=units),
        parts.dense(SCORES, features=2 * units, outputs=1),
        GlobalAveragePooling(VERDICT),
    )
    return Model(nodes, name="critic")


def composed(generator: Model, critic: Model) -> Model:
    """Both as one model: it gives the sequence, and what the critic says of it."""
    reads = {SEQUENCE: MADE}

    def rewired(node: Node, before: Node) -> Node:
        # A node that names nothing reads what stands before it, which here is the Input left out.
        read = node.reads or ((before.name,) if before.name in reads else ())
        return replace(node, reads=tuple(reads.get(name, name) for name in read))

    after = zip(critic.nodes[1:], critic.nodes, strict=False)
    nodes = (*generator.nodes, *(rewired(node, before) for node, before in after))
    return Model(nodes, name="players", gives=(MADE, VERDICT), card=generator.card)


def players(both: Model) -> tuple[Model, Model]:
    """The generator and the critic that a model was composed of."""
    at = list(both.by_name).index(MADE) + 1
    made = both.by_name[MADE]
    features = both.wiring.specs[MADE].features
    first = Input(SEQUENCE, features, both.wiring.specs[MADE].length)
    rest = (
        replace(node, reads=tuple(SEQUENCE if name == made.name else name for name in node.reads))
        for node in both.nodes[at:]
    )
    return (
        replace(both, nodes=both.nodes[:at], gives=(), name="generator"),
        replace(both, nodes=(first, *rest), gives=(), name="critic"),
    )


def noise(count: int, *, width: int, seed: int) -> Array:
    """So many vectors of standard normal noise, (count, width)."""
    return np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)


def between(noises: Array, *, count: int) -> Array:
    """So many vectors on the way from one vector of noise to another (2, width), both included.

    Along a great circle (Shoemake 1985), not straight: in the middle of a straight way lies noise
    that is shorter than any that the generator was trained on (White 2016).
    """
    one, other = np.asarray(noises, np.float64)
    lengths = np.linalg.norm(one), np.linalg.norm(other)
    cosine = np.clip(one @ other / (lengths[0] * lengths[1]), -1, 1)
    angle = np.arccos(cosine)
    share = np.linspace(0, 1, count)[:, None]
    if np.sin(angle) < 1e-6:
        return ((1 - share) * one + share * other).astype(np.float32)
    way = (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
    return way.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Look:
    """What a critic makes of sequences.

    `verdicts` (count,), the logit of "real"; `scores` (count, steps), whose mean that is; `slopes`
    (count, steps, features) = ∂verdict/∂sequence: where, and which way, a change would convince it.
    """

    verdicts: Array
    scores: Array
    slopes: Array

    @property
    def strength(self) -> Array:
        """How much each step of a sequence matters to its verdict, (count, steps): ‖slope‖."""
        return np.linalg.norm(self.slopes, axis=-1)


def look(critic: Model, sequences: Array) -> Look:
    """What the critic says of sequences (count, steps, features), and what it looks at."""
    trace = record(critic, np.asarray(sequences, critic.dtype))
    ones = Loss("verdict", float(trace.outputs.sum()), np.ones_like(trace.outputs))
    slopes = backprop_from(critic, trace, {VERDICT: ones}).inputs
    return Look(trace.outputs[:, 0], trace.nodes[SCORES].outputs[..., 0], slopes)


def towards_real(both: Model, noise: Array) -> tuple[Trace, Gradients]:
    """What both players do with noise, and the way back from a verdict that is to rise.

    That is the way of the generator's loss where it is as good as the critic: ∂/∂D = −1/2.
    """
    trace = record(both, {NOISE: noise})
    verdicts = trace.outputs_by_port[VERDICT].values
    down = np.full_like(verdicts, -0.5 / len(verdicts))
    loss = Loss("generator", float(-0.5 * verdicts.mean()), down)
    return trace, backprop_from(both, trace, {VERDICT: loss})


def losses(*, real: Array, made: Array) -> tuple[float, float]:
    """What critic and generator lose by verdicts on real and on made sequences, without penalty.

    Every made sequence is held against every real one.
    """
    apart = made.reshape(-1, 1) - real.reshape(1, -1)
    return float(np.logaddexp(0, apart).mean()), float(np.logaddexp(0, -apart).mean())
