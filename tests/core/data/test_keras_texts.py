"""IMDB and Reuters, held to what Keras itself makes of the same files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.data.errors import MissingDataFile, NotKerasData
from core.data.keras_texts import ids_of, imdb, reuters, vocabulary
from core.text import UNKNOWN_ID, Vocabulary

INDEX_FROM = 3
WORDS = 500


def ragged(rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


def drawn(count, *, classes, seed):
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 60, size=count)
    rows = [random.zipf(1.3, size=length).clip(max=2_000).tolist() for length in lengths]
    return ragged(rows), random.integers(classes, size=count)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Small files in Keras's layout."""
    made = tmp_path_factory.mktemp("keras")
    x_train, y_train = drawn(300, classes=2, seed=1)
    x_test, y_test = drawn(200, classes=2, seed=2)
    np.savez(made / "imdb.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    x, y = drawn(403, classes=46, seed=3)
    np.savez(made / "reuters.npz", x=x, y=y)
    return made


def keras_gives(name, file, monkeypatch):
    """Keras's `load_data` on a file of ours; only the download is left out."""
    import keras

    module = {"imdb": keras.src.datasets.imdb, "reuters": keras.src.datasets.reuters}[name]
    monkeypatch.setattr(module, "get_file", lambda **_: str(file))
    return module.load_data(num_words=WORDS + INDEX_FROM - 1)


def as_keras(rows):
    """Ours as theirs: start token in front, two ranks further on, 2 for unknown."""
    return [[1, *(2 if word == UNKNOWN_ID else word + 2 for word in row.tolist())] for row in rows]


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_the_examples_are_keras_s_in_keras_s_order(name, folder, monkeypatch):
    known = Vocabulary(tuple(map(str, range(WORDS - 2))), "word")
    theirs = keras_gives(name, folder / f"{name}.npz", monkeypatch)
    ours = {"imdb": imdb, "reuters": reuters}[name](folder)
    for (x, y), part in zip(theirs, ours, strict=True):
        assert len(part) == len(x) > 50
        assert part.answers.tolist() == y.tolist()
        found = as_keras(ids_of(part.rows, known))
        assert found == [list(row) for row in x]
        assert any(2 in row for row in found), "no word was rare"


def test_the_shared_newswires_are_keras_s(shared_data, monkeypatch):
    theirs = keras_gives("reuters", shared_data / "reuters.npz", monkeypatch)
    known = vocabulary(shared_data / "reuters_word_index.json", size=WORDS)
    for (x, y), part in zip(theirs, reuters(shared_data), strict=True):
        assert part.answers.tolist() == y.tolist()
        assert as_keras(ids_of(part.rows[:300], known)) == [list(row) for row in x[:300]]


def test_ranks_become_ids_and_back_words(shared_data):
    known = vocabulary(shared_data / "imdb_word_index.json", size=10_000)
    index = json.loads((shared_data / "imdb_word_index.json").read_text("utf-8"))
    assert known.size == 10_000
    for word in ("the", "movie", "don't", "wonderful"):
        assert known.encode(word).ids.tolist() == [index[word] + 1]
    assert known.token_of(9_999) == next(word for word, rank in index.items() if rank == 9_998)
    typed = known.encode("This MOVIE wasn't good -- well-acted, though!")
    assert typed.tokens == ("This", "MOVIE", "wasn't", "good", "well", "acted", "though")
    assert typed.known.all()


def test_ids_of_ranks_outside_the_vocabulary_are_unknown():
    known = Vocabulary(("a", "b", "c"), "word")
    rows = [np.array([1, 3, 4, 0, -7, 2**31 - 1], np.int32), np.array([], np.int32)]
    assert [row.tolist() for row in ids_of(rows, known)] == [[2, 4, 1, 1, 1, 1], []]


def test_a_word_index_has_each_rank_once(tmp_path):
    file = tmp_path / "index.json"
    file.write_text('{"b": 2, "a": 1, "c": 3}', encoding="utf-8")
    assert vocabulary(file, size=4).tokens == ("a", "b")
    assert vocabulary(file, size=90).tokens == ("a", "b", "c")
    for wrong in ('{"a": 1, "b": 1}', '{"a": 1, "b": 3}', '{"a": 0}', '{"a": "1"}', "[1]", "{", ""):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(NotKerasData, match=r"index\.json"):
            vocabulary(file, size=4)


def test_what_is_missing_or_does_not_fit_is_told(tmp_path):
    with pytest.raises(MissingDataFile, match=r"imdb\.npz"):
        imdb(tmp_path)
    np.savez(tmp_path / "reuters.npz", x=ragged([[1], [2]]), y=np.array([0]))
    with pytest.raises(NotKerasData, match="2 texts and 'y' 1 answers"):
        reuters(tmp_path)
