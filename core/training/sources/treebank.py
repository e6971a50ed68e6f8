"""The Penn Treebank, word by word: the text that language models of words were long compared on.

Newspaper text, prepared by Mikolov: 10,000 words in small letters, a line a sentence, whose end is
a token too, <eos>. Numbers are written as N and rarer words as <unk>, which is our unknown token.
Three files, one for each part. They are for research and not ours to fetch, so a folder that holds
them has to be named.
"""

from __future__ import annotations

from collections import Counter

from core.text import Vocabulary, split
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.reading import wanted_text
from core.training.sources.source import Setting, Source
from core.training.sources.text import WindowOptions, arranged, check_lengths

FILES = ("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt")
END = "<eos>"


@settings
class TreebankOptions(WindowOptions):
    """How the sentences are read.

    Attributes:
        folder: holds the three files.
        words: ids in all: the most frequent words, padding and unknown.
        share: of each part that is read, from its beginning.
    """

    folder: str = ""
    length: int = setting(35, low=1, high=5_000)
    words: int = setting(10_001, low=3, high=100_000)
    share: float = setting(1.0, low=0.01, high=1.0)


def make(options: TreebankOptions, setting: Setting) -> Dataset:
    """Reads the three parts and cuts them.

    Raises:
        FolderWanted, TextTooShort, and what `text_of` raises.
    """
    parts = []
    for number, file in enumerate(FILES):
        setting.report("reading", number / 4)
        text = wanted_text(options.folder, file, setting)
        words = split(text.replace("\n", f" {END} "), "word", "exact", limit=None)
        parts.append(words[: max(1, round(len(words) * options.share))])
    check_lengths(parts, options)
    known = Vocabulary.gathered(
        Counter(parts[0]), unit="word", most=options.words - 2, fold="exact"
    )
    setting.report("arranging", 0.8)
    return arranged(parts, known, options, name=SOURCE.name, citation=SOURCE.citation)


SOURCE = Source(
    name="treebank",
    description="Reads newspaper text word by word and predicts the next word.",
    citation="Marcus, Santorini & Marcinkiewicz 1993, 'Building a large annotated corpus of "
    "English: the Penn Treebank'; as prepared by Mikolov, Karafiát, Burget, Černocký & Khudanpur "
    "2010, 'Recurrent neural network based language model'",
    options=TreebankOptions,
    make=make,
    wants=FILES,
    gathers=True,
)
