"""A language model of the user's own text: at each token, which one comes next?

The text is cut by position into a part for training, one for validation and one for testing, in
this order, and each part into windows that stand side by side; what fills no window at a part's end
is left out. The vocabulary is that of the training part, so that a token which never came there is
unknown in testing, as it would be in life; what stands there once only is unknown as well, and so
the unknown token is learned.

The score is perplexity, e to the mean loss per token: among how many tokens the network is in doubt
on the whole. Compare it within one unit only.

Not chosen: windows drawn at random, which overlap and cannot hand states on from one to the next.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from core.text import Fold, Unit, Vocabulary, split
from core.training.dataset import Dataset, Part
from core.training.settings import setting, settings
from core.training.sources.arrange import by_frequency, texts_of
from core.training.sources.errors import TextTooShort
from core.training.sources.reading import text_of
from core.training.sources.source import Options, Setting, Source, either


@settings
class TextOptions(Options):
    """What is read, and in which portions.

    Attributes:
        file: path of a text file; a relative one begins in the run's folder.
        text: the text itself, instead of a file.
        encoding: of the file; "" to find out.
        unit: what a token is.
        fold: by which rules tokens are gathered, see `core.text.fold`; "exact" for texts that are
            split already, such as the Penn Treebank.
        words: ids in all: the most frequent tokens, padding and unknown.
        length: tokens of a window.
        test: the share of the text, at its end, that is kept for testing.
    """

    file: str = ""
    text: str = ""
    encoding: str = ""
    unit: Unit = "character"
    fold: Fold = "none"
    words: int = setting(10_000, low=3, high=100_000)
    length: int = setting(64, low=1, high=5_000)
    test: float = setting(0.1, low=0.01, high=0.5)

    def __post_init__(self) -> None:
        either(self, "file", "text")


def make(options: TextOptions, setting: Setting) -> Dataset:
    """Reads, splits and cuts the text."""
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
    ids = known.encode_tokens(tokens).ids.astype(np.int32)
    train, test = (
        windows(part, known, length=options.length) for part in (ids[:middle], ids[end:])
    )
    validation = windows(ids[middle:end], known, length=options.length) if middle < end else None
    return Dataset(
        name="text",
        train=train,
        validation=validation,
        test=test,
        vocabulary=known,
        features=None,
        outputs=known.size,
        loss="sparse_categorical_crossentropy",
        readout="every",
        metric="perplexity",
        chance=by_frequency(train, test, outputs=known.size),
        citation=options.file or SOURCE.citation,
        contiguous=True,
    )


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


SOURCE = Source(
    name="text",
    description="Reads a text of your own and predicts each next token of it.",
    citation="Your own text. Mikolov, Karafiát, Burget, Černocký & Khudanpur 2010, 'Recurrent "
    "neural network based language model'",
    options=TextOptions,
    make=make,
    gathers=True,
)
