"""Copy memory: give back what was read, in order. See `core.data.copy_memory`."""

from __future__ import annotations

from core.data import copy_memory
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source


@settings
class CopyOptions(DrawnOptions):
    """How hard copying is.

    Attributes:
        gap: steps from the last symbol to the question.
        length: symbols to copy.
        symbols: how many different ones there are.
    """

    gap: int = setting(copy_memory.GAP, low=1, high=5_000)
    length: int = setting(copy_memory.LENGTH, low=1, high=100)
    symbols: int = setting(copy_memory.SYMBOLS, low=2, high=26)


def make(options: CopyOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    task = copy_memory.build(symbols=options.symbols, length=options.length, gap=options.gap)
    return drawn(task, options, setting)


SOURCE = Source(
    name="copy",
    description=copy_memory.TASK.description,
    citation=copy_memory.TASK.citation,
    options=CopyOptions,
    make=make,
)
