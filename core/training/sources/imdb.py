"""IMDB: is a film review for or against?

25,000 reviews for training and 25,000 for testing, half of them positive, from Maas et al. 2011,
as Keras offers them (`core.data.keras_texts`): the same examples, the same order. There is no start
token. Without a mask and with zeros in front, as the defaults are, it is what Keras's tutorials
train on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.keras_texts import Texts, existing, ids_of, imdb, vocabulary
from core.text import Vocabulary
from core.training.dataset import Dataset, Part, Side
from core.training.sources.arrange import padded, some_of, texts_of
from core.training.sources.source import Options, Setting, Source, whole

ANSWERS = ("negative", "positive")


@dataclass(frozen=True)
class ImdbOptions(Options):
    """What is read of the reviews.

    Attributes:
        folder: holds imdb.npz and imdb_word_index.json; "" to have Keras's files downloaded.
        words: ids in all: the most frequent words, padding and unknown.
        length: words of a review that are read.
        padding: where the zeros of short reviews stand.
        cut: where long reviews are cut.
        train_examples: how many; None for all.
        test_examples: how many; None for all.
        mask: whether padding is masked.
    """

    folder: str = ""
    words: int = whole(10_000, low=3, high=100_000)
    length: int = whole(500, low=1, high=5_000)
    padding: Side = "pre"
    cut: Side = "pre"
    train_examples: int | None = whole(None, low=2, high=1_000_000)
    test_examples: int | None = whole(None, low=1, high=1_000_000)
    mask: bool = False


def make(options: ImdbOptions, setting: Setting) -> Dataset:
    """Reads the files and arranges them."""
    folder = Path(options.folder)
    known = vocabulary(existing(folder, "imdb_word_index.json"), size=options.words)
    setting.report("reading", 0.1)
    train, test = imdb(folder)
    train = train.at(some_of(len(train), options.train_examples, seed=setting.seed))
    test = test.at(some_of(len(test), options.test_examples, seed=setting.seed))
    counts = Counter(train.answers.tolist())
    setting.report("arranging", 0.7)
    return Dataset(
        name="imdb",
        train=_part(train, known, options),
        validation=None,
        test=_part(test, known, options),
        vocabulary=known,
        features=None,
        outputs=1,
        loss="binary_crossentropy",
        readout="last",
        metric="accuracy",
        answers=ANSWERS,
        chance=0.5,
        citation=SOURCE.citation,
        class_counts={answer: counts[number] for number, answer in enumerate(ANSWERS)},
        padding=options.padding,
        mask=options.mask,
    )


def _part(texts: Texts, known: Vocabulary, options: ImdbOptions) -> Part:
    ids = padded(
        ids_of(texts.rows, known), length=options.length, padding=options.padding, cut=options.cut
    )
    return Part(ids, texts.answers.astype(np.float32)[:, None], texts=texts_of(ids, known))


SOURCE = Source(
    name="imdb",
    description="Reads a film review and says whether it is for or against the film.",
    citation="Maas, Daly, Pham, Huang, Ng & Potts 2011, 'Learning word vectors for sentiment "
    "analysis'",
    options=ImdbOptions,
    make=make,
)
