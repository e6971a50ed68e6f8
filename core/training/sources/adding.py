"""The adding problem: the sum of the two marked numbers. See `core.data.adding`."""

from __future__ import annotations

from core.data import adding
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn_numbers
from core.training.sources.source import Setting, Source


@settings
class AddingOptions(DrawnOptions):
    """How hard adding is.

    Attributes:
        length: steps of an example.
    """

    length: int = setting(adding.LENGTH, low=adding.SHORTEST, high=5_000)


def make(options: AddingOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    return drawn_numbers(adding.build(length=options.length), options, setting)


SOURCE = Source(
    name="adding",
    description=adding.TASK.description,
    citation=adding.TASK.citation,
    options=AddingOptions,
    make=make,
)
