"""Texts for models of one length: padded and cut as Keras's `pad_sequences` does it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.analysis.typed import encode, sample
from core.importers.onnx.file import read_onnx
from core.padding import length_of, paddings, window_of
from core.text import PADDING, PADDINGS, Encoded, Padding, Vocabulary
from tests.core.importers.onnx.cases import last_of, one
from tests.core.importers.onnx.graphs import FEATURES, UNITS, Graph

CASES = Path(__file__).parents[3] / "shared/data/models"
WORDS = Vocabulary(tuple("abcdefgh"), "word", first=1, unknown=None)


def model_of(length: int | None, **settings: Any) -> core.Model:
    """A model of a vocabulary, made for texts of `length` tokens."""
    model = core.new_model("lstm", vocabulary=9, embedding=3, units=[4], outputs=1, seed=5)
    table = replace(model.embedding, **settings)
    card = {} if length is None else {"length": length}
    return replace(model, nodes=(table, *model.nodes[1:]), vocabulary=WORDS, card=card)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=9), st.integers(1, 7))
def test_texts_are_padded_and_cut_where_it_is_said(words: list[str], length: int):
    ids = WORDS.encode(" ".join(words)).ids.tolist()
    missing = [0] * (length - len(ids))
    expected = {
        "before": (missing + ids)[-length:],
        "after": (ids + missing)[:length],
        "none": ids,
    }
    model = model_of(length)
    for padding in PADDINGS:
        read = model.encode(" ".join(words), padding=padding)
        assert read.ids.tolist() == expected[padding]
        assert read.known.all()
        assert read.tokens.count(PADDING) == expected[padding].count(0)
        assert read.left_out == max(0, len(ids) - len(read))
        typed = encode(replace(model, vocabulary=None), " ".join(map(str, ids)), padding=padding)
        assert typed.ids.tolist() == expected[padding]
    assert model.encode(" ".join(words)).ids.tolist() == expected["before"]


def test_padding_is_asked_for_where_answers_depend_on_it():
    assert paddings(model_of(6)) == ("before", "after", "none")
    assert paddings(model_of(None)) == ()
    masked = model_of(6, mask_zero=True)
    assert paddings(masked) == ()
    assert masked.encode("a b").ids.tolist() == [1, 2]
    assert masked.encode("a b c d e f g h").ids.tolist() == [3, 4, 5, 6, 7, 8]
    outputs = [core.record(model_of(6), model_of(6).encode("a b c", padding=p).inputs).outputs
               for p in PADDINGS]  # fmt: skip
    assert len({float(each[0, 0]) for each in outputs}) == 3


def test_a_text_layer_that_pads_is_left_alone():
    model = replace(model_of(6), vocabulary=replace(WORDS, length=4))
    assert paddings(model) == ()
    assert model.encode("a b").ids.tolist() == [1, 2, 0, 0]


def test_the_length_survives_saving(tmp_path: Path):
    model_of(6).save(tmp_path / "a.npz")
    assert core.Model.load(tmp_path / "a.npz").encode("a").ids.tolist() == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("padding", PADDINGS)
def test_a_part_of_it_keeps_what_was_left_out(padding: Padding):
    read: Encoded = model_of(3).encode("a b c d e", padding=padding)
    assert read.part(0, 1).left_out == read.left_out == (0 if padding == "none" else 2)


@pytest.mark.parametrize(
    ("dims", "perm", "length"),
    [
        (("batch", 12), [1, 0, 2], 12),
        ((1, 12), [1, 0, 2], 12),
        ((12, 1), [0, 1, 2], 12),
        (("batch", "time"), [1, 0, 2], None),
        ((3, 5), [1, 0, 2], None),
    ],
)
def test_the_length_that_an_onnx_file_declares(dims: Any, perm: list[int], length: int | None):
    graph = Graph()
    given = graph.input("ids", dims, onnx.TensorProto.INT64)
    words = graph.node("Gather", graph.tensor("words", 9, FEATURES), given)
    every, *_ = graph.recurrent("GRU", graph.node("Transpose", words, perm=perm))
    model = read_onnx(graph.data(every))
    assert length_of(model) == length
    expected = [1, 2] if length is None else [0] * (length - 2) + [1, 2]
    assert encode(model, "1 2").ids.tolist() == expected


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside the project")
def test_a_real_classifier_answers_as_its_owner_has_it():
    model = core.load_model(CASES / "17_padded_texts.h5")
    with np.load(CASES / "17_padded_texts.expected.npz") as case:
        ids, expected = case["ids"][0].tolist(), {key: case[key] for key in case.files}
    assert length_of(model) == expected["padded"].shape[1]
    typed = " ".join(map(str, ids))
    read = encode(model, typed)
    np.testing.assert_array_equal(read.inputs, expected["padded"])
    np.testing.assert_allclose(core.record(model, read.inputs).outputs, expected["y"], atol=1e-6)
    words = tuple(f"w{at}" for at in range(1, model.embedding.weights.shape[0]))
    reader = replace(model, vocabulary=Vocabulary(words, "word", first=1, unknown=None))
    text = " ".join(f"w{at}" for at in ids)
    np.testing.assert_allclose(core.record(reader, text).outputs, expected["y"], atol=1e-6)
    if "post" in expected:
        after = core.record(model, encode(model, typed, padding="after").inputs).outputs
        np.testing.assert_allclose(after, expected["post"], atol=1e-6)


def test_the_sample_of_such_a_model_has_its_length():
    model = replace(model_of(6), vocabulary=None)
    assert encode(model, sample(model)).left_out == 0
    assert len(sample(model).split()) == 6


@pytest.mark.parametrize(("sizes", "window"), [((1, 7, 3), 7), ((4, 7, 3), 7), ((4, "t", 3), None)])
def test_an_onnx_file_says_how_many_steps_of_numbers_it_reads(sizes, window):
    graph = Graph()
    x = graph.node("Transpose", graph.input("x", sizes), perm=[1, 0, 2])
    every, *_ = graph.recurrent("LSTM", x, features=3)
    data = graph.data(graph.dense(last_of(graph, one(graph, every)), UNITS, 1))
    model = core.load_model(data)
    assert window_of(model) == window
    assert length_of(model) is None
    series = np.random.default_rng(0).normal(size=(9, 3))
    typed = "\n".join(", ".join(map(str, row)) for row in series.tolist())
    assert len(encode(model, typed)) == 9  # read through a window, not refused
