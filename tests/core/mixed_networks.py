"""Any chain that Keras can build: cells, directions, merges, biases and activations mixed.

`networks.py` draws what `new_model` makes, one kind of layer throughout; here each layer differs.
Weights, biases and initial states are random and distinct, as there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import core
from core import cells
from core.nodes import (
    MAIN,
    MERGES,
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling,
    GlobalMaxPooling,
    Layer,
    LayerNormalization,
    Masking,
    Node,
    Part,
    Recurrent,
    Spec,
)
from tests.core.networks import BOUNDED, ELEMENTWISE, Case, states_for

CONTINUOUS = tuple(sorted(set(ELEMENTWISE) - {"hard_shrink", "swish", "hard_swish"}))
"""hard_shrink jumps at ±0.5: a rounding error there is a difference of 0.5. The other two are
second names, which Keras does not give back."""

VOCABULARY = 7
SKIPPED = 0.25
"""What all features are at the steps that a Masking skips."""


@st.composite
def mixed_cases(
    draw: st.DrawFn,
    *,
    head: tuple[str, int] | None = None,
    readout: str | None = None,
    reads: str | None = None,
) -> Case:
    """A model in float32, and what `record` takes for it.

    `head` is the activation and width of the last dense stage, `readout` where it stands ("last"
    may be above a pooling), `reads` "ids" or "features"; drawn where not given.
    """
    generator = np.random.default_rng(draw(st.integers(0, 2**20)))
    stages: list[Part] = []
    width = draw(st.integers(1, 3))
    batch, time = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    if (reads or draw(st.sampled_from(["ids", "features"]))) == "ids":
        table = _random(generator, (VOCABULARY, width), scale=1.0)
        stages.append(Embedding("embedding", table, mask_zero=draw(st.booleans())))
    elif draw(st.booleans()):
        stages.append(Masking("skip", SKIPPED))
    depth = draw(st.integers(1, 2))
    for at in range(depth):
        added = draw(plain_stages(generator, name=f"below_{at}", features=width))
        stages, width = [*stages, *added], _width(width, added)
        every = at < depth - 1 or readout == "every" or draw(st.booleans())
        returns = "every" if every else "last"
        stages.append(_recurrent(draw, generator, f"rnn_{at}", width, returns))
        width = stages[-1].outputs
    added = draw(plain_stages(generator, name="above", features=width, steps=every))
    stages, width = [*stages, *added], _width(width, added)
    if every and (readout == "last" or (readout is None and draw(st.booleans()))):
        pools = [GlobalMaxPooling("max"), GlobalAveragePooling("mean"), Flatten("flat", time)]
        stages.append(draw(st.sampled_from(pools)))
        width = stages[-1].spec(Spec(width))[MAIN].features
        added = draw(plain_stages(generator, name="pooled", features=width, steps=False))
        stages, width = [*stages, *added], _width(width, added)
    if head is not None or draw(st.booleans()):
        activation, outputs = head or draw(st.sampled_from([("tanh", 2), ("softmax", 3)]))
        alone = draw(st.booleans())
        within = "linear" if alone else activation
        stages.append(_dense(draw, generator, "dense", width, outputs, within))
        stages += [Activation("activation", activation)] if alone else []
    model = core.Model(tuple(stages))
    if model.embedding is not None:
        inputs: Any = generator.integers(0, VOCABULARY, (batch, time))
    else:
        inputs = _random(generator, (batch, time, model.features), scale=1.0)
        inputs[generator.random((batch, time)) < 0.3] = SKIPPED
    # Keras drops a mask that is given to an embedding; the embedding makes its own.
    masked = model.embedding is None and draw(st.booleans())
    mask = generator.random((batch, time)) < 0.7 if masked else None
    states = states_for(model, batch=batch, seed=int(generator.integers(2**20)))
    return Case(model, inputs, mask, states)


@st.composite
def plain_stages(
    draw: st.DrawFn,
    generator: np.random.Generator,
    *,
    name: str,
    features: int,
    steps: bool = True,
) -> list[Node]:
    """None, one or two stages without a loop; Masking only where there are `steps`."""
    kind = draw(st.sampled_from(["none", "none", "dense", "layer", "batch", "activation", "skip"]))
    match kind:
        case "dense":
            return [_dense(draw, generator, name, features, 2)]
        case "activation":
            usual = "softmax" if features > 1 else "tanh"  # of one number Keras warns
            return [Activation(name, draw(_often(usual, CONTINUOUS)))]
        case "skip" if steps:
            return [Activation(name, "relu"), Masking(f"{name}_skip", 0.0)]
        case "layer" | "batch":
            return [normalisation(generator, kind, name=name, features=features)]
    return []


def normalisation(
    generator: np.random.Generator, kind: str, *, name: str, features: int
) -> LayerNormalization | BatchNormalization:
    """A "layer" or "batch" normalisation, with scale and centre or without."""
    gamma, beta = (
        _random(generator, (features,)) + 1 if generator.random() < 0.8 else None for _ in "γβ"
    )
    epsilon = float(generator.choice([1e-3, 0.1]))
    if kind == "layer":
        return LayerNormalization(name, gamma, beta, epsilon)
    mean, variance = (_random(generator, (features,)) for _ in "μv")
    return BatchNormalization(name, mean, 0.3 + np.abs(variance), gamma, beta, epsilon)


def _width(features: int, stages: list[Node]) -> int:
    """The number of features after some plain stages, `features` before them."""
    for stage in stages:
        features = stage.spec(Spec(features))[MAIN].features
    return features


def _recurrent(
    draw: st.DrawFn, generator: np.random.Generator, name: str, features: int, returns: Any
) -> Recurrent:
    kind = draw(st.sampled_from(["forward", "backward", "pair", "swapped pair"]))
    units = draw(st.integers(1, 4))
    # One cell for both of a pair: Keras gives each of them half of the list of initial states.
    cell = draw(st.sampled_from(list(cells.CELLS)))
    if kind in ("forward", "backward"):
        layer = _layer(draw, generator, name, cell, features, units, kind)
        return Recurrent(name, (layer,), None, returns)
    directions = ["forward", "backward"] if kind == "pair" else ["backward", "forward"]
    pair = tuple(
        _layer(draw, generator, f"{name}/{direction}", cell, features, units, direction)
        for direction in directions
    )
    return Recurrent(name, pair, draw(st.sampled_from(list(MERGES))), returns)


def _layer(
    draw: st.DrawFn,
    generator: np.random.Generator,
    name: str,
    cell: str,
    features: int,
    units: int,
    direction: Any,
) -> Layer:
    declared = cells.get(cell)
    options = {option: draw(st.booleans()) for option in declared.options}
    biased = draw(st.integers(0, 3)) > 0
    sizes = {"features": features, "units": units}
    weights = {
        gate: {
            weight.name: _random(generator, tuple(sizes[axis] for axis in weight.shape))
            for weight in declared.weights_of(gate, options).values()
            if biased or not weight.optional
        }
        for gate in declared.maps
    }
    gates = draw(_often("sigmoid", BOUNDED)) if declared.gated else ""
    activation = draw(_often("tanh", CONTINUOUS))
    return Layer(name, cell, weights, direction, activation, gates, options)


def _dense(
    draw: st.DrawFn,
    generator: np.random.Generator,
    name: str,
    features: int,
    outputs: int,
    activation: str = "linear",
) -> Dense:
    bias = _random(generator, (outputs,)) if draw(st.booleans()) else None
    return Dense(name, _random(generator, (features, outputs)), bias, activation)


def _often(usual: str, others: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(usual), st.sampled_from(others))


def _random(
    generator: np.random.Generator, shape: tuple[int, ...], *, scale: float = 0.5
) -> np.ndarray:
    return generator.normal(0, scale, shape).astype(np.float32)
