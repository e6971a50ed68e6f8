"""A language model of the user's own text: at each token, which one comes next?

The text is cut by position into a part for training, one for validation and one for testing, in
this order, and each part into windows that stand side by side; what fills no window at a part's end
is left out. The vocabulary is that of the training part, so that a token which never came there is
unknown in testing, as it would be in life; what stands there once only is unknown as well, and so
the unknown token is learned.

The score is perplexity, e to the mean loss per token: among how many tokens the network is in doubt
on the whole. Compare it within one unit only. Where books give the share of tokens that are guessed
right, that can be asked for instead; the perplexity is then e to the loss beside it.

Windows may overlap in training (`stride`), which shows each token at every place of a window and
costs as many times as much; then none continues the one before it. Validation and test windows
always stand side by side, so that each token is asked once.

Not chosen: windows drawn at random, which cannot hand states on from one to the next.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.errors import CoreError
from core.text import Fold, Unit, Vocabulary, split, visible
from core.training.dataset import Dataset, Part
from core.training.settings import setting, settings
from core.training.sources.arrange import by_frequency, by_rote, texts_of, unknown_in
from core.training.sources.errors import OneTokenOnly, TextTooShort
from core.training.sources.reading import text_of
from core.training.sources.source import Options, Setting, Source, either

Score = Literal["perplexity", "accuracy"]


@settings
class WindowOptions(Options):
    """In which portions a text is read, and how its model is scored.

    Attributes:
        length: tokens of a window.
        stride: from one training window to the next; None for windows side by side.
        score: the metric: perplexity, or the share of tokens that are guessed right.
    """

    length: int = setting(64, low=1, high=5_000)
    stride: int | None = setting(None, low=1, high=5_000)
    score: Score = "perplexity"


@settings
class TextOptions(WindowOptions):
    """What is read, and in which portions.

    Attributes:
        file: path of a text file; a relative one begins in the run's folder.
        text: the text itself, instead of a file.
        encoding: of the file; "" to find out.
        unit: what a token is.
        fold: by which rules tokens are gathered, see `core.text.fold`; "exact" for texts that are
            split already, such as the Penn Treebank.
        words: ids in all: the most frequent tokens, padding and unknown.
        test: the share of the text, at its end, that is kept for testing.
    """

    file: str = ""
    text: str = ""
    encoding: str = ""
    unit: Unit = "character"
    fold: Fold = "none"
    words: int = setting(10_000, low=3, high=100_000)
    test: float = setting(0.1, low=0.01, high=0.5)

    def __post_init__(self) -> None:
        either(self, "file", "text")


def make(options: TextOptions, setting: Setting) -> Dataset:
    """Reads, splits and cuts the text. Raises TextTooShort, and what reading does."""
    setting.report("reading", 0.0)
    text = options.text or text_of(options.file, options.encoding, setting)
    setting.report("splitting", 0.1)
    tokens = split(text, options.unit, options.fold, limit=None)
    _check_lengths(len(tokens), options, setting)
    end = round(len(tokens) * (1 - options.test))
    middle = round(end * (1 - setting.validation))
    known = Vocabulary.gathered(
        Counter(tokens[:middle]),
        unit=options.unit,
        most=options.words - 2,
        at_least=2,
        fold=options.fold,
    )
    setting.report("arranging", 0.8)
    parts = tokens[:middle], tokens[middle:end], tokens[end:]
    return arranged(parts, known, options, name="text", citation=options.file or SOURCE.citation)


def arranged(
    parts: Sequence[Sequence[str]],
    known: Vocabulary,
    options: WindowOptions,
    *,
    name: str,
    citation: str,
) -> Dataset:
    """The tokens for training, for validation (perhaps none) and for testing, in windows."""
    length = options.length
    first, *others = (known.encode_tokens(part).ids.astype(np.int32) if part else None
                      for part in parts)  # fmt: skip
    assert first is not None
    side_by_side = windows(first, known, length=length)
    validation, test = (
        None if ids is None else windows(ids, known, length=length) for ids in others
    )
    assert test is not None
    overlap = options.stride is not None and options.stride != length
    chance = (
        by_rote(side_by_side, test)
        if options.score == "accuracy"
        else by_frequency(side_by_side, test, outputs=known.size)
    )
    return Dataset(
        name=name,
        train=overlapping(first, known, length=length, stride=options.stride or length)
        if overlap
        else side_by_side,
        validation=validation,
        test=test,
        vocabulary=known,
        features=None,
        outputs=known.size,
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric=options.score,
        chance=chance,
        citation=citation,
        contiguous=not overlap,
        remarks=tuple(_remarks(first, validation, test, known)),
    )


def _remarks(
    first: NDArray[np.int32], validation: Part | None, test: Part, known: Vocabulary
) -> Iterator[CoreError]:
    """What the reader should hear of a text before it is trained on for an hour."""
    if (first == first[0]).all():
        yield OneTokenOnly(token=visible(known.token_of(int(first[0]))[:40]))
    for what, part in (("validation", validation), ("testing", test)):
        if part is not None:
            yield from unknown_in(part.alone, known, what=what)


def overlapping(ids: NDArray[np.int32], known: Vocabulary, *, length: int, stride: int) -> Part:
    """Windows that begin `stride` tokens after each other: views, not copies, of the text."""
    every = sliding_window_view(ids, length + 1)[::stride]
    return Part(every[:, :-1], every[:, 1:], texts=texts_of(every[:, :-1], known))


def windows(ids: NDArray[np.int32], known: Vocabulary, *, length: int) -> Part:
    """The windows of a stretch of text, in their order: the targets are one token further on."""
    count = (len(ids) - 1) // length
    inputs = ids[: count * length].reshape(count, length)
    targets = ids[1 : count * length + 1].reshape(count, length)
    return Part(inputs, targets, texts=texts_of(inputs, known))


def _check_lengths(total: int, options: TextOptions, setting: Setting) -> None:
    """Raises TextTooShort where a part that is wanted would have no window."""
    rest = 1 - options.test
    shares = [options.test, rest * (1 - setting.validation)]
    shares += [rest * setting.validation] if setting.validation else []
    # Two more, for what rounding takes from a part.
    least = math.ceil((options.length + 3) / min(shares))
    if total < least:
        raise TextTooShort(found=total, least=least, length=options.length)


def check_lengths(parts: Sequence[Sequence[str]], options: WindowOptions) -> None:
    """Raises TextTooShort where one of the parts has no window."""
    shortest = min(map(len, parts))
    if shortest < options.length + 1:
        total = sum(map(len, parts))
        least = math.ceil(total * (options.length + 1) / max(1, shortest))
        raise TextTooShort(found=total, least=least, length=options.length)


SOURCE = Source(
    name="text",
    description="Reads a text of your own and predicts each next token of it.",
    citation="Your own text. Mikolov, Karafiát, Burget, Černocký & Khudanpur 2010, 'Recurrent "
    "neural network based language model'",
    options=TextOptions,
    make=make,
    gathers=True,
)
