"""Whole answers of many sources at once, against each translated alone."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.translations import judge_texts
from core.errors import EmptyText
from core.text import END
from tests.core.translators import KINDS, translator

SOURCES = ("abc", "d", "abcdabcd", "ba", "dd", "cabd")


@pytest.mark.parametrize("kind", KINDS)
def test_many_at_once_are_answered_as_each_alone(kind):
    model = translator(kind, seed=8)
    pairs = [(text, "123") for text in SOURCES]
    judged = judge_texts(model, pairs)
    most = judged.written.shape[1]
    for at, text in enumerate(SOURCES):
        alone = core.translate(model, text, most=most)
        kept = [int(index) for index in judged.written[at] if index]
        assert kept == alone.ids.tolist()
        assert judged.written_text(at) == alone.text
        assert judged.losses[at] == pytest.approx(-alone.log_probability, rel=1e-4)
    assert judged.lengths.tolist() == [len(text) for text in SOURCES]


def test_what_is_right_is_counted_by_length():
    model = translator("dot", seed=1)
    own = {text: core.translate(model, text, most=7) for text in SOURCES}
    wanted = {text: made.text if made.ended and made.text else "1" for text, made in own.items()}
    wanted["d"] = "3333"
    judged = judge_texts(model, list(wanted.items()))
    expected = [own[text].tokens == (*wanted[text], END) for text in SOURCES]
    np.testing.assert_array_equal(judged.right, expected)
    assert judged.whole == pytest.approx(np.mean(expected))
    rows = {row.length: row for row in judged.by_length()}
    assert [rows[length].examples for length in (1, 2, 3, 4, 8)] == [1, 2, 1, 1, 1]
    assert rows[2].whole == pytest.approx(np.mean([expected[3], expected[4]]))
    assert all(row.tokens >= row.whole for row in rows.values())
    assert judged.wanted_text(0) == wanted["abc"]


def test_nothing_to_judge_is_refused():
    with pytest.raises(EmptyText):
        judge_texts(translator(), [])
