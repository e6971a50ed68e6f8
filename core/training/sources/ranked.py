"""What IMDB and Reuters have in common: texts as ranks of words, in Keras's files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from core.data.errors import NotKerasData
from core.data.keras_files import ADDRESS, fetched
from core.data.keras_texts import Texts, existing, ids_of, vocabulary
from core.text import Vocabulary
from core.training.dataset import Dataset, Part, Side
from core.training.settings import setting, settings
from core.training.sources.arrange import by_rote, padded, some_of, texts_of
from core.training.sources.source import Options, Report, Setting
from core.typed_paths import typed_path

TEST_SEED = 1_000_003
"""So that runs with other seeds are scored on the same test texts, where not all are taken."""


@settings
class RankedOptions(Options):
    """What is read of the texts.

    Attributes:
        folder: holds the two files in Keras's layout; "" to have them downloaded into its cache.
        words: ids in all: the most frequent words, padding and unknown.
        length: words of a text that are read.
        padding: where the zeros of short texts stand.
        cut: where long texts are cut.
        train_examples: how many, drawn at random; None for all.
        test_examples: how many, drawn at random; None for all.
        mask: whether padding is masked.
    """

    folder: str = ""
    words: int = setting(10_000, low=3, high=100_000)
    length: int = setting(500, low=1, high=5_000)
    padding: Side = "pre"
    cut: Side = "pre"
    train_examples: int | None = setting(None, low=2, high=1_000_000)
    test_examples: int | None = setting(None, low=1, high=1_000_000)
    mask: bool = False


def files_of(name: str) -> tuple[str, ...]:
    """The two files of a source of texts as ranks: the texts, and which word has which rank."""
    return f"{name}.npz", f"{name}_word_index.json"


def ranked(
    name: str,
    read: Callable[[Path], tuple[Texts, Texts]],
    answers: tuple[str, ...],
    options: RankedOptions,
    setting: Setting,
    *,
    citation: str,
) -> Dataset:
    """Texts for training and testing, as arrays of ids.

    Args:
        name: of the source and of its files, `<name>.npz` and `<name>_word_index.json`.
        read: gives both from the folder.
        answers: what the answers mean, by number.
        options: what is read of them.
        setting: seed, progress, and where relative folders begin.
        citation: where the texts come from.

    Raises:
        DownloadFailed, MissingDataFile, NotKerasData, PickleRefused: when there is nothing to read.
    """
    folder = _folder(name, options, setting)
    setting.report("reading", 0.3)
    known = vocabulary(existing(folder, f"{name}_word_index.json"), size=options.words)
    train, test = read(folder)
    for texts in (train, test):
        if not np.isin(texts.answers, np.arange(len(answers))).all():
            why = f"an answer is not one of 0 to {len(answers) - 1}"
            raise NotKerasData(file=f"{name}.npz", why=why)
    train = train.at(some_of(len(train), options.train_examples, seed=setting.seed))
    test = test.at(some_of(len(test), options.test_examples, seed=TEST_SEED))
    setting.report("arranging", 0.8)
    binary = len(answers) == 2
    parts = [_part(texts, known, options, binary=binary) for texts in (train, test)]
    counts = np.bincount(train.answers, minlength=len(answers)).tolist()
    return Dataset(
        name=name,
        train=parts[0],
        validation=None,
        test=parts[1],
        vocabulary=known,
        features=None,
        outputs=1 if binary else len(answers),
        loss="binary_crossentropy" if binary else "sparse_categorical_crossentropy",
        readout="last",
        metric="accuracy",
        answers=answers,
        chance=by_rote(*parts),
        citation=citation,
        class_counts=dict(zip(answers, counts, strict=True)),
        padding=options.padding,
        mask=options.mask,
    )


def _folder(name: str, options: RankedOptions, setting: Setting) -> Path:
    if options.folder:
        return typed_path(options.folder, base=setting.folder)
    file = Path()
    for wanted in files_of(name):
        file = fetched(wanted, partial(_heard, setting.report, wanted), address=ADDRESS)
    return file.parent


def _heard(report: Report, name: str, share: float) -> None:
    report(f"downloading {name}", 0.3 * share)


def _part(texts: Texts, known: Vocabulary, options: RankedOptions, *, binary: bool) -> Part:
    rows = ids_of(texts.rows, known)
    ids = padded(rows, length=options.length, padding=options.padding, cut=options.cut)
    targets = texts.answers.astype(np.float32)[:, None] if binary else texts.answers
    return Part(ids, targets if binary else targets.astype(np.int32), texts=texts_of(ids, known))
