"""Embedded Reber grammar: what was its second letter? See `core.data.reber`."""

from __future__ import annotations

from dataclasses import replace

from core.data import reber
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source, at_least


@settings
class ReberOptions(DrawnOptions):
    """How hard the embedded Reber grammar is.

    Attributes:
        words: Reber words between the letter and its return: 1 in the paper.
        longest: symbols of a text, at most.
        asked: "memory", the last letter but one alone, "every" next symbol, or all "possible" ones.
    """

    words: int = setting(1, low=1, high=20)
    longest: int = setting(reber.LONGEST, low=20, high=1_000)
    asked: reber.Asked = "memory"
    test_examples: int = setting(256, low=1, high=100_000)

    def __post_init__(self) -> None:
        # A word has 5 letters or more, 8 on the average.
        at_least(self, "longest", 4 + 12 * self.words)


def make(options: ReberOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    task = reber.build(words=options.words, longest=options.longest, asked=options.asked)
    dataset = drawn(task, options, setting)
    text = dataset.test.texts
    if options.asked != "every" or text is None:
        return dataset
    return replace(dataset, solved=reber.best([text(row) for row in range(len(dataset.test))]))


SOURCE = Source(
    name="reber",
    description=reber.TASK.description,
    citation=reber.TASK.citation,
    options=ReberOptions,
    make=make,
)
