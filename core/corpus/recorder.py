"""The second pass: batch after batch of tokens through the model, and what it did to disk.

Groups of texts are run side by side on the cores that are free, each with what it did put where
the file wants it; a batch is written while the next one is computed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.arrays import load_arrays, save_arrays
from core.corpus.answers import BatchAnswers, writes
from core.corpus.behind import Behind
from core.corpus.columns import Columns
from core.corpus.errors import CORPORA_VARIABLE, DiskFullCorpus
from core.corpus.groups import Group, groups
from core.corpus.manifest import Batch, Manifest
from core.corpus.pieces import Room, after, can_pad, why_whole
from core.corpus.recorded import Corpus
from core.engines import record
from core.model import Model
from core.text import PADDING_ID
from core.threads import one_thread, shared
from core.trace import Trace
from core.training.errors import DiskFull
from core.training.files import replace_file, replace_json, writing

BETWEEN = 5.0
"""Seconds between two times that progress is forced to the disk."""
RESERVE = 65_536
Carried = Mapping[str, Mapping[str, Array]]
"""States that a piece of a text leaves, by layer and name."""
GUESS = ""
"""Stands among them, where no layer has that name, for what is expected of the next piece."""
Doing = Literal["reading", "recording", "indexing", "finished"]


@dataclass(frozen=True)
class Progress:
    """How far a recording is.

    Attributes:
        state: "reading" the source, "recording", "indexing" for the search, or "finished".
        texts: read or recorded so far.
        steps: the same, of steps.
        total: steps in all; 0 while reading, when nobody knows.
        bytes: of numbers, written so far.
        bytes_total: in all.
        seconds: left, estimated from how fast it went so far; None while nobody can say.
    """

    state: Doing
    texts: int = 0
    steps: int = 0
    total: int = 0
    bytes: int = 0
    bytes_total: int = 0
    seconds: float | None = None


class Recorder:
    """One recording, from the batch that it was left at."""

    def __init__(self, model: Model, folder: Path, manifest: Manifest) -> None:
        self.model, self.folder, self.manifest = model, folder, manifest
        self._corpus = Corpus.open(folder)
        self._room = Room.of(model)
        self._in_pieces = not why_whole(model)
        self._carried: Carried = {}
        self._carried_on: Carried = {}
        self._written = self._kept = self._corpus.done
        self._told = time.monotonic()

    def go(self) -> Iterator[Progress]:
        """Records what is left to record.

        Raises DiskFullCorpus, FolderNotWritable, TooLargeForHalf, and what the model raises.
        """
        batches, begun = self.manifest.batches, self._corpus.done
        if begun < len(batches) and batches[begun].from_position:
            self._carried = self._restored()
        reserve = self.folder / "reserve"
        with self._in_words():
            reserve.write_bytes(b"\0" * RESERVE)
            columns = self._columns()
        columns.errors |= {k: e for k, e in self._corpus.errors.items() if k in columns.errors}
        since = time.monotonic()
        self._written = self._kept = begun
        with Behind() as behind:
            try:
                yield self._progress(begun=begun, since=since)
                for _ in self._batches(range(begun, len(batches)), columns, behind):
                    yield self._progress(begun=begun, since=since)
            finally:
                # Cancelled or failed, what was recorded is not to be lost; a full disk has room
                # for it, once the reserve is gone.
                try:
                    with self._in_words():
                        behind.wait()
                finally:
                    reserve.unlink(missing_ok=True)
                    if self._kept < self._written:
                        with self._in_words():
                            self._keep(self._written, columns, self._carried_on)
                    columns.close()
        yield self._progress(begun=begun, since=since)

    def stretch(self, first: int, stop: int) -> dict[str, float]:
        """Records some batches, the first of which begins with a text, and tells nobody.

        How far what is kept is from the numbers, at most, by quantity. Raises as `go`.
        """
        self._told, self._written = math.inf, first
        with self._in_words():
            columns = self._columns()
        try:
            with Behind() as behind:
                for _ in self._batches(range(first, stop), columns, behind):
                    pass
                with self._in_words():
                    behind.wait()
                    columns.sync()
        finally:
            columns.close()
        return columns.errors

    def _columns(self) -> Columns:
        return Columns(
            self.folder,
            self.manifest.quantities,
            steps=self.manifest.steps,
            dtype=self.manifest.dtype,
            most=max(batch.steps for batch in self.manifest.batches),
        )

    def _batches(self, numbers: range, columns: Columns, behind: Behind) -> Iterator[None]:
        """Computes batch after batch, each written while the next one is computed."""
        for number in numbers:
            with self._in_words():
                write = self._batch(number, self.manifest.batches[number], columns)
                behind.wait()
                columns.turn()
                behind.do(write)
            yield

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            with writing(self.folder, variable=CORPORA_VARIABLE):
                yield
        except DiskFull as error:
            done = self._written
            steps = self.manifest.batches[done - 1].stop if done else 0
            raise DiskFullCorpus(steps=steps, total=self.manifest.steps) from error

    def _progress(self, *, begun: int, since: float) -> Progress:
        done = self._written
        batches, total = self.manifest.batches, self.manifest.steps
        steps = batches[done - 1].stop if done else 0
        new = steps - (batches[begun - 1].stop if begun else 0)
        left = (time.monotonic() - since) / new * (total - steps) if new else None
        texts = batches[done].first if done < len(batches) else self.manifest.texts
        size = self.manifest.bytes
        return Progress("recording", texts, steps, total, size * steps // total, size, left)

    def _keep(self, done: int, columns: Columns, carried: Carried) -> None:
        """Forces what was recorded to the disk, then says so."""
        columns.sync()
        if carried:
            arrays = {
                f"{layer}/{name}": state
                for layer, states in carried.items()
                for name, state in states.items()
            }
            replace_file(
                self.folder / "carried.npz",
                lambda file: save_arrays(file, kind="states", description={}, arrays=arrays),
            )
        replace_json(self.folder / "progress.json", {"batches": done, "errors": columns.errors})
        self._told, self._kept = time.monotonic(), done

    def _restored(self) -> Carried:
        _, arrays = load_arrays(self.folder / "carried.npz", kind="states")
        states: dict[str, dict[str, Array]] = {}
        for key, array in arrays.items():
            layer, _, name = key.rpartition("/")
            states.setdefault(layer, {})[name] = array
        return dict(states)

    def _batch(self, number: int, batch: Batch, columns: Columns) -> Callable[[], None]:
        """Computes one batch, and gives what writes it."""
        table = self._corpus.rows("tokens", number, ["text", "id"])
        ids = table["id"].to_numpy().astype(np.int64)
        bounds = np.flatnonzero(np.diff(table["text"].to_numpy(), prepend=-1)).astype(np.int64)
        lengths = np.diff(bounds, append=batch.steps)
        answers = BatchAnswers(self.model, steps=batch.steps, texts=len(lengths))
        if len(lengths) == 1 and self._in_pieces:
            self._one(ids, batch, columns, answers)
            return partial(self._write, number, batch, columns, answers, self._carried)

        def together(group: Group) -> None:
            rows = np.array(group.rows)
            padded, valid = _side_by_side(ids, bounds[rows], lengths[rows])
            trace = record(self.model, padded, mask=valid)
            self._take(trace, bounds[rows], lengths[rows], columns)
            answers.take(trace, padded, rows=rows, places=bounds[rows], lengths=lengths[rows])

        some = groups(lengths, most_steps=self._room.steps, pad=can_pad(self.model))
        with one_thread():
            shared([partial(together, group) for group in some])
        return partial(self._write, number, batch, columns, answers, self._carried)

    def _write(
        self, number: int, batch: Batch, columns: Columns, answers: BatchAnswers, carried: Carried
    ) -> None:
        """Writes one batch, and the states that it left where its text goes on in the next."""
        columns.write(start=batch.start, count=batch.steps)
        answers.write(self._corpus, number, start=batch.start)
        self._written, self._carried_on = number + 1, carried
        if time.monotonic() - self._told > BETWEEN:
            self._keep(number + 1, columns, carried)

    def _one(
        self, ids: NDArray[np.int64], batch: Batch, columns: Columns, answers: BatchAnswers
    ) -> None:
        """One text, or a piece of one, from the states that the piece before has left."""
        states = dict(self._carried) if batch.from_position else {}
        guess = states.pop(GUESS, {}).get("last")
        for start in range(0, len(ids), self._room.steps):
            part = ids[None, start : start + self._room.steps]
            trace = record(self.model, part, initial_states=states or None)
            states = dict(after(trace))
            place = {"places": np.array([start]), "lengths": np.array([part.shape[1]])}
            self._take(trace, **place, columns=columns)
            answers.take(trace, part, rows=np.array([0]), **place, guess=guess)
            guess = trace.outputs[0, -1] if writes(self.model) else None
        self._carried = states if guess is None else {**states, GUESS: {"last": guess}}

    def _take(
        self,
        trace: Trace,
        places: NDArray[np.int64],
        lengths: NDArray[np.int64],
        columns: Columns,
    ) -> None:
        for quantity in self.manifest.quantities:
            layer = trace.layer(quantity.layer)
            kind, _, name = quantity.name.partition("/")
            values = layer.gates[name] if kind == "gates" else layer.states[name]
            columns.take(quantity.key, values, places=places, lengths=lengths)


def _side_by_side(
    ids: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Texts beside each other, (texts, time), and where they are; no mask where all are as long."""
    longest = int(lengths.max())
    valid = np.arange(longest) < lengths[:, None]
    if valid.all():
        return ids[starts[:, None] + np.arange(longest)], None
    padded = np.full(valid.shape, PADDING_ID, np.int64)
    padded[valid] = np.concatenate(
        [ids[start : start + length] for start, length in zip(starts, lengths, strict=True)]
    )
    return padded, valid
