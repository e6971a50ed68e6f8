from __future__ import annotations

import ast
import math
from dataclasses import replace

import pytest
from hypothesis import given

import core
from core.analysis.parameters import count_layer, count_parameters
from core.nodes import Dense
from tests.core.networks import Case, cases
from tests.core.plain_networks import CHAINS, network


def value(formula: str) -> int:
    """What the formula gives, by Python's own grammar."""

    def of(node: ast.AST) -> int:
        match node:
            case ast.Constant(int(number)):
                return number
            case ast.BinOp(left, ast.Add(), right):
                return of(left) + of(right)
            case ast.BinOp(left, ast.Mult(), right):
                return of(left) * of(right)
        raise AssertionError(ast.dump(node))

    return of(ast.parse(formula.replace("·", "*"), mode="eval").body)


def stage_texts(cell: str, **settings) -> list[str]:
    model = core.new_model(cell, **settings)
    return [stage.text for stage in count_parameters(model).stages]


def without_bias(model: core.Model) -> core.Model:
    """The model with every bias taken away."""
    stages = []
    for stage in model.parts:
        if stage in model.recurrent:
            layers = []
            for layer in stage.layers:
                bare = {
                    gate: {name: own[name] for name in ("kernel", "recurrent_kernel")}
                    for gate, own in layer.weights.items()
                }
                layers.append(replace(layer, weights=bare))
            stages.append(replace(stage, layers=tuple(layers)))
        else:
            stages.append(replace(stage, bias=None) if isinstance(stage, Dense) else stage)
    return replace(model, nodes=tuple(stages))


def test_the_numbers_that_everybody_looks_up():
    assert stage_texts("lstm", features=16, units=[8])[0] == (
        "LSTM(8) on 16 features: 4·(16·8 + 8·8 + 8) = 800"
    )
    assert stage_texts("gru", features=16, units=[8, 8])[:2] == [
        "GRU(8) on 16 features: 3·(16·8 + 8·8 + 2·8) = 624",
        "GRU(8) on 8 features: 3·(8·8 + 8·8 + 2·8) = 432",
    ]
    assert stage_texts("gru", features=16, units=[8], reset_after=False)[0] == (
        "GRU(8) on 16 features: 3·(16·8 + 8·8 + 8) = 600"
    )
    assert stage_texts("simple_rnn", features=16, units=[8], outputs=3) == [
        "SimpleRNN(8) on 16 features: 16·8 + 8·8 + 8 = 200",
        "Dense(3) on 8 features: 8·3 + 3 = 27",
    ]


def test_a_pair_of_directions_counts_twice():
    texts = stage_texts("lstm", vocabulary=50, embedding=16, units=[8], bidirectional=True)
    assert texts == [
        "Embedding of 50 tokens in 16 features: 50·16 = 800",
        "LSTM(8) on 16 features, in both directions: 2·4·(16·8 + 8·8 + 8) = 1600",
        "Dense(1) on 16 features: 16·1 + 1 = 17",
    ]
    assert stage_texts("simple_rnn", features=2, units=[3], bidirectional=True)[0] == (
        "SimpleRNN(3) on 2 features, in both directions: 2·(2·3 + 3·3 + 3) = 36"
    )


def test_without_bias():
    model = without_bias(core.new_model("gru", features=16, units=[8]))
    found = count_parameters(model)
    assert [stage.text for stage in found.stages] == [
        "GRU(8) on 16 features: 3·(16·8 + 8·8) = 576",
        "Dense(1) on 8 features: 8·1 = 8",
    ]
    assert found.count == model.parameter_count == 584


def test_gates_that_differ_are_listed():
    model = core.new_model("lstm", features=2, units=[3])
    layer = model.layers[0]
    bare = {name: layer.weights["forget"][name] for name in ("kernel", "recurrent_kernel")}
    found = count_layer(replace(layer, weights={**layer.weights, "forget": bare}))
    one = "2·3 + 3·3 + 3"
    assert found.formula == f"{one} + 2·3 + 3·3 + {one} + {one}"
    assert [part.name for part in found.maps] == ["input", "forget", "candidate", "output"]
    assert [part.count for part in found.maps] == [18, 15, 18, 18]


@given(case=cases())
def test_formulas_give_the_counts_and_counts_the_model_s(case: Case):
    model = case.model
    found = count_parameters(model)
    assert found.count == model.parameter_count == value(found.formula)
    for stage, described in zip(model.parts, found.stages, strict=True):
        own = sum(math.prod(array.shape) for array in stage.parameters().values())
        assert described.count == own == value(described.formula)
        assert described.text.endswith(f": {described.formula} = {own}")
        for layer in described.layers:
            assert layer.count == value(layer.formula) == sum(map(_count, layer.maps))
            for part in layer.maps:
                assert part.count == value(part.formula)
    assert found.text.splitlines()[-1].endswith(str(model.parameter_count))


def _count(part) -> int:
    return sum(math.prod(term.factors) for term in part.terms)


@pytest.mark.parametrize("name", CHAINS)
def test_plain_stages_are_counted_where_they_have_weights(name: str):
    model = network(name)
    found = count_parameters(model)
    assert found.count == model.parameter_count == value(found.formula)
    weighing = [stage for stage in model.parts if stage.parameters()]
    assert [stage.name for stage in found.stages] == [stage.name for stage in weighing]


def test_a_normalisation_has_some_numbers_for_each_feature():
    found = count_parameters(network("normalised above each step")).stages
    assert found[1].text == "LayerNormalization of 3 features: 3"
    found = count_parameters(network("normalised by batch between")).stages
    assert found[1].text == "BatchNormalization of 3 features: 4·3 = 12"


def test_one_stage_alone_needs_no_sum():
    model = core.new_model("simple_rnn", features=2, units=[3], outputs=None)
    assert count_parameters(model).text.splitlines()[-1] == "18"


def test_terms_say_what_they_count():
    model = core.new_model("gru", features=4, units=[3])
    part = count_layer(model.layers[0]).maps[0]
    assert [(term.what, term.factors) for term in part.terms] == [
        ("kernel", (4, 3)),
        ("recurrent_kernel", (3, 3)),
        ("bias", (2, 3)),
    ]


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_every_cell_has_a_title(cell):
    assert stage_texts(cell, features=1, units=[1])[0].split("(")[0] in {"SimpleRNN", "LSTM", "GRU"}
