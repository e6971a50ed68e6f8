"""The check against a file's own framework: it agrees where we are right, and only there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core
from core.importers.original.check import (
    FrameworkMissing,
    NothingToCompare,
    OriginalFailed,
    compare_with_original,
)
from core.importers.save import model_bytes
from tests.core.importers.onnx.cases import torch_last
from tests.core.importers.onnx.graphs import Graph
from tests.core.networks import randomised

# Keras's own way from tensors to arrays, when it saves.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")


def graph() -> bytes:
    made = Graph()
    return made.data(torch_last(made))


def swapped(model: core.Model) -> core.Model:
    """Two gates taken for each other: what a wrong reading would be."""
    name = model.layers[0].name
    one, other = (f"{name}/{gate}/kernel" for gate in ("input", "forget"))
    weights = model.parameters
    return model.with_parameters({one: weights[other], other: weights[one]})


def test_onnx_agrees_and_a_wrong_reading_does_not():
    data = graph()
    model = core.load_model(data, trusted=True)
    found = compare_with_original(model, data, name="a.onnx")
    assert found.framework == "ONNX"
    assert found.value < 1e-5
    assert found.largest > 1e-3
    assert compare_with_original(swapped(model), data, name="a.onnx").value > 1e-3


def test_pytorch_agrees():
    made = core.new_model(
        "lstm", vocabulary=9, embedding=3, units=[4, 5], bidirectional=True, outputs=2
    )
    data = model_bytes(randomised(made, seed=3), ".safetensors")
    model = core.load_model(data, trusted=True)
    found = compare_with_original(model, data, name="a.safetensors")
    assert (found.framework, found.time) == ("PyTorch", None)
    assert found.value < 1e-5


def test_keras_agrees_past_a_text_vectorization(tmp_path):
    keras = pytest.importorskip("keras")
    words = keras.layers.TextVectorization(vocabulary=["the", "film", "was", "good"])
    chain = [keras.Input((1,), dtype="string"), words, keras.layers.Embedding(6, 3, mask_zero=True)]
    original = keras.Sequential([*chain, keras.layers.LSTM(4), keras.layers.Dense(2)])
    original.set_weights(
        [np.random.default_rng(at).normal(0, 0.6, w.shape) for at, w in
         enumerate(original.get_weights())]
    )  # fmt: skip
    original.save(tmp_path / "model.keras")
    data = (tmp_path / "model.keras").read_bytes()
    model = core.load_model(data)
    found = compare_with_original(model, data, name="a.keras")
    assert (found.framework, found.time) == ("Keras", None)
    assert found.value < 1e-5


def test_what_cannot_be_compared_is_said():
    model = randomised(core.new_model("gru", features=2, units=[3], outputs=2), seed=1)
    with pytest.raises(NothingToCompare):
        compare_with_original(model, model_bytes(model, ".npz"), name="a.npz")
    data = graph()
    read = core.load_model(data, trusted=True)
    with pytest.raises(NothingToCompare):
        compare_with_original(read, data, name="a", options={"without_tail": True})
    less = replace(read, nodes=read.parts[:-1])
    with pytest.raises(NothingToCompare):  # another number of outputs
        compare_with_original(less, data, name="a.onnx")
    words = read.parts[0]
    wider = replace(words, weights=np.tile(words.weights, (99, 1)))
    with pytest.raises(OriginalFailed, match="ONNX"):  # given ids that the file does not have
        compare_with_original(replace(read, nodes=(wider, *read.parts[1:])), data, name="a")


def test_a_framework_that_is_not_there_is_said(monkeypatch, tmp_path):
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "__init__.py").write_text("raise ImportError('no onnx')", encoding="utf-8")
    data = graph()
    model = core.load_model(data, trusted=True)
    root = Path(core.__file__).parents[1]
    monkeypatch.setattr("core.children.ROOT", f"{tmp_path}{os.pathsep}{root}")
    with pytest.raises(FrameworkMissing):
        compare_with_original(model, data, name="a.onnx")
