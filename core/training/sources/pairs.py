"""Datasets of two texts: the first is read by an encoder, the second written by a decoder.

The decoder reads at each step the token that should stand before (teacher forcing, Williams &
Zipser 1989): what it reads begins with START, what it should answer ends with END. Every answer
counts, padding aside. The metric is the share of tokens that are right when the ones before are; of
whole answers, written by the network alone, the test tells besides.

"dates" and "sums" are drawn by the project; the same from files, and translations, are read in
`core.training.sources.translation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data import dates, sums
from core.data.pairs import Pair, PairTask
from core.encoder_decoder import SOURCE, TARGET
from core.errors import OutOfRange
from core.text import END, START, Vocabulary
from core.training.dataset import Dataset, Part, grouped
from core.training.errors import WrongSetting
from core.training.settings import setting, settings
from core.training.sources.arrange import padded
from core.training.sources.drawn import TEST_SEED, DrawnOptions
from core.training.sources.source import Setting, Source

Ids = Sequence[NDArray[np.int64]]


@settings
class DatesOptions(DrawnOptions):
    """How many dates are drawn."""

    train_examples: int = setting(40_000, low=10, high=1_000_000)


@settings
class SumsOptions(DrawnOptions):
    """How large the sums are.

    Attributes:
        digits: of each number at most.
    """

    train_examples: int = setting(40_000, low=10, high=1_000_000)
    digits: int = setting(sums.DIGITS, low=2, high=9)


def target_vocabulary(tokens: Sequence[str], known: Vocabulary) -> Vocabulary:
    """What a decoder writes with: tokens in the unit and fold of `known`, and both ends."""
    return Vocabulary((START, END, *tokens), known.unit, known.fold)


def drawn_pairs(task: PairTask, options: DrawnOptions, setting: Setting) -> Dataset:
    """Pairs of a task. Raises WrongSetting where there are not so many different test sources."""
    setting.report("drawing", 0.0)
    train = task.generate(options.train_examples, seed=setting.seed)
    setting.report("drawing", 0.6)
    try:
        test = task.generate(options.test_examples, seed=TEST_SEED, side="test")
    except OutOfRange as error:
        raise WrongSetting(
            setting="data.options.test_examples",
            found=options.test_examples,
            expected=f"{error.facts['expected']}, for there are no more different test texts",
        ) from error
    setting.report("arranging", 0.8)
    source = Vocabulary(task.source_tokens, "character")
    target = target_vocabulary(task.target_tokens, source)
    return dataset_of(
        task.name, train, test, source=source, target=target, split=tuple, citation=task.citation
    )


def dataset_of(
    name: str,
    train: Sequence[Pair],
    test: Sequence[Pair],
    *,
    source: Vocabulary,
    target: Vocabulary,
    split: Callable[[str], Sequence[str]],
    citation: str,
) -> Dataset:
    """The pairs as arrays; `split` makes tokens of a text."""
    parts = tuple(
        part_of(pairs, source=source, target=target, split=split) for pairs in (train, test)
    )
    return Dataset(
        name=name,
        train=parts[0],
        validation=None,
        test=parts[1],
        vocabulary=source,
        features=None,
        outputs=target.size,
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric="accuracy",
        chance=_by_place(*parts, outputs=target.size),
        citation=citation,
        mask=True,
        vocabularies={TARGET: target},
    )


def part_of(
    pairs: Sequence[Pair],
    *,
    source: Vocabulary,
    target: Vocabulary,
    split: Callable[[str], Sequence[str]],
) -> Part:
    """Pairs as arrays, padded at the end with id 0 to the longest."""
    sources = [source.encode_tokens(split(pair.source)).ids for pair in pairs]
    targets = [target.encode_tokens([START, *split(pair.target), END]).ids for pair in pairs]
    written = _beside([row[1:] for row in targets])
    return Part(
        {SOURCE: _beside(sources), TARGET: _beside([row[:-1] for row in targets])},
        written,
        (written != 0).astype(np.float32),
        lambda number: pairs[number].source,
        grouped(pair.source for pair in pairs),
    )


def _beside(rows: Ids) -> NDArray[np.int32]:
    return padded(rows, length=max(map(len, rows)), padding="post", cut="post")


def _by_place(train: Part, test: Part, *, outputs: int) -> float:
    """The accuracy in testing of who writes at each step what most often stood there."""
    steps = min(train.targets.shape[1], test.targets.shape[1])
    right, total = 0, 0
    for step in range(steps):
        seen = train.targets[:, step]
        guess = np.bincount(seen[seen != 0], minlength=outputs).argmax()
        asked = test.targets[:, step]
        right += int(((asked == guess) & (asked != 0)).sum())
        total += int((asked != 0).sum())
    return right / max(total, 1)


SOURCES = (
    Source(
        name=dates.TASK.name,
        description=dates.TASK.description,
        citation=dates.TASK.citation,
        options=DatesOptions,
        make=lambda options, setting: drawn_pairs(dates.TASK, options, setting),
        architecture="encoder_decoder",
    ),
    Source(
        name=sums.TASK.name,
        description=sums.TASK.description,
        citation=sums.TASK.citation,
        options=SumsOptions,
        make=lambda options, setting: drawn_pairs(
            sums.build(digits=options.digits), options, setting
        ),
        architecture="encoder_decoder",
    ),
)
