"""Graphs: branches, decoders that start from an encoder, several inputs and outputs.

Each network is held to central differences in float64, to the same written in Keras's functional
style, and to itself read back from its file. Weights are random and distinct, states not zero.
"""

from __future__ import annotations

import ast
import io
from dataclasses import replace

import numpy as np
import pytest

import core
from core import cells
from core.analysis.parameters import count_parameters
from core.analysis.parity import largest_difference
from core.nodes import (
    NODES,
    Input,
)
from tests.core.graphs import GRAPHS, NODES_IN_PLACES, WIDTH, layer
from tests.core.networks import randomised
from tests.core.plain_networks import CHAINS, network
from tests.core.test_bptt import check

LOSS = "mean_squared_error"


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


def test_every_node_stands_somewhere() -> None:
    """A node that no network here or in plain_networks.py has would be tested by nothing."""
    models = [graph.model() for graph in GRAPHS.values()]
    models += [network(name) for name in CHAINS]
    assert {node.kind for model in models for node in model.nodes} == set(NODES)


@pytest.mark.parametrize("name", NODES_IN_PLACES | {"gated by another": None})
@pytest.mark.parametrize("masked", [False, True])
def test_keras_layers_say_the_same(name: str, masked: bool) -> None:
    """Every node as the Keras layer of its name, every array within 1e-5."""
    graph = GRAPHS[name]
    model, inputs = graph.model().astype(np.float32), graph.inputs()
    masks = {}
    for at, (given, array) in enumerate(inputs.items()):
        if masked and array.ndim == 3:
            masks[given] = np.random.default_rng(at).random(array.shape[:2]) < 0.7
        elif masked and array.dtype.kind == "i":
            array[:, -2:] = 0
    trace = core.record(model, inputs, mask=masks)
    stepped = core.record(model, inputs, mask=masks, engine="keras")
    difference = largest_difference(trace, stepped)
    assert difference.value < 1e-5, difference


@pytest.mark.parametrize("name", GRAPHS)
def test_it_is_written_as_a_keras_model_that_answers_so(name: str) -> None:
    graph = GRAPHS[name]
    model, inputs = graph.model().astype(np.float32), graph.inputs()
    trace, given = core.record(model, inputs), list(inputs.values())
    made = core.to_keras(model).predict(given if len(given) > 1 else given[0], verbose=0)
    answers = made if isinstance(made, list | tuple) else [made]
    for flow, answer in zip(trace.outputs_by_port.values(), answers, strict=True):
        np.testing.assert_allclose(answer, flow.values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", GRAPHS)
def test_parameters_are_counted_with_their_formulas(name: str) -> None:
    model = GRAPHS[name].model()
    count = count_parameters(model)
    assert count.count == model.parameter_count
    for part in count.stages:
        written = part.formula.replace("·", "*")
        assert sum(eval_product(term) for term in [written]) == part.count


def eval_product(formula: str) -> int:
    """A sum of products, as counts are written."""
    tree = ast.parse(formula, mode="eval").body

    def of(node: ast.expr) -> int:
        if isinstance(node, ast.BinOp):
            left, right = of(node.left), of(node.right)
            return left + right if isinstance(node.op, ast.Add) else left * right
        assert isinstance(node, ast.Constant)
        return int(node.value)

    return of(tree)


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
