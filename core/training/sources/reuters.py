"""Reuters: which of 46 topics is a newswire about?

11,228 newswires of 1987, a fifth of them for testing, as Keras offers them
(`core.data.keras_texts`): the same examples in the same order, without a start token. Two topics
make up more than half; the rarest has a dozen newswires.
"""

from __future__ import annotations

from core.data.keras_texts import reuters
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.ranked import RankedOptions, files_of, ranked
from core.training.sources.source import Setting, Source

TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi",
    "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei",
    "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip
"""The topics by number, by the names of Reuters-21578; acq is for acquisitions."""

CITATION = "Lewis 1997, 'Reuters-21578 text categorization test collection'"


@settings
class ReutersOptions(RankedOptions):
    """What is read of the newswires."""

    length: int = setting(300, low=1, high=5_000)


def make(options: ReutersOptions, setting: Setting) -> Dataset:
    """Reads the files and arranges them."""
    return ranked("reuters", reuters, TOPICS, options, setting, citation=CITATION)


SOURCE = Source(
    name="reuters",
    description="Reads a newswire and names its topic, one of 46.",
    citation=CITATION,
    options=ReutersOptions,
    make=make,
    downloads=files_of("reuters"),
    outputs=len(TOPICS),
)
