"""Dyck-1 and Dyck-2: which bracket may close now? See `core.data.dyck`."""

from __future__ import annotations

from core.data import dyck
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source, ordered


@settings
class DyckOptions(DrawnOptions):
    """How hard the brackets are. Texts are well-formed, so odd lengths are rounded down.

    Attributes:
        shortest: symbols of a training text, at least.
        longest: symbols of a training text, at most.
        test_shortest: symbols of a test text, at least; above `longest` they are longer than seen.
        test_longest: symbols of a test text, at most.
        deepest: brackets that may be open at once.
    """

    shortest: int = setting(dyck.SHORTEST, low=2, high=5_000)
    longest: int = setting(dyck.LONGEST, low=2, high=5_000)
    test_shortest: int = setting(dyck.TEST_SHORTEST, low=2, high=5_000)
    test_longest: int = setting(dyck.TEST_LONGEST, low=2, high=5_000)
    deepest: int = setting(dyck.DEEPEST, low=1, high=1_000)

    def __post_init__(self) -> None:
        ordered(self, "shortest", "longest")
        ordered(self, "test_shortest", "test_longest")


def _source(kinds: int) -> Source:
    def make(options: DyckOptions, setting: Setting) -> Dataset:
        task = dyck.build(
            kinds,
            shortest=options.shortest,
            longest=options.longest,
            test_shortest=options.test_shortest,
            test_longest=options.test_longest,
            deepest=options.deepest,
        )
        return drawn(task, options, setting)

    task = dyck.TASKS[kinds - 1]
    return Source(
        name=task.name,
        description=task.description,
        citation=task.citation,
        options=DyckOptions,
        make=make,
    )


SOURCES = (_source(1), _source(2))
