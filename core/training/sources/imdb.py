"""IMDB: is a film review for or against?

25,000 reviews for training and 25,000 for testing, half of them positive, as Keras offers them
(`core.data.keras_texts`): the same examples in the same order, without a start token. Without a
mask and with zeros in front, as the defaults are, it is what Keras's tutorials train on.
"""

from __future__ import annotations

from core.data.keras_texts import imdb
from core.training.dataset import Dataset
from core.training.settings import settings
from core.training.sources.ranked import RankedOptions, files_of, ranked
from core.training.sources.source import Setting, Source

ANSWERS = ("negative", "positive")
CITATION = (
    "Maas, Daly, Pham, Huang, Ng & Potts 2011, 'Learning word vectors for sentiment analysis'"
)


@settings
class ImdbOptions(RankedOptions):
    """What is read of the reviews."""


def make(options: ImdbOptions, setting: Setting) -> Dataset:
    """Reads the files and arranges them."""
    return ranked("imdb", imdb, ANSWERS, options, setting, citation=CITATION)


SOURCE = Source(
    name="imdb",
    description="Reads a film review and says whether it is for or against the film.",
    citation=CITATION,
    options=ImdbOptions,
    make=make,
    downloads=files_of("imdb"),
    outputs=1,
)
