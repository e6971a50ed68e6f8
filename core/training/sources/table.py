"""A table of the user's own: texts and their labels.

Two columns of a CSV file: which text, which label. Two labels make a yes or no, more of them one of
several. A share of the rows is kept for testing, the same rows in every run, of each label about as
many as it has of all, and at least one; rows with the same text stay together, so that no text is
both learned and tested, or learned and validated on. The vocabulary is that of the training rows.

Nothing is mended: a row that cannot be used is an error that names it (`core.text.table` does so
for rows that are not sound). Not chosen: leaving such rows out, which the user would not notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.text import Fold, Table, Unit, Vocabulary, read_table, split
from core.training.dataset import Dataset, Part, Side, grouped
from core.training.errors import WrongSetting
from core.training.settings import setting, settings
from core.training.sources.arrange import by_rote, padded, remarks
from core.training.sources.errors import (
    EmptyCell,
    NothingRepeats,
    OneClassOnly,
    RareLabel,
    TooManyClasses,
)
from core.training.sources.reading import text_of
from core.training.sources.source import Options, Setting, Source, given

TEST_SEED = 1_000_003
MOST_CLASSES = 1_000
LEAST_TEXTS = 2
FIRST_ROW = 2
"""The number of the first row below the column names, as a spreadsheet counts."""


@settings
class TableOptions(Options):
    """What is read of the table.

    Attributes:
        file: path of the table; a relative one begins in the run's folder.
        text_column: the column of texts; "" for the one with most to read.
        label_column: the column of labels; "" for the other one, where there are two.
        encoding: of the file; "" to find out.
        unit: what a token is.
        fold: by which rules tokens are gathered, see `core.text.fold`.
        words: ids in all: the most frequent tokens, padding and unknown.
        length: tokens of a text that are read.
        padding: where the zeros of short texts stand.
        cut: where long texts are cut.
        test: the share of the rows that is kept for testing.
        mask: whether padding is masked.
    """

    file: str = ""
    text_column: str = ""
    label_column: str = ""
    encoding: str = ""
    unit: Unit = "word"
    fold: Fold = "none"
    words: int = setting(10_000, low=3, high=100_000)
    length: int = setting(200, low=1, high=5_000)
    padding: Side = "post"
    cut: Side = "post"
    test: float = setting(0.2, low=0.01, high=0.9)
    mask: bool = True

    def __post_init__(self) -> None:
        given(self, "file")


@dataclass(frozen=True, eq=False)
class Labelled:
    """The texts of a table and their labels.

    Attributes:
        texts: as they stand there.
        answers: int64 (rows,), places in `labels`.
        labels: sorted: as numbers if all of them are, else as texts.
    """

    texts: tuple[str, ...]
    answers: NDArray[np.int64]
    labels: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each label."""
        counts = np.bincount(self.answers, minlength=len(self.labels)).tolist()
        return dict(zip(self.labels, counts, strict=True))


def labelled(table: Table, *, text_column: str = "", label_column: str = "") -> Labelled:
    """The texts and labels of a table, checked; for a page as well, before anything is trained.

    Raises:
        NoSuchColumn, WrongSetting: see `columns`.
        EmptyCell, OneClassOnly, TooManyClasses, RareLabel: when there is nothing to learn so.
    """
    text_column, label_column = columns(table, text=text_column, label=label_column)
    texts = table.column(text_column)
    written = [label.strip() for label in table.column(label_column)]
    for column, cells in ((text_column, texts), (label_column, written)):
        for number, cell in enumerate(cells, start=FIRST_ROW):
            if not cell or cell.isspace():
                raise EmptyCell(row=number, column=column)
    labels = _sorted(set(written))
    if len(labels) == 1:
        raise OneClassOnly(label=labels[0], column=label_column)
    if len(labels) > MOST_CLASSES:
        raise TooManyClasses(column=label_column, found=len(labels), limit=MOST_CLASSES)
    place_of = {label: place for place, label in enumerate(labels)}
    found = Labelled(texts, np.array([place_of[label] for label in written]), labels)
    _check_rare(found)
    return found


def columns(table: Table, *, text: str, label: str) -> tuple[str, str]:
    """The columns of texts and of labels; where one is not named, the likely one.

    Raises:
        NoSuchColumn: when there is no column of that name.
        WrongSetting: when both are the same, or it is not clear which one is meant.
    """
    for name in (text, label):
        if name:
            table.column(name)
    others = [name for name in table.columns if name != label]
    if not text and others:
        text = max(others, key=lambda name: sum(map(len, table.column(name))))
    others = [name for name in table.columns if name != text]
    if not label and len(others) == 1:
        label = others[0]
    if not text or not label or text == label:
        setting = "data.options.text_column" if not text else "data.options.label_column"
        found = repr(label) if label else "empty"
        expected = f"another column of the table: {', '.join(others)}"
        raise WrongSetting(setting=setting, found=found, expected=expected)
    return text, label


def make(options: TableOptions, setting: Setting) -> Dataset:
    """Reads and checks the table, and arranges its texts."""
    setting.report("reading", 0.0)
    table = read_table(text_of(options.file, options.encoding, setting))
    text, label = columns(table, text=options.text_column, label=options.label_column)
    found = labelled(table, text_column=text, label_column=label)
    testing = held_out(found, share=options.test)
    setting.report("splitting", 0.2)
    tokens = [split(each, options.unit, options.fold, limit=None) for each in found.texts]
    _check_read(tokens, text)
    setting.report("arranging", 0.7)
    known = _vocabulary(tokens, testing, options)
    rows = [known.encode_tokens(each).ids for each in tokens]
    length = min(options.length, max(map(len, rows))) if options.mask else options.length
    ids = padded(rows, length=length, padding=options.padding, cut=options.cut)
    binary = len(found.labels) == 2
    targets = found.answers.astype(np.float32)[:, None] if binary else found.answers
    everything = Part(
        ids,
        targets if binary else targets.astype(np.int32),
        texts=found.texts.__getitem__,
        groups=grouped(text.strip() for text in found.texts),
    )
    train, test = everything.at(np.flatnonzero(~testing)), everything.at(np.flatnonzero(testing))
    counts = np.bincount(found.answers[~testing], minlength=len(found.labels)).tolist()
    return Dataset(
        name="table",
        train=train,
        validation=None,
        test=test,
        vocabulary=known,
        features=None,
        outputs=1 if binary else len(found.labels),
        loss="binary_crossentropy" if binary else "sparse_categorical_crossentropy",
        readout="last",
        metric="accuracy",
        answers=found.labels,
        chance=by_rote(train, test),
        citation=options.file,
        class_counts=dict(zip(found.labels, counts, strict=True)),
        padding=options.padding,
        mask=options.mask,
        remarks=remarks(rows, length=length, vocabulary=known),
    )


def held_out(found: Labelled, *, share: float) -> NDArray[np.bool_]:
    """Which rows are for testing: bool (rows,). Rows with the same text are on the same side."""
    random = np.random.default_rng(TEST_SEED)
    chosen: set[str] = set()
    for texts in _own_texts(found):
        count = min(max(1, round(share * len(texts))), len(texts) - 1)
        chosen.update(texts[place] for place in random.permutation(len(texts))[:count])
    return np.array([text.strip() in chosen for text in found.texts])


def _own_texts(found: Labelled) -> list[list[str]]:
    """The different texts of each label; one that has several labels belongs to its first."""
    first: dict[str, int] = {}
    for text, answer in zip(found.texts, found.answers.tolist(), strict=True):
        first.setdefault(text.strip(), answer)
    own: list[list[str]] = [[] for _ in found.labels]
    for text, answer in first.items():
        own[answer].append(text)
    return own


def _check_rare(found: Labelled) -> None:
    for place, texts in enumerate(_own_texts(found)):
        if len(texts) < LEAST_TEXTS:
            row = int(np.flatnonzero(found.answers == place)[0]) + FIRST_ROW
            raise RareLabel(label=found.labels[place], row=row, found=len(texts), least=LEAST_TEXTS)


def _check_read(tokens: Sequence[Sequence[str]], column: str) -> None:
    for number, each in enumerate(tokens, start=FIRST_ROW):
        if not each:
            raise EmptyCell(row=number, column=column)


def _vocabulary(
    tokens: Sequence[Sequence[str]], testing: NDArray[np.bool_], options: TableOptions
) -> Vocabulary:
    counts: Counter[str] = Counter()
    for each, kept in zip(tokens, testing, strict=True):
        if not kept:
            counts.update(each)
    found = Vocabulary.gathered(
        counts, unit=options.unit, most=options.words - 2, at_least=2, fold=options.fold
    )
    if not found.tokens:
        raise NothingRepeats
    return found


def _sorted(labels: set[str]) -> tuple[str, ...]:
    try:
        # Sorted twice, since '1' and '1.0' are equal as numbers.
        return tuple(sorted(sorted(labels), key=float))
    except ValueError:
        return tuple(sorted(labels))


SOURCE = Source(
    name="table",
    description="Reads texts of your own and gives each a label, as the table does.",
    citation="Your own table.",
    options=TableOptions,
    make=make,
    gathers=True,
)
