"""Graphs: branches, decoders that start from an encoder, several inputs and outputs.

Each network is held to central differences in float64, to the same written in Keras's functional
style, and to itself read back from its file. Weights are random and distinct, states not zero.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

import core
from core import cells
from core.nodes import (
    Add,
    Average,
    Concatenate,
    Dense,
    Embedding,
    Input,
    Layer,
    Multiply,
    Part,
    Recurrent,
)
from tests.core.networks import randomised
from tests.core.test_bptt import check

LOSS = "mean_squared_error"
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


def encoder_decoder(cell: str) -> list[Part]:
    states = tuple(f"encoder.state.{name}" for name in cells.get(cell).states)
    return [
        Input("source", WIDTH),
        Input("target"),
        layer("encoder", cell=cell, reads=("source",)),
        table("words", reads=("target",), mask_zero=True),
        layer("decoder", cell=cell, reads=("words", *states)),
        dense("answer"),
    ]


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
    **{
        f"{cell} that starts from another": Graph(
            lambda cell=cell: encoder_decoder(cell),
            reads={"source": (TIME + 1, WIDTH), "target": "ids"},
        )
        for cell in cells.CELLS
    },
}


def targets_for(trace: core.Trace) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(5)
    return {
        given: generator.normal(size=flow.values.shape)
        for given, flow in trace.outputs_by_port.items()
    }


@pytest.mark.parametrize("name", GRAPHS)
def test_every_weight_and_input_against_differences(name: str) -> None:
    model, inputs = GRAPHS[name].model(), GRAPHS[name].inputs()
    trace = core.record(model, inputs)
    targets, generator = targets_for(trace), np.random.default_rng(4)
    gradients = core.backprop(model, trace, targets, loss=LOSS, per_step=True)

    def loss(other: core.Model = model, **changes: np.ndarray) -> float:
        run = core.record(other, inputs | changes)
        return core.backprop(other, run, targets, loss=LOSS).loss

    for weight, array in model.parameters.items():
        way = generator.normal(size=array.shape)
        check(
            f"{name}: {weight}",
            found=float((gradients.parameters[weight] * way).sum()),
            loss=lambda e, n=weight, w=array, d=way: loss(model.with_parameters({n: w + e * d})),
        )
        np.testing.assert_allclose(
            gradients.per_step[weight].sum(axis=0), gradients.parameters[weight],
            rtol=1e-9, atol=1e-12,
        )  # fmt: skip
    first = model.inputs[0]
    if model.embedding is None:
        way = generator.normal(size=inputs[first].shape)
        found = float((gradients.inputs * way).sum())
        nudged = lambda e: loss(**{first: inputs[first] + e * way})  # noqa: E731
        check(f"{name}: {first}", found=found, loss=nudged)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_saved_graph_and_its_trace_are_the_same(name: str) -> None:
    model, inputs = GRAPHS[name].model(), GRAPHS[name].inputs()
    trace, files = core.record(model, inputs), (io.BytesIO(), io.BytesIO())
    for kept, file in zip((model, trace), files, strict=True):
        kept.save(file)
        file.seek(0)
    again, run = core.Model.load(files[0]), core.Trace.load(files[1])
    assert again.digest == model.digest == run.model_digest
    for given, flow in core.record(again, inputs).outputs_by_port.items():
        np.testing.assert_array_equal(flow.values, trace.outputs_by_port[given].values)
        np.testing.assert_array_equal(run.outputs_by_port[given].values, flow.values)
    targets = targets_for(trace)
    one, other = (core.backprop(model, kept, targets, loss=LOSS) for kept in (trace, run))
    for weight, d in one.parameters.items():
        np.testing.assert_array_equal(other.parameters[weight], d)


@pytest.mark.parametrize("cell", cells.CELLS)
def test_a_decoder_that_starts_from_an_encoder_reads_on(cell: str) -> None:
    """The states of one text, handed to the same layer for the next: as if it were one text."""
    whole = core.Model((layer("a", cell=cell),))
    whole = randomised(whole, seed=2).astype(np.float64)
    states = tuple(f"a.state.{name}" for name in cells.get(cell).states)
    again = replace(whole.layers[0], name="b", reads=("more", *states))
    split = core.Model(
        (
            Input("text", WIDTH),
            Input("more", WIDTH),
            replace(whole.layers[0], reads=("text",)),
            again,
        )
    )
    x = np.random.default_rng(1).normal(size=(2, 6, WIDTH))
    expected = core.record(whole, x)
    trace = core.record(split, {"text": x[:, :4], "more": x[:, 4:]})
    np.testing.assert_allclose(trace.outputs, expected.outputs[:, 4:], rtol=1e-12)
    targets = np.random.default_rng(2).normal(size=trace.outputs.shape)
    d = core.backprop(split, trace, targets, loss=LOSS)
    one = core.backprop(
        whole, expected, np.concatenate([expected.outputs[:, :4], targets], axis=1), loss=LOSS
    )
    scale = 6 / 2  # the loss is a mean over the steps
    for name, state in d.layers[0].states.items():
        np.testing.assert_allclose(
            state, scale * one.layers[0].states[name][:, :4], rtol=1e-9, atol=1e-14
        )


def test_a_mask_travels_with_its_own_text() -> None:
    model = GRAPHS["lstm that starts from another"].model()
    inputs = GRAPHS["lstm that starts from another"].inputs()
    inputs["target"][:, 3:] = 0
    valid = np.array([[1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 1, 1]], bool)
    trace = core.record(model, inputs, mask={"source": valid})
    np.testing.assert_array_equal(trace.layers[0].mask, valid)
    np.testing.assert_array_equal(trace.layers[1].mask, inputs["target"] != 0)
    np.testing.assert_array_equal(trace.mask, inputs["target"] != 0)
    assert trace.layers[0].read[0].clock == "source"
    assert trace.layers[1].read[0].clock == "target"
    short = core.record(model, {"source": inputs["source"][:1, :3], "target": inputs["target"][:1]})
    np.testing.assert_allclose(trace.outputs[:1], short.outputs, rtol=1e-12)
