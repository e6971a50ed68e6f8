"""Parity: are the ones even or odd in number? See `core.data.parity`."""

from __future__ import annotations

from core.data import parity
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source, ordered


@settings
class ParityOptions(DrawnOptions):
    """How hard parity is.

    Attributes:
        shortest: bits of a training text, at least.
        longest: bits of a training text, at most.
        test_shortest: bits of a test text, at least.
        test_longest: bits of a test text, at most; more than `longest` asks for more than was seen.
    """

    shortest: int = setting(1, low=1, high=5_000)
    longest: int = setting(parity.LONGEST, low=1, high=5_000)
    test_shortest: int = setting(parity.TEST_SHORTEST, low=1, high=5_000)
    test_longest: int = setting(parity.LONGEST, low=1, high=5_000)

    def __post_init__(self) -> None:
        ordered(self, "shortest", "longest")
        ordered(self, "test_shortest", "test_longest")


def make(options: ParityOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    task = parity.build(
        shortest=options.shortest,
        longest=options.longest,
        test_shortest=options.test_shortest,
        test_longest=options.test_longest,
    )
    return drawn(task, options, setting)


SOURCE = Source(
    name="parity",
    description=parity.TASK.description,
    citation=parity.TASK.citation,
    options=ParityOptions,
    make=make,
)
