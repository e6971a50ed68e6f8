"""Pairs of texts from a file of the user's: sentences and their translations, dates, sums.

One pair a line, with a sign between: a tab in the files of manythings.org/anki, which hold pairs of
tatoeba.org (CC BY 2.0) and come as ZIP; "_" in other files of course books. How they are read
stands in `core.training.sources.pair_files`.

A share of the *sources* is kept for testing, the same ones in every run: a sentence that has five
translations is learned or tested, not both. The vocabularies are those of the training pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from core.data.pairs import Pair
from core.encoder_decoder import SOURCE as READ
from core.errors import CoreError
from core.text import PADDING_ID, Fold, Unit, Vocabulary, split
from core.training.dataset import Dataset
from core.training.settings import setting, settings
from core.training.sources.arrange import remarks as said_of
from core.training.sources.arrange import some_of
from core.training.sources.drawn import TEST_SEED
from core.training.sources.errors import (
    FolderWanted,
    NoPairsLeft,
    PairsTooLong,
    PairsUnknown,
    TooFewSources,
)
from core.training.sources.pair_files import TAB, Found, is_archive, pairs_of, text_in
from core.training.sources.pairs import dataset_of, target_vocabulary
from core.training.sources.reading import bytes_of, decoded, text_of
from core.training.sources.source import Options, Setting, Source, given
from core.typed_paths import typed_path

LEAST = 10
LEAST_SOURCES = 3
SPANISH = "spa-eng.zip"
TATOEBA = (
    "Sentence pairs of tatoeba.org, by way of manythings.org/anki, licensed CC BY 2.0 FR "
    "(creativecommons.org/licenses/by/2.0/fr)"
)


@settings
class PairsOptions(Options):
    """What is read of the pairs.

    Attributes:
        swap: whether the second text is read and the first is written.
        unit: what a token is.
        fold: by which rules words are gathered, see `core.text.fold`.
        words: ids of the source in all: the most frequent tokens, padding and unknown.
        target_words: ids of the target in all, the two ends besides.
        longest: tokens of a source at most; longer pairs are left out.
        target_longest: tokens of a target at most.
        known: leaves out pairs in which a token is unknown.
        first: takes only the first translation of each source.
        examples: pairs for training and validation, drawn at random; None for all.
        test: the share of the sources that is kept for testing.
    """

    swap: bool = False
    unit: Unit = "word"
    fold: Fold = "letters"
    words: int = setting(1_500, low=5, high=100_000)
    target_words: int = setting(1_500, low=5, high=100_000)
    longest: int = setting(5, low=1, high=200)
    target_longest: int = setting(8, low=1, high=200)
    known: bool = False
    first: bool = False
    examples: int | None = setting(None, low=10, high=1_000_000)
    test: float = setting(0.1, low=0.01, high=0.5)


@settings
class TranslationOptions(PairsOptions):
    """Where the pairs are.

    Attributes:
        file: path of a text file, or of a ZIP that holds one; a relative one begins in the run's
            folder.
        encoding: of the file; "" to find out.
        separator: what stands between the two texts of a line; "tab" for a tab.
        entry: the text of a ZIP that is read; "" where it holds only one.
    """

    file: str = ""
    encoding: str = ""
    separator: str = TAB
    entry: str = ""

    def __post_init__(self) -> None:
        given(self, "file")
        given(self, "separator")


@settings
class SpanishOptions(PairsOptions):
    """Where the file is.

    Attributes:
        folder: holds the ZIP of English and Spanish, as manythings.org/anki offers it.
    """

    folder: str = ""


def make(options: TranslationOptions, setting: Setting) -> Dataset:
    """Reads, splits and arranges the pairs of the reader's own file."""
    setting.report("reading", 0.0)
    name, text = options.file, ""
    if is_archive(name):
        name, data = text_in(bytes_of(name, setting), file=name, entry=options.entry)
        text = decoded(data, options.encoding)
    else:
        text = text_of(name, options.encoding, setting)
    found = pairs_of(text, separator=options.separator, swap=options.swap, file=name)
    return arranged("translation", found, options, setting, citation=options.file)


def make_spanish(options: SpanishOptions, setting: Setting) -> Dataset:
    """The same of the file of English and Spanish. Raises FolderWanted where that is not there."""
    setting.report("reading", 0.0)
    path = typed_path(options.folder, base=setting.folder) / SPANISH
    if not options.folder or not path.is_file():
        raise FolderWanted(names=SPANISH)
    name, data = text_in(bytes_of(str(path.absolute()), setting), file=SPANISH)
    found = pairs_of(decoded(data, "utf-8"), separator=TAB, swap=options.swap, file=name)
    return arranged("spanish", found, options, setting, citation=TATOEBA)


def arranged(
    name: str, found: Found, options: PairsOptions, setting: Setting, *, citation: str
) -> Dataset:
    """Pairs as a dataset, within the limits of the options. Raises NoPairsLeft, TooFewSources."""
    setting.report("splitting", 0.3)
    pairs = found.pairs
    remarks = list(found.remarks)
    kept = [pair for pair in pairs if fits(pair, options)]
    if len(kept) < len(pairs):
        remarks.append(too_long(len(pairs) - len(kept), len(pairs), options))
    if options.first:
        kept = list({pair.source: pair for pair in reversed(kept)}.values())[::-1]
    _check_enough(kept, pairs)
    train, test = _sides(kept, share=options.test)
    source, target = _vocabularies(train, options)
    if options.known:
        train, test = (
            [pair for pair in side if _known(pair, source, target, options)]
            for side in (train, test)
        )
        _check_enough(train, pairs)
        _check_enough(test, pairs, least=1)
        if (out := len(kept) - len(train) - len(test)) > 0:
            remarks.append(PairsUnknown(count=out, total=len(kept)))
    taken = some_of(len(train), options.examples, seed=setting.seed)
    setting.report("arranging", 0.8)
    dataset = dataset_of(
        name,
        [train[at] for at in taken],
        test,
        source=source,
        target=target,
        split=lambda text: _split(text, options),
        citation=citation,
    )
    return replace(dataset, remarks=(*remarks, *_unknown(dataset)))


def _split(text: str, options: PairsOptions) -> Sequence[str]:
    return split(text, options.unit, options.fold, limit=None)


def fits(pair: Pair, options: PairsOptions) -> bool:
    """Whether both texts of a pair are within the limits."""
    lengths = (len(_split(text, options)) for text in pair)
    limits = (options.longest, options.target_longest)
    return all(0 < length <= most for length, most in zip(lengths, limits, strict=True))


def too_long(count: int, total: int, options: PairsOptions) -> PairsTooLong:
    """What there is to say of pairs that do not fit."""
    limits = {"longest": options.longest, "target_longest": options.target_longest}
    return PairsTooLong(count=count, total=total, **limits)


def _unknown(dataset: Dataset) -> Iterable[CoreError]:
    """A remark on the side of which more cannot be told, where that is much."""
    sides = {READ: dataset.vocabulary, **dataset.vocabularies}
    told: list[CoreError] = []
    for side, known in sides.items():
        read = [part.inputs[side] for part in (dataset.train, dataset.test)]
        if known is not None:
            rows = [row[row != PADDING_ID] for ids in read for row in ids]
            told += said_of(rows, length=max(map(len, rows)), vocabulary=known)
    return told


def _sides(pairs: Sequence[Pair], *, share: float) -> tuple[list[Pair], list[Pair]]:
    """Those to learn and those to test. Raises TooFewSources."""
    sources = list(dict.fromkeys(pair.source for pair in pairs))
    if len(sources) < LEAST_SOURCES:
        raise TooFewSources(found=len(sources), pairs=len(pairs), least=LEAST_SOURCES)
    order = np.random.default_rng(TEST_SEED).permutation(len(sources))
    count = min(max(1, round(share * len(sources))), len(sources) - LEAST_SOURCES + 1)
    tested = {sources[at] for at in order[:count]}
    sides: tuple[list[Pair], list[Pair]] = [], []
    for pair in pairs:
        sides[pair.source in tested].append(pair)
    return sides


def _vocabularies(pairs: Sequence[Pair], options: PairsOptions) -> tuple[Vocabulary, Vocabulary]:
    read: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for pair in pairs:
        read.update(_split(pair.source, options))
        written.update(_split(pair.target, options))
    known, other = (
        Vocabulary.gathered(counts, unit=options.unit, most=ids - 2, fold=options.fold)
        for counts, ids in ((read, options.words), (written, options.target_words))
    )
    return known, target_vocabulary(other.tokens, other)


def _known(pair: Pair, source: Vocabulary, target: Vocabulary, options: PairsOptions) -> bool:
    sides = ((pair.source, source), (pair.target, target))
    return all(token in known for text, known in sides for token in _split(text, options))


def _check_enough(kept: Sequence[Pair], pairs: Sequence[Pair], *, least: int = LEAST) -> None:
    if len(kept) < least:
        raise NoPairsLeft(found=len(kept), total=len(pairs), least=least)


SPANISH_SOURCE = Source(
    name="spanish",
    description="Reads an English sentence, and writes a Spanish one.",
    citation=TATOEBA,
    options=SpanishOptions,
    make=make_spanish,
    wants=(SPANISH,),
    gathers=True,
    architecture="encoder_decoder",
)
SOURCE = Source(
    name="translation",
    description="Reads a text of your own pairs, and writes the one that belongs to it.",
    citation="Your own pairs. Sutskever, Vinyals & Le 2014, 'Sequence to sequence learning with "
    "neural networks'",
    options=TranslationOptions,
    make=make,
    gathers=True,
    architecture="encoder_decoder",
)
