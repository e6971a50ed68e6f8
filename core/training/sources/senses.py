"""Sentences with words of two senses, for language models: at each token, which one comes next?

Drawn from frames of our own, see `core.data.senses`; English and Korean beside each other. The full
stop is read as well, so that who reads from the end begins with it; nothing is asked after it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data import Side, senses
from core.errors import OutOfRange
from core.text import Vocabulary
from core.training.dataset import Dataset, Part, grouped
from core.training.errors import WrongSetting
from core.training.settings import setting, settings
from core.training.sources.arrange import by_frequency, padded
from core.training.sources.drawn import TEST_SEED, DrawnOptions
from core.training.sources.source import Setting, Source


@settings
class SensesOptions(DrawnOptions):
    """How many sentences are drawn."""

    train_examples: int = setting(24_000, low=10, high=1_000_000)


def make(options: SensesOptions, setting: Setting) -> Dataset:
    """Draws the sentences. Raises WrongSetting where there are not so many for testing."""
    setting.report("drawing", 0.0)
    train = _texts(options.train_examples, seed=setting.seed, side="train")
    setting.report("drawing", 0.7)
    try:
        test = _texts(options.test_examples, seed=TEST_SEED, side="test")
    except OutOfRange as error:
        raise WrongSetting(
            setting="data.options.test_examples",
            found=options.test_examples,
            expected=f"{error.facts['expected']}, for there are no more different test texts",
        ) from error
    setting.report("arranging", 0.9)
    known = Vocabulary.build(train, unit="word", at_least=2)
    parts = part(known, train), part(known, test)
    return Dataset(
        name="senses",
        train=parts[0],
        validation=None,
        test=parts[1],
        vocabulary=known,
        features=None,
        outputs=known.size,
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric="perplexity",
        chance=by_frequency(*parts, outputs=known.size),
        citation=senses.CITATION,
        mask=True,
    )


def part(known: Vocabulary, texts: Sequence[str]) -> Part:
    """Sentences as ids; the targets are one token further on, and none counts at the last."""
    rows = [known.encode(text).ids for text in texts]
    longest = max(map(len, rows))
    ids, after, counts = (
        padded(each, length=longest, padding="post", cut="post")
        for each in (rows, [row[1:] for row in rows], [np.ones(len(row) - 1) for row in rows])
    )
    counted = counts.astype(np.float32)
    return Part(ids, after, counted, lambda number: texts[number], grouped(texts))


def _texts(count: int, *, seed: int, side: Side) -> tuple[str, ...]:
    return tuple(each.text for each in senses.generate(count, seed=seed, side=side))


SOURCE = Source(
    name="senses",
    description="Reads a sentence in English or Korean with a word of two senses, word by word, "
    "and predicts each next word.",
    citation=senses.CITATION,
    options=SensesOptions,
    make=make,
    gathers=True,
)
