"""Temporal order: X before Y, or Y before X? See `core.data.temporal_order`."""

from __future__ import annotations

from core.data import temporal_order
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.drawn import DrawnOptions, drawn
from core.training.sources.source import Setting, Source


@settings
class TemporalOrderOptions(DrawnOptions):
    """How hard temporal order is.

    Attributes:
        length: symbols of a text, to a tenth more.
    """

    length: int = setting(temporal_order.LENGTH, low=10, high=5_000)


def make(options: TemporalOrderOptions, setting: Setting) -> Dataset:
    """Draws the examples."""
    return drawn(temporal_order.build(length=options.length), options, setting)


SOURCE = Source(
    name="temporal_order",
    description=temporal_order.TASK.description,
    citation=temporal_order.TASK.citation,
    options=TemporalOrderOptions,
    make=make,
)
