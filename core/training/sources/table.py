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

import numpy as np
from numpy.typing import NDArray

from core.text import Fold, Unit, Vocabulary, read_table, split
from core.training.dataset import Dataset, Part, Side, grouped
from core.training.settings import setting, settings
from core.training.sources.arrange import by_rote, padded, remarks
from core.training.sources.errors import NothingRepeats
from core.training.sources.labelled import Labelled, check_said, columns, labelled, own_texts, plain
from core.training.sources.reading import text_of
from core.training.sources.source import Options, Setting, Source, given

TEST_SEED = 1_000_003


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


def make(options: TableOptions, setting: Setting) -> Dataset:
    """Reads and checks the table, and arranges its texts."""
    setting.report("reading", 0.0)
    table = read_table(text_of(options.file, options.encoding, setting))
    text, label = columns(table, text=options.text_column, label=options.label_column)
    found = labelled(table, text_column=text, label_column=label)
    testing = held_out(found, share=options.test)
    setting.report("splitting", 0.2)
    tokens = [split(each, options.unit, options.fold, limit=None) for each in found.texts]
    check_said(table, tokens, text)
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
        groups=grouped(map(plain, found.texts)),
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
        remarks=(*found.remarks, *remarks(rows, length=length, vocabulary=known)),
    )


def held_out(found: Labelled, *, share: float) -> NDArray[np.bool_]:
    """Which rows are for testing: bool (rows,). Rows with the same text are on the same side.

    Of each label about that share of its rows, of at least one text and never of all.
    """
    random = np.random.default_rng(TEST_SEED)
    texts = [plain(text) for text in found.texts]
    rows = Counter(texts)
    chosen: set[str] = set()
    for own in own_texts(found):
        total = sum(rows[text] for text in own)
        left = min(max(1, round(share * total)), total - 1)
        taken: list[str] = []
        for text in (own[place] for place in random.permutation(len(own))):
            # A text that stands there too often for what is left is learned from.
            if rows[text] <= left:
                taken.append(text)
                left -= rows[text]
        chosen.update(taken or [min(own, key=rows.__getitem__)])
    return np.array([text in chosen for text in texts])


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


SOURCE = Source(
    name="table",
    description="Reads texts of your own and gives each a label, as the table does.",
    citation="Your own table.",
    options=TableOptions,
    make=make,
    gathers=True,
)
