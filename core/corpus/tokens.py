"""From a source to tables: texts and tokens as Parquet, and how they are cut into batches.

Done before anything is recorded, for three reasons: how much is to come is then known to the byte;
a recording that was killed goes on without asking its source again; and all that is recorded of a
step has its place from the beginning. Texts are looked up in the model's vocabulary, so the tables
say of every step which token it was and what the model took it for. Memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.corpus.behind import Behind
from core.corpus.errors import NothingToRecord, TextTooLong
from core.corpus.manifest import Batch
from core.corpus.pieces import why_whole
from core.corpus.sources import Source, Text
from core.errors import EmptyText, MissingVocabulary
from core.model import Model
from core.padding import length_of
from core.text import (
    PADDING_ID,
    BlankText,
    Encoded,
    NothingKnown,
    NothingToLookUp,
    Vocabulary,
    tokenize,
)

PIECE = 1_000_000
"""Characters of a text that are split and looked up at once."""
KEPT_WRITTEN = 200_000
"""Characters up to which a text is kept as it was written, beside its tokens."""
EMPTY = (EmptyText, BlankText, NothingToLookUp, NothingKnown)
"""What a text without a token is refused with; here such a text is passed over."""

TEXTS = pa.schema(
    [
        ("text", pa.int64()),
        ("name", pa.string()),
        ("label", pa.string()),
        ("written", pa.string()),
        ("start", pa.int64()),
        ("length", pa.int64()),
    ]
)
TOKENS = pa.schema(
    [
        ("step", pa.int64()),
        ("text", pa.int64()),
        ("position", pa.int64()),
        ("token", pa.string()),
        ("id", pa.int32()),
        ("class", pa.string()),
    ]
)


def write_table(path: Path, columns: Mapping[str, object], schema: pa.Schema) -> None:
    """Writes a part of a table. Raises OSError."""
    path.parent.mkdir(exist_ok=True)
    beside = path.with_suffix(".new")
    pq.write_table(pa.table(columns, schema=schema), beside, compression="zstd")
    beside.replace(path)


def pieces(model: Model, text: Text, *, names: Names | None = None) -> Iterator[Encoded]:
    """A text as its model reads it, a piece at a time; nothing where it has no token.

    A model of one length has its texts cut and padded to it, as everywhere. `names` are those of
    the model's ids, kept from text to text.
    """
    names = Names(model) if names is None else names
    if text.ids is not None and names.are_of(text.vocabulary):
        yield from _of_ids(model, np.asarray(text.ids), names)
        return
    vocabulary = model.vocabulary
    if vocabulary is None:
        raise MissingVocabulary
    if text.ids is not None and text.vocabulary is not None:
        # Ids of another vocabulary are words of this one, or are not known to it.
        known = text.vocabulary
        glue = " " if known.unit == "word" else ""
        written = glue.join(known.token_of(index) for index in text.ids.tolist() if index)
        yield from pieces(model, replace(text, ids=None, written=written), names=names)
        return
    if len(text.written) <= PIECE or length_of(model) or vocabulary.length:
        try:
            yield model.encode(text.written, limit=None)
        except EMPTY:
            return
        return
    for part in _cut(text.written):
        try:
            yield vocabulary.encode(part, limit=None)
        except BlankText:  # blanks are tokens of a model of characters
            tokens = tokenize(part, vocabulary.unit, limit=None)
            if tokens:
                yield vocabulary.encode_tokens(tokens)
        except EMPTY:
            continue


def _cut(written: str) -> Iterator[str]:
    """A long text in parts that end behind a blank or a line, where no token crosses."""
    start = 0
    while start < len(written):
        stop = min(start + PIECE, len(written))
        if stop < len(written):
            behind = max(written.rfind(" ", start, stop), written.rfind("\n", start, stop)) + 1
            stop = behind if behind > start else stop
        yield written[start:stop]
        start = stop


def _of_ids(model: Model, ids: NDArray[np.integer], names: Names) -> Iterator[Encoded]:
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        return
    if model.embedding is not None and model.embedding.mask_zero and not model.pooled:
        ids = ids[ids != PADDING_ID]  # masked padding changes no number
    if ids.size:
        tokens = tuple(map(names.__getitem__, ids.tolist()))
        yield Encoded(tokens, ids.astype(np.int64), np.ones(len(ids), bool))


class Names(dict[int, str]):
    """What a model's ids are called, each looked up once."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._vocabulary = model.vocabulary
        self._same: dict[int, tuple[Vocabulary, bool]] = {}

    def are_of(self, given: Vocabulary | None) -> bool:
        """Whether ids of a vocabulary stand for the same here; so where nobody knows one."""
        own = self._vocabulary
        if given is None or own is None or given is own:
            return True
        if id(given) not in self._same:
            alike = (given.tokens, given.first) == (own.tokens, own.first)
            self._same = {id(given): (given, alike)}
        return self._same[id(given)][1]

    def __missing__(self, index: int) -> str:
        known = self._vocabulary
        self[index] = name = str(index) if known is None else known.token_of(index)
        return name


@dataclass(frozen=True)
class _Run:
    """Tokens of one text that follow each other, on their way into a batch."""

    text: int
    position: int
    read: Encoded
    classes: tuple[str, ...]


@dataclass
class Intake:
    """Texts and tokens on their way into tables, a batch at a time, of at most `size` steps.

    A batch is written while the next one is read.
    """

    model: Model
    folder: Path
    size: int
    batches: list[Batch] = field(default_factory=list)
    texts: int = 0
    skipped: int = 0
    steps: int = 0
    _behind: Behind = field(default_factory=Behind)
    _held: list[_Run] = field(default_factory=list)
    _rows: list[tuple[object, ...]] = field(default_factory=list)

    def read(self, source: Source) -> Iterator[None]:
        """Reads a source to its end, a text a turn.

        Raises NothingToRecord, TextTooLong, and what the source and the vocabulary raise.
        """
        with Behind() as self._behind:
            yield from self._read(source)
            if self._held:
                self._flush(self._held)
            self._behind.wait()
        if not self.texts:
            raise NothingToRecord(source=source.name, skipped=self.skipped)

    def _read(self, source: Source) -> Iterator[None]:
        whole, names = why_whole(self.model), Names(self.model)
        held = 0
        for text in source:
            start, length = self.steps, 0
            for read in pieces(self.model, text, names=names):
                for at in range(0, len(read), self.size):
                    part = read.part(at, at + self.size)
                    if whole and length + len(part) > self.size:
                        raise TextTooLong(name=text.name, limit=self.size, why=whole)
                    while held and held + len(part) > self.size:
                        # A text that fits in a batch is not parted; a longer one fills its own.
                        before = [run for run in self._held if run.text < self.texts]
                        held -= self._flush(before or self._held)
                    # Classes are of the source's tokens: of a model's, where these are as many.
                    fit = len(text.classes) == len(read)
                    known = text.classes[at : at + len(part)] if fit else ()
                    self._held.append(_Run(self.texts, length, part, known))
                    held, length = held + len(part), length + len(part)
                    self.steps += len(part)
            if not length:
                self.skipped += 1
                continue
            written = text.written if len(text.written) <= KEPT_WRITTEN else ""
            self._rows.append((self.texts, text.name, text.label, written, start, length))
            self.texts += 1
            if self._held[0].position:  # the rest of a text that was parted has its own batch
                held -= self._flush(self._held)
            yield

    def _flush(self, runs: list[_Run]) -> int:
        """Writes what is held of some texts as a batch, and says how many steps that were."""
        number, count = len(self.batches), sum(len(run.read) for run in runs)
        first = self.batches[-1].stop if self.batches else 0
        columns = {
            "step": np.arange(first, first + count),
            "text": np.repeat([run.text for run in runs], [len(run.read) for run in runs]),
            "position": np.concatenate(
                [np.arange(run.position, run.position + len(run.read)) for run in runs]
            ),
            "token": [token for run in runs for token in run.read.tokens],
            "id": np.concatenate([run.read.ids for run in runs]).astype(np.int32),
            "class": _classes(runs, count),
        }
        rows = list(zip(*self._rows, strict=True)) or [()] * len(TEXTS.names)
        texts = {name: list(row) for name, row in zip(TEXTS.names, rows, strict=True)}

        def write() -> None:
            write_table(self.folder / f"tokens/{number:05d}.parquet", columns, TOKENS)
            write_table(self.folder / f"texts/{number:05d}.parquet", texts, TEXTS)

        self._behind.do(write)
        last = runs[-1].text
        batch = Batch(first, count, runs[0].text, last - runs[0].text + 1, runs[0].position)
        self.batches.append(batch)
        self._rows = []
        self._held = [run for run in self._held if run.text > last]
        return count


def _classes(runs: list[_Run], count: int) -> pa.Array:
    if not any(run.classes for run in runs):
        return pa.array(np.full(count, "", object), pa.string())
    return pa.array(
        [
            name
            for run in runs
            for name in (*run.classes, *("",) * (len(run.read) - len(run.classes)))
        ],
        pa.string(),
    )
