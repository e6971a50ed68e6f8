"""IMDB and Reuters as data sets; that their examples are Keras's is tested in tests/core/data."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from core.data.errors import DownloadFailed, MissingDataFile, NotKerasData
from core.data.keras_texts import ids_of, imdb, vocabulary
from core.training.sources import prepare
from core.training.sources.reuters import TOPICS

COUNTS = {"imdb": (90, 60), "reuters": (240, 60)}


def ragged(rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("ranked")
    random = np.random.default_rng(0)

    def texts(count):
        return ragged([random.integers(1, 120, size=size).tolist()
                       for size in random.integers(1, 30, size=count)])  # fmt: skip

    for name in COUNTS:
        index = {f"word{rank}": rank for rank in range(1, 101)}
        (made / f"{name}_word_index.json").write_text(json.dumps(index), encoding="utf-8")
    np.savez(made / "imdb.npz", x_train=texts(90), y_train=random.integers(2, size=90),
             x_test=texts(60), y_test=random.integers(2, size=60))  # fmt: skip
    np.savez(made / "reuters.npz", x=texts(300), y=random.integers(46, size=300))
    return made


def prepared(name, folder, *, validation=0.0, seed=0, **options):
    return prepare(name, {"folder": str(folder), **options}, seed=seed, validation=validation)


@pytest.mark.parametrize(("padding", "cut"), [("pre", "pre"), ("post", "post"), ("pre", "post")])
def test_arrays_are_what_keras_pads(folder, padding, cut):
    from keras.utils import pad_sequences

    data = prepared(
        "imdb",
        folder,
        words=50,
        length=12 if cut == "pre" else 40,
        padding=padding,
        cut=cut,
        mask=True,
    )
    known = vocabulary(folder / "imdb_word_index.json", size=50)
    for part, texts in zip((data.train, data.test), imdb(folder), strict=True):
        rows = [row.tolist() for row in ids_of(texts.rows, known)]
        expected = pad_sequences(rows, maxlen=part.inputs.shape[1], padding=padding, truncating=cut)
        assert part.inputs.shape[1] == (12 if cut == "pre" else 40)
        assert np.array_equal(part.inputs, expected)
        assert part.targets[:, 0].tolist() == texts.answers.tolist()
    assert (data.padding, data.mask, data.vocabulary.size) == (padding, True, 50)
    assert data.train.inputs.max() == 49


@pytest.mark.parametrize("name", COUNTS)
def test_counts_chance_and_texts(folder, name):
    data = prepared(name, folder, length=30)
    train, test = (part.targets.ravel().astype(int) for part in (data.train, data.test))
    assert (len(train), len(test)) == COUNTS[name]
    counted = Counter(train.tolist())
    assert list(data.class_counts.values()) == [counted[n] for n in range(len(data.answers))]
    likeliest = max(range(len(data.answers)), key=lambda answer: counted[answer])
    assert data.chance == pytest.approx(np.mean(test == likeliest))
    row = data.test.inputs[3]
    words = data.test.texts(3).split()
    assert len(words) == np.count_nonzero(row)
    expected = [f"word{token - 1}" if token > 1 else "<unk>" for token in row[row > 0]]
    assert words == expected


def test_quick_forms_take_some_examples_by_the_seed_and_always_the_same_tests(folder):
    few = {"train_examples": 20, "test_examples": 10}
    once, again, other = (prepared("imdb", folder, seed=seed, **few) for seed in (0, 0, 1))
    assert once.train.inputs.shape[0] == 20
    assert np.array_equal(once.train.inputs, again.train.inputs)
    assert not np.array_equal(once.train.inputs, other.train.inputs)
    assert np.array_equal(once.test.inputs, other.test.inputs)
    everything = prepared("imdb", folder)
    rows = {row.tobytes() for row in everything.train.inputs}
    assert {row.tobytes() for row in once.train.inputs} <= rows
    assert len(prepared("imdb", folder, train_examples=5_000).train) == 90
    parted = prepared("imdb", folder, validation=0.2)
    assert (len(parted.train), len(parted.validation)) == (72, 18)


def test_relative_folders_begin_where_they_are_told(folder):
    data = prepare("imdb", {"folder": folder.name}, seed=0, validation=0, folder=folder.parent)
    assert len(data.train) == 90


def test_what_is_missing_or_does_not_fit_is_told(folder, tmp_path, monkeypatch):
    with pytest.raises(MissingDataFile, match=r"imdb_word_index\.json"):
        prepared("imdb", tmp_path)
    (tmp_path / "reuters_word_index.json").write_text('{"a": 1}', encoding="utf-8")
    np.savez(tmp_path / "reuters.npz", x=ragged([[1]] * 9), y=np.array([46] * 9))
    with pytest.raises(NotKerasData, match="not one of 0 to 45"):
        prepared("reuters", tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("core.training.sources.ranked.ADDRESS", "http://127.0.0.1:9/")
    with pytest.raises(DownloadFailed, match=r"imdb\.npz could not be fetched"):
        prepare("imdb", {}, seed=0, validation=0)


def test_topics_are_keras_s():
    import keras

    assert keras.datasets.reuters.get_label_names() == TOPICS


def test_the_shared_reviews(shared_data):
    """The real files: sizes, balance, and that labels belong to their reviews."""
    data = prepared("imdb", shared_data, length=200, train_examples=4_000, test_examples=4_000)
    assert data.vocabulary.size == 10_000
    assert data.train.inputs.shape == (4_000, 200)
    assert sum(data.class_counts.values()) == 4_000
    assert abs(data.class_counts["positive"] - 2_000) < 150
    for part in (data.train, data.test):
        positive = part.targets[:, 0] == 1
        for word, sign in (("worst", -1), ("waste", -1), ("wonderful", 1), ("excellent", 1)):
            has = (part.inputs == data.vocabulary.encode(word).ids[0]).any(axis=1)
            assert sign * (positive[has].mean() - 0.5) > 0.2, word
