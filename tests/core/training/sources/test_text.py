from __future__ import annotations

import numpy as np
import pytest

from core.text import UnknownEncoding
from core.text.errors import EmptyFile, NotText
from core.training.dataset import streams
from core.training.errors import WrongSetting
from core.training.sources import prepare
from core.training.sources.errors import TextTooShort, UnreadableFile

LETTERS = "".join(np.random.default_rng(0).choice(list("abc de\n"), size=1003))


def prepared(options, *, validation=0.2, folder="."):
    return prepare("text", options, seed=0, validation=validation, folder=folder)


def read_back(part):
    """What the windows say, one after the other, and the token after the last of them."""
    said = "".join(part.texts(number) for number in range(len(part)))
    return said, int(part.targets[-1, -1])


def test_the_parts_follow_each_other_and_lose_only_what_fills_no_window():
    data = prepared({"text": LETTERS, "length": 10, "test": 0.1})
    end = round(1003 * 0.9)
    middle = round(end * 0.8)
    bounds = ((data.train, 0, middle), (data.validation, middle, end), (data.test, end, 1003))
    for part, start, stop in bounds:
        said, last = read_back(part)
        assert LETTERS[start : start + len(said)] == said
        assert 0 <= (stop - start - 1) - len(said) < 10
        assert data.vocabulary.token_of(last) == LETTERS[start + len(said)]


@pytest.mark.parametrize("validation", [0.0, 0.3])
def test_each_target_is_the_token_that_comes_next(validation):
    data = prepared({"text": LETTERS, "length": 7}, validation=validation)
    assert (data.validation is None) == (validation == 0)
    for part in (data.train, data.test):
        inputs, targets = part.inputs.ravel(), part.targets.ravel()
        assert (inputs[1:] == targets[:-1]).all()
    assert data.outputs == data.vocabulary.size
    assert data.loss == "sparse_categorical_crossentropy"
    assert (data.readout, data.metric, data.mask) == ("every", "perplexity", False)


def test_streams_of_a_text_read_it_side_by_side():
    data = prepared({"text": LETTERS, "length": 5})
    assert data.contiguous
    arranged = streams(data.train, batch=4)
    each = len(data.train) // 4
    batches = arranged.inputs.reshape(each, 4, 5)
    tokens = [data.vocabulary.encode(letter).ids[0] if letter.strip() else None for letter in "abc"]
    assert None not in tokens
    for row in range(4):
        start = row * each * 5
        said = "".join(data.vocabulary.token_of(int(i)) for i in batches[:, row].ravel())
        assert said == LETTERS[start : start + each * 5]


def test_tokens_that_training_does_not_have_or_has_once_are_unknown():
    text = "a b " * 100 + "once " + "a b " * 20 + "later " * 30
    data = prepared({"text": text, "unit": "word", "length": 4, "test": 0.15}, validation=0.0)
    assert data.vocabulary.tokens == ("a", "b")
    assert 1 in data.train.inputs
    assert data.test.targets[-1, -1] == 1
    few = prepared(
        {"text": text, "unit": "word", "length": 4, "words": 3, "test": 0.2}, validation=0.0
    )
    assert few.vocabulary.tokens == ("a",)


def test_chance_is_the_perplexity_of_frequencies():
    # Three letters in four are a: with counts of thousands, smoothing hardly matters.
    text = "".join(np.random.default_rng(1).choice(list("ab"), p=[0.75, 0.25], size=20_000))
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert prepared({"text": text}).chance == pytest.approx(np.exp(entropy), rel=0.02)


@pytest.mark.parametrize(
    ("unit", "fold", "shown", "tokens"),
    [
        ("jamo", "none", "한국", {"ᄒ", "ᅡ", "ᆫ", "ᄀ", "ᅮ", "ᆨ"}),
        ("character", "none", "한국", {"한", "국"}),
        ("word", "exact", "n't N <unk>", {"n't", "N"}),
        ("word", "strip", "dont", {"dont"}),
    ],
)
def test_units_and_folds(unit, fold, shown, tokens):
    source = {"strip": "Don't!! -- "}.get(fold, shown + " " * (fold == "exact"))
    data = prepared({"text": source * 200, "unit": unit, "fold": fold, "length": 6})
    assert set(data.vocabulary.tokens) == tokens
    assert data.vocabulary.unit == unit
    assert data.vocabulary.encode(source).ids.tolist()
    assert data.train.texts(0).startswith(shown[:6])


def test_files_are_read_as_uploads_are_and_relative_ones_in_the_folder_of_the_run(tmp_path):
    text = "가나다 라마바사. " * 100
    (tmp_path / "a.txt").write_bytes(text.encode("cp949"))
    for file in ("a.txt", str(tmp_path / "a.txt")):
        data = prepared({"file": file, "length": 5}, folder=tmp_path)
        assert data.train.texts(0) == text[:5]
    wrong = {"file": "a.txt", "encoding": "latin-17"}
    with pytest.raises(UnknownEncoding):
        prepared(wrong, folder=tmp_path)


def test_what_is_wrong_with_a_file_is_told(tmp_path):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    for name, error in (
        ("missing.txt", UnreadableFile), (".", UnreadableFile),
        ("empty.txt", EmptyFile), ("picture.png", NotText),
    ):  # fmt: skip
        with pytest.raises(error):
            prepared({"file": name}, folder=tmp_path)
    for options in ({}, {"text": "abc", "file": "a.txt"}):
        with pytest.raises(WrongSetting, match=r"data\.options\.text"):
            prepared(options)


@pytest.mark.parametrize("validation", [0.0, 0.2])
@pytest.mark.parametrize("text", ["abc", "  ", LETTERS[:100]])
def test_a_text_that_is_too_short_is_told_how_long_it_has_to_be(text, validation):
    with pytest.raises(TextTooShort) as caught:
        prepared({"text": text, "length": 30}, validation=validation)
    least = caught.value.facts["least"]
    assert caught.value.facts["found"] == len(text) < least < 1003
    data = prepared({"text": LETTERS[:least], "length": 30}, validation=validation)
    assert len(data.test) >= 1
    assert validation == 0 or len(data.validation) >= 1
