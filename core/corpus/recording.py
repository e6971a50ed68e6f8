"""Record a corpus: every gate and state of every step of many texts, to disk.

Two passes. The first reads the source into tables (`core.corpus.tokens`); from then on the folder
has all that is needed. The second records batch after batch: texts of like length side by side, a
long one in pieces; memory holds one batch, whatever the corpus. What is recorded is told in
`progress.json` every few seconds, after it has been forced to the disk, so a recording that is
killed, cancelled, or runs into a full disk can be searched as far as that, and goes on from there
with the numbers of one that was never interrupted. Not chosen: appending to growing files, which a
kill would leave of different lengths.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from core import cells
from core.corpus import sketch
from core.corpus.errors import (
    CORPORA_VARIABLE,
    CorpusIsBusy,
    ModelChanged,
    NoSuchQuantity,
    NotEnoughRoom,
    OtherRecording,
    SourceIsGone,
)
from core.corpus.manifest import Dtype, Manifest, Quantity
from core.corpus.pieces import check_model
from core.corpus.recorded import Corpus
from core.corpus.recorder import Progress, Recorder
from core.corpus.sharing import shared
from core.corpus.sources import Source
from core.corpus.tokens import Intake
from core.model import Model
from core.scale import Scale
from core.training.files import remove_left_overs, replace_file, replace_json, writing

LARGEST_BUFFER = 32_000_000
"""Bytes of the numbers of a batch, of which two are held: one is filled, one written."""
MOST_STEPS = 131_072
BETWEEN_TOLD = 0.2


def quantities_of(model: Model, names: Sequence[str] | None = None) -> tuple[Quantity, ...]:
    """Every gate and state of every layer of a model; or those of the keys in `names`.

    A key is `lstm/gates/forget`. Raises NoSuchQuantity.
    """
    every = []
    for place, layer in enumerate(model.layers):
        cell = cells.get(layer.cell)
        for kind, of in (("gates", cell.gates), ("states", cell.states)):
            for name in of:
                plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in layer.name)[:40]
                file = f"arrays/{place:02d}-{plain}-{kind}-{name}.npy"
                every.append(Quantity(layer.name, f"{kind}/{name}", layer.units, file))
    known = {quantity.key: quantity for quantity in every}
    for name in names or ():
        if name not in known:
            raise NoSuchQuantity(asked=name, known=", ".join(known))
    return tuple(every) if names is None else tuple(q for q in every if q.key in set(names))


def steps_at_once(quantities: Sequence[Quantity], dtype: Dtype) -> int:
    """How many steps are held in memory before they are written."""
    each = sum(quantity.units for quantity in quantities) * np.dtype(dtype).itemsize
    return int(np.clip(LARGEST_BUFFER // max(each, 1), 1_024, MOST_STEPS))


def record(
    model: Model,
    source: Source | None,
    folder: str | Path,
    *,
    dtype: Dtype = "float16",
    quantities: Sequence[str] | None = None,
    report: Callable[[Progress], object] = lambda progress: None,
    origin: str = "",
    by: Scale | None = None,
) -> Corpus:
    """Records all texts of a source through a model into a folder, and opens it.

    Where the folder holds a recording that was interrupted, it goes on; `source` may then be None,
    unless the source had not been read to its end. `report` hears of progress; what it raises ends
    the recording, which can be gone on with. `quantities` are keys such as `lstm/gates/forget`,
    all unless given. `by` are those who record, `core.scale.workers()`, and see the folder under
    the same path: the same bytes, on as many machines as there are.

    Raises NotACorpusModel, NoSuchQuantity, NothingToRecord, TextTooLong, ModelChanged,
    OtherRecording, SourceIsGone, CorpusIsBusy, NotEnoughRoom, DiskFullCorpus, TooLargeForHalf,
    FolderNotWritable; what the source and the model raise, and of `by` GivenUp and what `Scale.map`
    raises.
    """
    going = progressing(
        model, source, folder, dtype=dtype, quantities=quantities, origin=origin, by=by
    )
    for progress in going:
        report(progress)
    return Corpus.open(folder)


def progressing(
    model: Model,
    source: Source | None,
    folder: str | Path,
    *,
    dtype: Dtype = "float16",
    quantities: Sequence[str] | None = None,
    origin: str = "",
    by: Scale | None = None,
) -> Generator[Progress, None, None]:
    """As `record`, as an iterator of its progress: whoever stops asking has cancelled it."""
    check_model(model)
    path = Path(folder).expanduser()
    wanted = quantities_of(model, quantities)
    with writing(path.parent, variable=CORPORA_VARIABLE):
        path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / "worker.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise CorpusIsBusy(folder=path) from error
    try:
        with writing(path, variable=CORPORA_VARIABLE):
            remove_left_overs(path)
            manifest = _begun(model, source, path, dtype=dtype, quantities=wanted, origin=origin)
        if manifest.state in ("indexing", "finished") and not Corpus.open(path).is_recorded:
            manifest = replace(manifest, state="recording")  # what said how far it was is lost
        if manifest.state == "reading":
            if source is None:
                raise SourceIsGone(folder=path)
            with writing(path, variable=CORPORA_VARIABLE):
                yield from _read(model, source, path, manifest)
            manifest = Manifest.read(path)
        if manifest.state == "recording":
            if by is None:
                yield from Recorder(model, path, manifest).go()
            else:
                yield from shared(model, path, manifest, by=by)
            manifest = replace(manifest, state="indexing")
            with writing(path, variable=CORPORA_VARIABLE):
                write_manifest(path, manifest)
        if manifest.state == "indexing":
            yield from _index(path, manifest)
        yield _all_of(manifest)
    finally:
        lock.release()


def _begun(
    model: Model,
    source: Source | None,
    path: Path,
    *,
    dtype: Dtype,
    quantities: tuple[Quantity, ...],
    origin: str,
) -> Manifest:
    """What the folder holds already, held to what is asked for; or a new manifest in it."""
    if not (path / "manifest.json").exists():
        described = {} if source is None else dict(source.described)
        fresh = Manifest(
            model.digest, model.name, described, dtype, quantities, "reading", origin=origin
        )
        replace_file(path / "model.npz", model.save)
        write_manifest(path, fresh)
        return fresh
    manifest = Manifest.read(path)
    if manifest.model_digest != model.digest:
        raise ModelChanged(folder=path, found=manifest.model_digest[:8], asked=model.digest[:8])
    pairs: list[tuple[object, object]] = [
        (manifest.dtype, dtype),
        (", ".join(q.key for q in manifest.quantities), ", ".join(q.key for q in quantities)),
    ]
    if source is not None and manifest.source:
        pairs.append((dict(manifest.source), dict(source.described)))
    for found, asked in pairs:
        if found != asked:
            raise OtherRecording(folder=path, found=found, asked=asked)
    return manifest


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Puts a manifest into a folder, all or nothing. Raises OSError."""
    replace_json(path / "manifest.json", manifest.to_json())


def _read(model: Model, source: Source, path: Path, manifest: Manifest) -> Iterator[Progress]:
    """The first pass: the source into tables."""
    for table in ("texts", "tokens"):
        shutil.rmtree(path / table, ignore_errors=True)
    size = steps_at_once(manifest.quantities, manifest.dtype)
    intake = Intake(model, path, size)
    told = 0.0
    for _ in intake.read(source):
        if time.monotonic() - told > BETWEEN_TOLD:
            told = time.monotonic()
            yield Progress("reading", intake.texts, intake.steps)
    read = replace(
        manifest,
        state="recording",
        batches=tuple(intake.batches),
        texts=intake.texts,
        skipped=intake.skipped,
    )
    free = shutil.disk_usage(path).free
    if read.bytes > free:
        raise NotEnoughRoom(folder=path, needed=in_words(read.bytes), free=in_words(free))
    write_manifest(path, read)


def _index(path: Path, manifest: Manifest) -> Iterator[Progress]:
    """What makes the search for a state fast, of every state that is long."""
    yield replace(_all_of(manifest), state="indexing")
    corpus = Corpus.open(path)
    for quantity in manifest.quantities:
        if quantity.is_state and quantity.units >= sketch.FEWEST_UNITS:
            with writing(path, variable=CORPORA_VARIABLE):
                sketch.build(corpus, quantity.key)
    with writing(path, variable=CORPORA_VARIABLE):
        write_manifest(path, replace(manifest, state="finished"))


def _all_of(manifest: Manifest) -> Progress:
    size = manifest.bytes
    return Progress("finished", manifest.texts, manifest.steps, manifest.steps, size, size, 0.0)


def in_words(count: float) -> str:
    """A number of bytes, as people say it: 1.2 GB."""
    for name in ("bytes", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {name}"
        count /= 1000
    return f"{count:.3g} TB"
