"""Sequences to be made again: waves, strokes and melodies, see `core.data.sequences`.

What is read is also what is asked for, at every step.
"""

from __future__ import annotations

from functools import partial

from core.data.sequences import SETS, Sequences
from core.training.dataset import Dataset, Part
from core.training.settings import setting, settings
from core.training.sources.drawn import TEST_SEED, DrawnOptions
from core.training.sources.source import Setting, Source


@settings
class SequencesOptions(DrawnOptions):
    """How many are drawn."""

    train_examples: int = setting(6_000, low=10, high=1_000_000)


def make(options: SequencesOptions, setting: Setting, *, of: Sequences) -> Dataset:
    """Draws the sequences."""
    setting.report("drawing", 0.0)
    train, _ = of.examples(options.train_examples, seed=setting.seed)
    test, _ = of.examples(options.test_examples, seed=TEST_SEED)
    spread = float(((test - train.mean(axis=0)) ** 2).mean())
    return Dataset(
        name=of.name,
        train=Part(train, train),
        validation=None,
        test=Part(test, test),
        vocabulary=None,
        features=len(of.features),
        outputs=len(of.features),
        loss="mean_squared_error",
        readout="every",
        metric="mean_squared_error",
        chance=spread,
        citation=of.citation,
    )


SOURCES = tuple(
    Source(
        name=each.name,
        description=f"Sequences of {each.steps} steps ({', '.join(each.features)}), to be made.",
        citation=each.citation,
        options=SequencesOptions,
        make=partial(make, of=each),
    )
    for each in SETS.values()
)
