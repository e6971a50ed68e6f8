"""The second pass shared: stretches of a corpus recorded by whoever works for `core.scale`.

A stretch is some batches that follow each other and begin with a text, so that no state has to be
carried into it: a text too long for a batch is one stretch. Every worker writes its own places of
files that are there already, in the folder that all see; so a stretch that is done again, after its
worker was killed, leaves the same bytes. Whoever asked says how far it is, in the order of the
corpus, and a recording that ends in the middle goes on from there, alone or shared. Cost: what was
done beyond the first stretch that is missing is done again. Not chosen: numbers that travel to one
writer, which would be all of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from core.corpus.columns import create
from core.corpus.errors import CORPORA_VARIABLE
from core.corpus.manifest import Batch, Manifest
from core.corpus.recorded import Corpus
from core.corpus.recorder import Progress, Recorder
from core.model import Model
from core.scale import Scale
from core.scale.errors import GivenUp
from core.training.files import replace_json, writing

STRETCHES = 200
"""About so many stretches has a corpus: enough to share, each worth its sending."""


def shared(model: Model, folder: Path, manifest: Manifest, *, by: Scale) -> Iterator[Progress]:
    """Records what is left to record. Raises as `Recorder.go`, and as `Scale.map`."""
    corpus = Corpus.open(folder)
    first = _beginning(manifest.batches, corpus.done)
    with writing(folder, variable=CORPORA_VARIABLE):
        for quantity in manifest.quantities:
            path, units = folder / quantity.file, quantity.units
            if not path.is_file():
                create(path, steps=manifest.steps, units=units, dtype=manifest.dtype)
    errors = dict(corpus.errors)
    spans = stretches(manifest.batches, first=first)
    where = {"folder": str(folder.resolve()), "model": model.digest}
    items = [{**where, "first": start, "stop": stop} for start, stop in spans]
    since, begun = time.monotonic(), _steps(manifest, first)
    yield _progress(manifest, first, begun=begun, since=since)
    for result in by.map(record_stretch, items):
        for key, error in result.value.items():
            errors[key] = max(error, errors.get(key, 0.0))
        done = int(result.item["stop"])
        with writing(folder, variable=CORPORA_VARIABLE):
            replace_json(folder / "progress.json", {"batches": done, "errors": errors})
        yield _progress(manifest, done, begun=begun, since=since)
    if (told := by.board).finished < len(items):
        raise GivenUp(done=told.finished, total=len(items))


def stretches(batches: Sequence[Batch], *, first: int) -> list[tuple[int, int]]:
    """From where to where each goes, in numbers of batches, from the batch `first` on."""
    least = max(1, (len(batches) - first) // STRETCHES)
    found, start = [], first
    for number in range(first + 1, len(batches) + 1):
        over = number == len(batches) or not batches[number].from_position
        if over and (number - start >= least or number == len(batches)):
            found.append((start, number))
            start = number
    return found


def record_stretch(*, folder: str, model: str, first: int, stop: int) -> Mapping[str, float]:
    """The task: records some batches of a corpus, and how far its numbers are from the model's."""
    recorder = Recorder(_model(folder, model), Path(folder), Manifest.read(Path(folder)))
    return recorder.stretch(first, stop)


@lru_cache(maxsize=2)
def _model(folder: str, digest: str) -> Model:
    del digest  # a folder that was recorded anew has another model
    return Model.load(Path(folder) / "model.npz")


def _beginning(batches: Sequence[Batch], done: int) -> int:
    """The batch at which the text begins that a recording was left in."""
    while 0 < done < len(batches) and batches[done].from_position:
        done -= 1
    return done


def _steps(manifest: Manifest, done: int) -> int:
    return manifest.batches[done - 1].stop if done else 0


def _progress(manifest: Manifest, done: int, *, begun: int, since: float) -> Progress:
    batches, total, size = manifest.batches, manifest.steps, manifest.bytes
    steps = _steps(manifest, done)
    new = steps - begun
    left = (time.monotonic() - since) / new * (total - steps) if new else None
    texts = batches[done].first if done < len(batches) else manifest.texts
    return Progress("recording", texts, steps, total, size * steps // total, size, left)
