"""Texts that language models are known by: cut where books cut them, and read as they read them."""

from __future__ import annotations

import numpy as np
import pytest

from core.text import UNKNOWN_ID
from core.training.sources import prepare
from core.training.sources.errors import FolderWanted, TextTooShort
from core.training.sources.shakespeare import FILE
from core.training.sources.treebank import FILES

PLAY = "".join(np.random.default_rng(0).choice(list("AaBb ,\n"), size=4_000))


def prepared(source, folder, **options):
    return prepare(source, {"folder": str(folder)} | options, seed=0, validation=0.2)


@pytest.fixture
def play(tmp_path):
    (tmp_path / FILE).write_text(PLAY)
    return tmp_path


def said(data, part):
    known = data.vocabulary
    return "".join(known.token_of(int(token)) for token in part.inputs.ravel())


def test_the_plays_are_read_in_small_letters_and_cut_into_three(play):
    data = prepared("shakespeare", play, length=20)
    small, end = PLAY.lower(), round(4_000 * 1_000_000 / 1_115_394)
    assert small.startswith(said(data, data.train))
    assert set(data.vocabulary.tokens) == set(small)
    assert said(data, data.validation) in small[end:]
    assert data.metric == "accuracy"
    likeliest = np.bincount(data.train.targets.ravel()).argmax()
    assert data.chance == pytest.approx((data.test.targets == likeliest).mean())
    half = prepared("shakespeare", play, length=20, share=0.5)
    assert len(half.train) == len(data.train) // 2


def test_windows_overlap_in_training_alone_and_then_none_continues_another(play):
    data = prepared("shakespeare", play, length=20, stride=3)
    assert not data.contiguous
    text = prepared("shakespeare", play, length=20)
    whole = text.train.inputs.ravel()
    for place in (0, 7, len(data.train) - 1):
        inputs, targets = data.train.inputs[place], data.train.targets[place]
        np.testing.assert_array_equal(inputs[: len(whole) - 3 * place], whole[3 * place :][:20])
        np.testing.assert_array_equal(inputs[1:], targets[:-1])
    assert len(data.train) > 6 * len(text.train)
    np.testing.assert_array_equal(data.validation.inputs, text.validation.inputs)
    assert text.contiguous


def test_the_treebank_ends_its_sentences_and_says_itself_what_it_does_not_know(tmp_path):
    lines = " the <unk> fell N points \n he said so \n"
    for file in FILES:
        (tmp_path / file).write_text(lines * 30)
    data = prepared("treebank", tmp_path, length=5, score="perplexity")
    words = [data.vocabulary.token_of(int(token)) for token in data.train.inputs.ravel()[:10]]
    assert words == ["the", "<unk>", "fell", "N", "points", "<eos>", "he", "said", "so", "<eos>"]
    assert data.train.inputs[0, 1] == UNKNOWN_ID
    assert (data.metric, data.contiguous) == ("perplexity", True)


@pytest.mark.parametrize(("source", "first"), [("shakespeare", FILE), ("treebank", FILES[0])])
def test_a_folder_is_asked_for_where_none_is_named_or_it_lacks_the_file(source, first, tmp_path):
    for options in ({}, {"folder": str(tmp_path)}):
        with pytest.raises(FolderWanted, match=first):
            prepare(source, options, seed=0, validation=0.2)
    for file in (FILE, *FILES):
        (tmp_path / file).write_text("a b a b\n")
    with pytest.raises(TextTooShort):
        prepared(source, tmp_path)


def test_the_real_files_have_the_sizes_that_books_give(shared_data):
    plays = prepared("shakespeare", shared_data)
    assert len(plays.vocabulary.tokens) == 39
    assert plays.train.inputs.size == 999_900
    news = prepared("treebank", shared_data)
    assert (news.outputs, news.train.inputs.size) == (10_001, 929_565)
