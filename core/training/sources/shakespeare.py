"""Shakespeare, character by character: a million of them from his plays, in one file.

The file is the one that Karpathy put together for char-rnn, 1,115,394 characters. As in well-known
course books it is read in small letters (39 different characters), the first million is trained on,
the next 60,000 validate, and the rest is for testing.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from core.text import Vocabulary, split
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.reading import wanted_text
from core.training.sources.source import Setting, Source
from core.training.sources.text import Score, WindowOptions, arranged, check_lengths

FILE = "tinyshakespeare.txt"
TRAIN, VALIDATION = 1_000_000, 60_000
"""Characters of the whole text; of another one, as large a share."""
WHOLE = 1_115_394


@settings
class ShakespeareOptions(WindowOptions):
    """How the plays are read.

    Attributes:
        folder: holds the file.
        share: of the whole text that is read, from the beginning of each part.
    """

    folder: str = ""
    length: int = setting(100, low=1, high=5_000)
    score: Score = "accuracy"
    share: float = setting(1.0, low=0.01, high=1.0)


def make(options: ShakespeareOptions, setting: Setting) -> Dataset:
    """Reads, splits and cuts the plays.

    Raises:
        FolderWanted, TextTooShort, and what `text_of` raises.
    """
    setting.report("reading", 0.0)
    text = wanted_text(options.folder, FILE, setting)
    setting.report("splitting", 0.2)
    characters = split(text, "character", "lower", limit=None)
    scale = len(characters) / WHOLE
    bounds = (0, round(TRAIN * scale), round((TRAIN + VALIDATION) * scale), len(characters))
    parts = [
        characters[start : start + round((stop - start) * options.share)]
        for start, stop in pairwise(bounds)
    ]
    check_lengths(parts, options)
    known = Vocabulary.gathered(Counter(characters[: bounds[1]]), unit="character", fold="lower")
    setting.report("arranging", 0.8)
    return arranged(parts, known, options, name=SOURCE.name, citation=SOURCE.citation)


SOURCE = Source(
    name="shakespeare",
    description="Reads plays of Shakespeare's character by character and predicts the next one.",
    citation="Shakespeare's plays, as put together for Karpathy 2015, 'The unreasonable "
    "effectiveness of recurrent neural networks'",
    options=ShakespeareOptions,
    make=make,
    wants=(FILE,),
    gathers=True,
)
