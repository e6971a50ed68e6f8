"""Models written with PyTorch's names: the same model comes back, and refusals name the stage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

import core
from core.errors import UnsupportedModel
from core.importers.torch.safetensors_export import write_safetensors
from core.importers.torch.state_dict import read_state_dict
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    Flatten,
    GlobalMaxPooling,
    LayerNormalization,
    Recurrent,
)
from core.text import Vocabulary
from tests.core.importers.torch import reference
from tests.core.networks import randomised


@settings(max_examples=30)
@given(
    cell=st.sampled_from(list(reference.MAPS)),
    depth=st.integers(1, 3),
    bidirectional=st.booleans(),
    outputs=st.sampled_from([None, 1, 3]),
    readout=st.sampled_from(["last", "every"]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 99),
)
def test_there_and_back(
    cell: str, depth: int, bidirectional: bool, outputs: Any, readout: Any, dtype: Any, seed: int
) -> None:
    model = core.new_model(
        cell,
        features=2,
        units=[3] * depth,
        bidirectional=bidirectional,
        outputs=outputs,
        readout=readout,
        dtype=dtype,
    )
    model = randomised(model, seed=seed)
    back = read_state_dict(write_safetensors(model))
    assert back.name == model.name
    assert back.parameters.keys() == model.parameters.keys()
    assert back.digest == model.digest


def test_vocabulary_card_and_answers_come_back() -> None:
    vocabulary = Vocabulary.build(["가 b c"], unit="word")
    model = core.new_model(
        "simple_rnn", vocabulary=vocabulary, embedding=3, units=[4], activation="relu", outputs=2
    )
    first, *rest = model.parts
    assert isinstance(first, Embedding)
    masked = Embedding(first.name, first.weights, mask_zero=True)
    model = core.Model((masked, *rest), "한 model", vocabulary, {"score": 0.5, "list": [1]})
    back = read_state_dict(write_safetensors(model))
    assert back.digest == model.digest
    assert back.vocabulary == vocabulary
    assert back.name == "한 model"
    assert back.card["score"] == 0.5
    assert back.embedding is not None
    assert back.embedding.mask_zero
    assert back.layers[0].activation == "relu"


def test_layers_that_came_from_one_module_go_back_into_one() -> None:
    tensors = reference.state_dict(
        "lstm", features=3, units=4, layers=2, bidirectional=True, name="encoder.lstm"
    )
    written = load(write_safetensors(read_state_dict(save(tensors))))
    assert written.keys() == tensors.keys()
    for name, array in tensors.items():
        if "bias" not in name:
            np.testing.assert_array_equal(written[name], array)


def test_the_tensors_are_those_of_pytorch() -> None:
    """Held to equations in NumPy written from PyTorch's documentation."""
    for cell in reference.MAPS:
        model = randomised(core.new_model(cell, features=2, units=[3], outputs=None), seed=3)
        x = np.random.default_rng(1).normal(size=(2, 5, 2)).astype(np.float32)
        states = reference.run(cell, load(write_safetensors(model)), x)
        outputs = core.record(model.with_readout("every"), x).outputs
        np.testing.assert_allclose(outputs, states[0]["hidden"], atol=1e-5)


def _pair(merge: str, **settings: Any) -> core.Model:
    return core.new_model(
        "lstm", features=2, units=[3], bidirectional=True, merge=merge, outputs=None, **settings
    )


def _changed(model: core.Model, **changes: Any) -> core.Model:
    stage = model.parts[0]
    assert isinstance(stage, Recurrent)
    layers = tuple(replace(layer, **changes) for layer in stage.layers)
    return core.Model((replace(stage, layers=layers), *model.parts[1:]))


def _swapped() -> core.Model:
    stage = _pair("concat").parts[0]
    assert isinstance(stage, Recurrent)
    return core.Model((Recurrent("swapped", stage.layers[::-1], "concat"),))


def _unequal(cell: str, units: int) -> core.Model:
    first = _pair("concat").parts[0]
    other = core.new_model(cell, features=2, units=[units], bidirectional=True, outputs=None)
    assert isinstance(first, Recurrent)
    layers = (first.layers[0], other.layers[1])
    return core.Model((Recurrent("unequal", layers, "concat"),))


def _lstm(**settings: Any) -> core.Model:
    return core.new_model("lstm", features=2, units=[3], outputs=None, **settings)


REFUSED: dict[str, tuple[core.Model, str]] = {
    "reset before": (
        core.new_model("gru", features=2, units=[3], reset_after=False),
        "reset gate comes before",
    ),
    "a sum": (_pair("sum"), "cannot sum"),
    "only backwards": (_changed(_lstm(), direction="backward"), "reads backwards"),
    "backwards first": (_swapped(), "'swapped'.*reads backwards first"),
    "two widths": (_unequal("lstm", 5), "'unequal'.*one width"),
    "two cells": (_unequal("gru", 3), "'unequal'.*one cell"),
    "an activation": (_lstm(activation="relu"), r"nn\.LSTM has no activation relu"),
    "gates": (_lstm(recurrent_activation="hard_sigmoid"), "no gates of hard_sigmoid"),
    "an rnn of another activation": (
        core.new_model("simple_rnn", features=2, units=[3], activation="softsign"),
        r"nn\.RNN has no activation softsign",
    ),
}


@pytest.mark.parametrize(("model", "words"), REFUSED.values(), ids=REFUSED)
def test_what_pytorch_cannot_hold_is_refused(model: core.Model, words: str) -> None:
    with pytest.raises(UnsupportedModel, match=words):
        write_safetensors(model)


def test_normalisation_pooling_and_activations_come_back() -> None:
    model = randomised(core.new_model("gru", features=2, units=[3, 4], outputs=2), seed=4)
    low, top, answer = model.parts
    assert isinstance(top, Recurrent)
    generator = np.random.default_rng(5)
    a, b, mean, variance = generator.uniform(0.5, 2, (4, 4)).astype(np.float32)
    whole = core.Model(
        (
            low,
            replace(top, returns="every"),
            GlobalMaxPooling("pool"),
            LayerNormalization("norm", a, b, 0.2),
            Activation("squash", "tanh"),
            BatchNormalization("batch", mean, variance, b, a, 0.1),
            answer,
        )
    )
    back = read_state_dict(write_safetensors(whole))
    x = generator.normal(size=(2, 5, 2)).astype(np.float32)
    expected = core.record(whole, x).outputs
    np.testing.assert_allclose(core.record(back, x).outputs, expected, atol=1e-6)
    assert np.ptp(expected) > 0.1


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ([Activation("one", "relu"), Activation("odd", "tanh")], "'odd'.*an activation already"),
        ([LayerNormalization("bare", None, None)], "'bare'.*no tensor"),
        ([Flatten("flat", 3)], "'flat'.*no module"),
        (
            [LayerNormalization("n", np.ones(3, np.float32), None), GlobalMaxPooling("late")],
            "'late'",
        ),
    ],
)
def test_stages_that_leave_no_trace_are_refused(added: list[Any], words: str) -> None:
    stages = core.new_model("gru", features=2, units=[3], outputs=None, readout="every").parts
    with pytest.raises(UnsupportedModel, match=words):
        write_safetensors(core.Model((*stages, *added)))


def test_activations_after_an_embedding_and_a_recurrent_layer_come_back() -> None:
    model = core.new_model("gru", vocabulary=7, embedding=2, units=[3], outputs=2)
    embedding, layer, answer = model.parts
    whole = core.Model(
        (
            embedding,
            Activation("embedding_tanh", "tanh"),
            layer,
            Activation("gru_relu", "relu"),
            answer,
        )
    )
    back = read_state_dict(write_safetensors(whole))
    assert [node.name for node in back.parts] == [node.name for node in whole.parts]
    ids = np.arange(6).reshape(1, 6)
    expected = core.record(whole, ids).outputs
    np.testing.assert_allclose(core.record(back, ids).outputs, expected, atol=1e-6)
    assert np.abs(core.record(model, ids).outputs - expected).max() > 1e-4


def test_dense_stages_keep_any_activation() -> None:
    model = core.new_model("gru", features=2, units=[3], outputs=2)
    *below, last = model.parts
    assert isinstance(last, Dense)
    gelu = core.Model((*below, Dense(last.name, last.kernel, None, "gelu")))
    assert read_state_dict(write_safetensors(gelu)).digest == gelu.digest
