"""Noisy sines: what is the next value? See `core.data.sines`."""

from __future__ import annotations

from core.data import sines
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn_numbers
from core.training.sources.source import Setting, Source, ordered


@settings
class SinesOptions(DrawnOptions):
    """How hard the sines are.

    Attributes:
        length: steps of an example.
        waves: how many sines are summed.
        noise: standard deviation of what is added to each value.
        shortest_period: in steps.
        longest_period: in steps.
    """

    length: int = setting(sines.LENGTH, low=2, high=5_000)
    waves: int = setting(sines.WAVES, low=1, high=10)
    noise: float = setting(sines.NOISE, low=0.0, high=10.0)
    shortest_period: float = setting(sines.SHORTEST_PERIOD, low=2.0, high=10_000.0)
    longest_period: float = setting(sines.LONGEST_PERIOD, low=2.0, high=10_000.0)
    train_examples: int = setting(4_000, low=10, high=1_000_000)

    def __post_init__(self) -> None:
        ordered(self, "shortest_period", "longest_period")


def make(options: SinesOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    task = sines.build(
        length=options.length,
        waves=options.waves,
        noise=options.noise,
        shortest_period=options.shortest_period,
        longest_period=options.longest_period,
    )
    return drawn_numbers(task, options, setting)


SOURCE = Source(
    name="sines",
    description=sines.TASK.description,
    citation=sines.TASK.citation,
    options=SinesOptions,
    make=make,
)
