"""Networks with each plain stage in each of its places, in float64 and smooth.

Below, between and above recurrent layers, masked or not; random distinct weights as in
`networks.py`. Where a stage has a jump in its slope (a maximum, a mask), the numbers keep away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

import core
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    GlobalAveragePooling,
    GlobalMaxPooling,
    LayerNormalization,
    Masking,
    Part,
    Recurrent,
)
from tests.core.networks import Case, randomised, states_for

TIME, WIDTH = 5, 3
SKIPPED = 0.25


def rnn(name: str, *, returns: str = "every", pair: bool = False, width: int = WIDTH) -> Part:
    """A recurrent layer on `width` features that hands on as many."""
    units = {"cell": "gru", "units": [2 if pair else width], "bidirectional": pair}
    made = core.new_model(features=width, outputs=None, readout=returns, **units, merge="concat")
    (part,) = made.parts
    layers = tuple(
        replace(layer, name=f"{name}/{layer.direction}" if pair else name, reads=())
        for layer in part.layers
    )
    return Recurrent(name, layers, part.merge, part.returns)


def numbers(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)  # drawn anew before anybody looks


def layer_norm(name: str, width: int = WIDTH, *, parts: str = "γβ") -> LayerNormalization:
    gamma, beta = (numbers(width) if part in parts else None for part in "γβ")
    return LayerNormalization(name, gamma, beta, epsilon=0.05)


def batch_norm(name: str, width: int = WIDTH, *, parts: str = "γβ") -> BatchNormalization:
    gamma, beta = (numbers(width) if part in parts else None for part in "γβ")
    return BatchNormalization(name, numbers(width), numbers(width) + 1, gamma, beta, epsilon=0.05)


def dense(name: str, width: int = WIDTH, outputs: int = 2) -> Dense:
    return Dense(name, numbers(width, outputs), numbers(outputs), "sigmoid")


CHAINS: dict[str, Callable[[], Sequence[Part]]] = {
    "normalised below": lambda: [layer_norm("norm"), rnn("a", returns="last"), dense("out")],
    "normalised by batch below": lambda: [batch_norm("norm"), rnn("a"), rnn("b", returns="last")],
    "normalised between": lambda: [rnn("a"), layer_norm("norm"), rnn("b"), dense("out")],
    "normalised by batch between": lambda: [rnn("a"), batch_norm("norm"), rnn("b"), dense("out")],
    "normalised above each step": lambda: [rnn("a"), layer_norm("norm", parts="γ"), dense("out")],
    "normalised above the last": lambda: [rnn("a", returns="last"), batch_norm("norm", parts="β")],
    "normalised without weights": lambda: [rnn("a"), layer_norm("norm", parts=""), dense("out")],
    "greatest": lambda: [rnn("a"), GlobalMaxPooling("max"), dense("out")],
    "greatest of a pair": lambda: [
        rnn("a", pair=True),
        dense("between", width=4),
        GlobalMaxPooling("max"),
    ],
    "mean": lambda: [rnn("a"), GlobalAveragePooling("mean"), dense("out")],
    "mean of a pair": lambda: [
        rnn("a", pair=True),
        layer_norm("norm", width=4),
        GlobalAveragePooling("mean"),
        layer_norm("again", width=4),
        dense("out", width=4),
    ],
    "flattened": lambda: [rnn("a"), Flatten("flat", TIME), dense("out", width=TIME * WIDTH)],
    "activations": lambda: [
        Activation("squash", "tanh"),
        rnn("a"),
        Activation("share", "softmax"),
        rnn("b", returns="last"),
        dense("linear"),
        Activation("answer", "softmax"),
    ],
    "dense between": lambda: [rnn("a"), dense("between", outputs=WIDTH), rnn("b"), dense("out")],
    "masked": lambda: [Masking("skip", SKIPPED), rnn("a"), GlobalAveragePooling("mean")],
    "masked after a batch": lambda: [
        Masking("skip", SKIPPED),
        batch_norm("norm"),
        rnn("a", pair=True),
        layer_norm("other", width=4),
        rnn("b", width=4, returns="last"),
    ],
}


def network(name: str) -> core.Model:
    """One of CHAINS in float64, every weight drawn."""
    model = core.Model(tuple(CHAINS[name]()), name=name)
    return randomised(model, seed=len(name), scale=0.7).astype(np.float64)


def case(name: str, *, masked: bool) -> Case:
    """One of CHAINS, with inputs, a mask or none, and initial states."""
    model, generator = network(name), np.random.default_rng(11)
    inputs = generator.normal(0, 1, (2, TIME, WIDTH))
    inputs[0, 1] = inputs[1, -2:] = SKIPPED if name.startswith("masked") else 0.9
    mask = np.array([[1, 0, 1, 1, 0], [0, 1, 1, 0, 1]], bool) if masked else None
    return Case(model, inputs, mask, states_for(model, batch=2, seed=12))
