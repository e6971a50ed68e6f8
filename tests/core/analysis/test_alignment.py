"""What an attention looked at: the recorded weights, mixed again, cut into passages."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.alignment import Alignment, alignment, passages, sides, word_spans
from tests.core.translators import translator


@pytest.mark.parametrize("kind", ["dot", "additive", "both ways"])
def test_the_context_is_the_mixture_of_what_the_encoder_gave(kind):
    made = core.translate(translator(kind), "abcd", teacher="1232")
    found = alignment(made.trace)
    assert found is not None
    assert found.weights.shape == (len(made.ids), 4)
    encoders, decoders = sides(made.trace)
    assert [layer.name for layer in decoders] == ["decoder"]
    given = np.concatenate([layer.outputs[0] for layer in encoders], axis=1)
    np.testing.assert_array_equal(found.values, given)
    mixed = np.array([sum(w * v for w, v in zip(row, given, strict=True)) for row in found.weights])
    np.testing.assert_allclose(found.context, mixed, atol=1e-6)
    assert found.difference < 1e-6
    at, share = found.most(0)
    assert share == found.weights[0].max() == found.weights[0, at]


def test_a_decoder_without_attention_has_no_alignment():
    assert alignment(core.translate(translator("plain"), "ab", most=3).trace) is None


def test_words_are_runs_of_letters_and_of_digits_with_what_stands_behind_them():
    assert word_spans("Ap 3,19", unit="character") == ((0, 3), (3, 5), (5, 7))
    assert word_spans("a  b", unit="character") == ((0, 3), (3, 4))
    assert word_spans("57+x5", unit="character") == ((0, 3), (3, 4), (4, 5))
    assert word_spans(" a", unit="character") == ((0, 1), (1, 2))
    assert word_spans(["no", "way"], unit="word") == ((0, 1), (1, 2))


def test_passages_change_where_another_word_is_looked_at_most():
    weights = np.array(
        [[0.5, 0.3, 0.2, 0.0], [0.3, 0.3, 0.0, 0.4], [0.1, 0.1, 0.1, 0.7], [0.2, 0.6, 0.0, 0.2]]
    )
    none = np.zeros((4, 1))
    found = passages(Alignment("a", weights, none, none), ((0, 2), (2, 3), (3, 4)))
    assert [(one.written, one.read) for one in found] == [
        ((0, 2), (0, 2)),
        ((2, 3), (3, 4)),
        ((3, 4), (0, 2)),
    ]
    assert [one.share for one in found] == pytest.approx([0.7, 0.7, 0.8])
