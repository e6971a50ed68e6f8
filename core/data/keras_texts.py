"""IMDB and Reuters as Keras gives them: the same examples in the same order.

A text is a list of ranks: 1 for the most frequent word. Keras shuffles the examples with seed 113
(`RandomState.shuffle`, which NumPy keeps as it is for all time), cuts Reuters' last fifth off for
testing, and moves ranks by 3 to make room for padding, start and unknown. The same is done here,
except that ranks become ids of our `Vocabulary`: rank r is id r + 1, after padding (0) and unknown
(1), and there is no start token, which would say nothing. Tested against `keras.datasets`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.errors import MissingDataFile, NotKerasData
from core.data.object_arrays import Rows, read_numbers, read_rows
from core.text import UNKNOWN_ID, Vocabulary

SEED = 113
REUTERS_TEST_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts as ranks of words, and the number of the answer of each."""

    rows: Rows
    answers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: NDArray[np.int64]) -> Texts:
        """The texts of those numbers, in that order."""
        return Texts([self.rows[place] for place in places], self.answers[places])


def imdb(folder: Path) -> tuple[Texts, Texts]:
    """Training and test reviews; answer 1 is for, 0 against.

    Raises:
        MissingDataFile: when imdb.npz is not there.
        NotKerasData, PickleRefused: when it holds something else.
    """
    file = existing(folder, "imdb.npz")
    train, test = (_texts(file, x=f"x_{side}", y=f"y_{side}") for side in ("train", "test"))
    # One generator for both: the order of the second half depends on the first one.
    random = _generator()
    return _shuffled(train, random), _shuffled(test, random)


def reuters(folder: Path) -> tuple[Texts, Texts]:
    """Training and test newswires; answers are topics. Raises as `imdb` does."""
    texts = _shuffled(_texts(existing(folder, "reuters.npz"), x="x", y="y"), _generator())
    places = np.arange(len(texts))
    split = int(len(texts) * (1 - REUTERS_TEST_SHARE))
    return texts.at(places[:split]), texts.at(places[split:])


def vocabulary(file: Path, *, size: int) -> Vocabulary:
    """The most frequent words of a word index, `size` ids in all, padding and unknown included.

    Raises:
        NotKerasData: when the file is no object of words and ranks from 1 on, each once.
    """
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise NotKerasData(file=file.name, why=f"it cannot be read as JSON ({error})") from error
    if not isinstance(index, dict) or not all(type(rank) is int for rank in index.values()):
        raise NotKerasData(file=file.name, why="it is no object of words and their ranks")
    word_of = {rank: word for word, rank in index.items()}
    if sorted(word_of) != list(range(1, len(index) + 1)):
        raise NotKerasData(file=file.name, why=f"its ranks are not 1 to {len(index):,}, each once")
    count = min(size - 2, len(index))
    return Vocabulary(tuple(word_of[rank] for rank in range(1, count + 1)), "word", "filter")


def ids_of(rows: Rows, vocabulary: Vocabulary) -> Rows:
    """Ranks as ids of the vocabulary; those below 1 and above its last are unknown."""
    known = len(vocabulary.tokens)
    return [np.where((row >= 1) & (row <= known), row + 1, np.int32(UNKNOWN_ID)) for row in rows]


def existing(folder: Path, name: str) -> Path:
    """The file of that name. Raises MissingDataFile."""
    file = folder / name
    if not file.is_file():
        raise MissingDataFile(file=name, folder=folder)
    return file


def _texts(file: Path, *, x: str, y: str) -> Texts:
    rows, answers = read_rows(file, x), read_numbers(file, y)
    if len(rows) != len(answers) or answers.ndim != 1:
        why = f"'{x}' has {len(rows):,} texts and '{y}' {len(answers):,} answers"
        raise NotKerasData(file=file.name, why=why)
    return Texts(rows, answers)


def _generator() -> np.random.RandomState:
    # The legacy one, because Keras's order is its.
    return np.random.RandomState(SEED)


def _shuffled(texts: Texts, random: np.random.RandomState) -> Texts:
    order = np.arange(len(texts))
    random.shuffle(order)
    return texts.at(order)
