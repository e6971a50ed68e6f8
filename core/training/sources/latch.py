"""Latch: which symbol came first? See `core.data.latch`."""

from __future__ import annotations

from core.data import latch
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source, ordered


@settings
class LatchOptions(DrawnOptions):
    """How hard the latch is.

    Attributes:
        shortest: fewest distractors between the symbol and the question, in training.
        longest: most distractors.
        test_shortest: fewest distractors in tests.
        symbols: how many symbols there are to remember.
        noise: whether distractors are the symbols themselves or (easier) others.
    """

    shortest: int = setting(1, low=1, high=5_000)
    longest: int = setting(latch.LONGEST, low=1, high=5_000)
    test_shortest: int = setting(latch.LONG, low=1, high=5_000)
    symbols: int = setting(len(latch.SYMBOLS), low=2, high=26)
    noise: latch.Noise = "same"
    train_examples: int = setting(20_000, low=10, high=1_000_000)

    def __post_init__(self) -> None:
        ordered(self, "shortest", "longest")
        ordered(self, "test_shortest", "longest")


def make(options: LatchOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    task = latch.build(
        symbols=options.symbols,
        shortest=options.shortest,
        longest=options.longest,
        test_shortest=options.test_shortest,
        noise=options.noise,
    )
    return drawn(task, options, setting)


SOURCE = Source(
    name="latch",
    description=latch.TASK.description,
    citation=latch.TASK.citation,
    options=LatchOptions,
    make=make,
)
