"""Graphs to test with: branches, decoders that start from an encoder, several inputs and outputs.

Weights are random and distinct, as in `networks.py`; every node stands in one of them, or in
`plain_networks.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import core
from core import cells
from core.nodes import (
    Add,
    AdditiveAttention,
    Attention,
    Average,
    AveragePooling1D,
    Concatenate,
    Conv1D,
    Dense,
    Embedding,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    Multiply,
    Part,
    Permute,
    Recurrent,
    RepeatAlong,
    RepeatVector,
    Reshape,
    TimeDistributed,
    UpSampling1D,
)
from tests.core.networks import randomised

TIME, WIDTH, UNITS = 5, 3, 4
PLAIN = {"input": (TIME, WIDTH)}


def layer(name: str, *, cell: str = "gru", features: int = WIDTH, **settings: Any) -> Layer:
    made = core.new_model(cell, features=features, units=[UNITS], outputs=None, readout="every")
    return replace(made.layers[0], name=name, **settings)


def dense(name: str, width: int = UNITS, outputs: int = 2, **settings: Any) -> Dense:
    zero = np.zeros((width, outputs), np.float32)
    return Dense(name, zero, np.zeros(outputs, np.float32), "tanh", **settings)


def table(name: str, **settings: Any) -> Embedding:
    return Embedding(name, np.zeros((7, WIDTH), np.float32), **settings)


@dataclass(frozen=True)
class Graph:
    """A network: its parts, what it gives, and the shapes of what it reads."""

    parts: Callable[[], list[Part]]
    reads: Mapping[str, tuple[int, ...] | str] = field(default_factory=lambda: dict(PLAIN))
    gives: tuple[str, ...] = ()

    def model(self) -> core.Model:
        model = core.Model(tuple(self.parts()), gives=self.gives)
        return randomised(model, seed=7, scale=0.6).astype(np.float64)

    def inputs(self) -> dict[str, np.ndarray]:
        generator = np.random.default_rng(3)
        return {
            name: generator.integers(0, 7, (2, TIME))
            if shape == "ids"
            else generator.normal(size=(2, *shape))
            for name, shape in self.reads.items()
        }


def encoder_decoder(cell: str, **settings: Any) -> list[Part]:
    states = tuple(f"encoder.state.{name}" for name in cells.get(cell).states)
    return [
        Input("source", WIDTH),
        Input("target"),
        layer("encoder", cell=cell, reads=("source",)),
        table("words", reads=("target",), mask_zero=True),
        layer("decoder", cell=cell, reads=("words", *states), **settings),
        dense("answer"),
    ]


def conv(name: str, **settings: Any) -> Conv1D:
    size, features = settings.pop("size", 3), settings.pop("features", WIDTH)
    kernel = np.zeros((size, features, UNITS), np.float32)
    return Conv1D(name, kernel, np.zeros(UNITS, np.float32), "tanh", **settings)


def scalar() -> np.ndarray:
    return np.zeros((), np.float32)


def attended(*between: Part) -> Graph:
    """Two readers of two texts, and an attention over them that an answer reads."""
    return Graph(
        lambda: [
            Input("source", WIDTH),
            Input("target"),
            layer("encoder", reads=("source",)),
            table("words", reads=("target",), mask_zero=True),
            layer("decoder", reads=("words",)),
            *between,
            Concatenate("both", reads=("decoder", between[-1].name)),
            dense("answer", 2 * UNITS),
        ],
        reads={"source": (TIME + 1, WIDTH), "target": "ids"},
    )


ASKS = ("decoder", "encoder")
NODES_IN_PLACES: dict[str, Graph] = {
    "convolved, valid": Graph(lambda: [conv("conv"), layer("a", features=UNITS), dense("out")]),
    "convolved, same": Graph(
        lambda: [conv("conv", padding="same", size=2, stride=2), layer("a", features=UNITS)]
    ),
    "convolved, causal": Graph(
        lambda: [layer("a"), conv("conv", features=UNITS, padding="causal", dilation=2)]
    ),
    "greatest of windows": Graph(
        lambda: [MaxPooling1D("max", 2, 2), layer("a"), MaxPooling1D("again", 3, 1, "same")]
    ),
    "mean of windows": Graph(
        lambda: [
            AveragePooling1D("mean", 2, 1),
            layer("a"),
            AveragePooling1D("again", 3, 2, "same"),
        ]
    ),
    "more steps": Graph(lambda: [layer("a"), UpSampling1D("up", 2), dense("out")]),
    "an autoencoder": Graph(
        lambda: [
            layer("encoder", returns="last"),
            RepeatVector("repeat", TIME),
            layer("decoder", features=UNITS),
            TimeDistributed("each", dense("each")),
        ]
    ),
    "each normalised": Graph(
        lambda: [
            layer("a"),
            TimeDistributed(
                "norm", LayerNormalization("norm", np.zeros(UNITS), np.zeros(UNITS), 0.05)
            ),
        ]
    ),
    "reshaped": Graph(
        lambda: [
            Input("input", WIDTH),
            Reshape("features", (-1, 1)),
            layer("a", features=1, returns="last"),
            Reshape("steps", (2, 2)),
            layer("b", features=2),
        ]
    ),
    "a vector as a text": Graph(
        lambda: [Input("numbers", 6, vector=True), Reshape("text", (3, 2)), layer("a", features=2)],
        reads={"numbers": (6,)},
    ),
    "turned": Graph(
        lambda: [
            Input("numbers", WIDTH, length=TIME),
            Permute("turned"),
            layer("a", features=TIME),
        ],
        reads={"numbers": (TIME, WIDTH)},
    ),
    "attention": attended(Attention("attend", False, reads=ASKS)),
    "attention, scaled": attended(Attention("attend", False, scalar(), reads=ASKS)),
    "attention, causal": attended(Attention("attend", True, reads=("decoder", "decoder"))),
    "attention, concat": attended(
        Attention("attend", False, scalar(), scalar(), "concat", reads=ASKS)
    ),
    "attention, additive": attended(
        AdditiveAttention("attend", False, np.zeros(UNITS, np.float32), reads=ASKS)
    ),
    "attention, additive and plain": attended(AdditiveAttention("attend", True, reads=ASKS)),
    "attention with keys": attended(
        dense("keys", outputs=UNITS, reads=("encoder",)),
        Attention("attend", False, reads=("decoder", "encoder", "keys")),
    ),
}

GRAPHS: dict[str, Graph] = {
    "side by side": Graph(
        lambda: [
            layer("a"),
            layer("b", cell="lstm", reads=("input",)),
            Concatenate("both", reads=("a", "b")),
            dense("answer", 2 * UNITS),
        ]
    ),
    "residual": Graph(
        lambda: [
            layer("a"),
            layer("b", features=UNITS),
            Add("sum", reads=("a", "b")),
            dense("answer"),
        ]
    ),
    "gated by another": Graph(
        lambda: [
            layer("a"),
            layer("b", cell="simple_rnn", direction="backward", reads=("input",)),
            layer("c", reads=("input",)),
            Multiply("product", reads=("a", "b", "c")),
            dense("answer"),
        ]
    ),
    "mean of the last": Graph(
        lambda: [
            layer("a", returns="last"),
            layer("b", reads=("input",), returns="last"),
            Average("mean", reads=("a.last", "b.last")),
            dense("answer"),
        ]
    ),
    "one thing read twice": Graph(
        lambda: [
            layer("a"),
            dense("left", reads=("a",)),
            dense("right", reads=("a.last",)),
        ],
        gives=("left", "right", "a.state.hidden"),
    ),
    "a pair above a pair": Graph(
        lambda: [
            Recurrent("low", (layer("low/f"), layer("low/b", direction="backward")), "concat"),
            Recurrent(
                "top",
                (
                    layer("top/f", features=2 * UNITS),
                    layer("top/b", features=2 * UNITS, direction="backward"),
                ),
                "mul",
                "last",
            ),
            dense("answer"),
        ]
    ),
    "a vector that starts a reader": Graph(
        lambda: [
            Input("image", 2, vector=True),
            Input("words"),
            dense("start", 2, UNITS, reads=("image",)),
            table("table", reads=("words",)),
            layer("reader", reads=("table", "start")),
            dense("answer"),
        ],
        reads={"image": (2,), "words": "ids"},
    ),
    "a decoder that peeks": Graph(
        lambda: [
            Input("source", WIDTH),
            Input("target"),
            layer("encoder", reads=("source",)),
            table("words", reads=("target",), mask_zero=True),
            RepeatAlong("seen", reads=("encoder.last", "words")),
            Concatenate("read", reads=("words", "seen")),
            layer("decoder", features=WIDTH + UNITS, reads=("read", "encoder.state.hidden")),
            Concatenate("told", reads=("decoder", "seen")),
            dense("answer", 2 * UNITS),
        ],
        reads={"source": (TIME + 1, WIDTH), "target": "ids"},
    ),
    **NODES_IN_PLACES,
    "a decoder that heeds no mask": Graph(
        lambda: encoder_decoder("gru", masked=False),
        reads={"source": (TIME + 1, WIDTH), "target": "ids"},
    ),
    **{
        f"{cell} that starts from another": Graph(
            lambda cell=cell: encoder_decoder(cell),
            reads={"source": (TIME + 1, WIDTH), "target": "ids"},
        )
        for cell in cells.CELLS
    },
}
