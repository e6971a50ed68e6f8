"""A recorded corpus as a folder: what is in which file, and reading it.

    manifest.json        format, model, source, quantities, how many texts and steps
    progress.json        how far the recording is; what is before that can be read
    model.npz            the model that recorded it (core.Model)
    texts/00000.parquet  a row a text: text, name, label, written, start, length
    tokens/00000.parquet a row a step: step, text, position, token, id, class
    outcomes/….parquet   a row a text: text, answer, score, wrong   (models that answer once)
    answers/….parquet    a row a step: step, answer, score, bits    (models that answer every step)
    arrays/….npy         a file a layer and quantity, (steps, units), float16 or float32
    sketches/….npz       what makes the search for a state fast, made from the arrays
    annotations/….parquet a row a step or a text, read from a user's TSV

Step s of every table is row s of every array, and the steps of a text follow each other. Arrays
stand column by column (NumPy calls that Fortran order, and `numpy.load(…, mmap_mode="r")` reads it
as any other): questions are asked of units, and a unit's steps then lie together. The price is
that a state, a row, is gathered from as many places as it has units. Not chosen: Zarr, whose
chunks would be opened by the hundred for one unit; HDF5, which no reader can open while it is
written; both orders, which would take the disk twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.corpus.errors import CorpusOfOtherVersion, NoSuchQuantity, NotACorpus, NotRecordedYet
from core.errors import CoreError
from core.model import Model
from core.training.files import read_json

FORMAT = 1
Dtype = Literal["float16", "float32"]
DTYPES: tuple[Dtype, ...] = get_args(Dtype)
State = Literal["reading", "recording", "indexing", "finished"]


@dataclass(frozen=True, order=True)
class Quantity:
    """A gate or state of a layer, of all its units."""

    layer: str
    name: str
    """`gates/forget`, `states/hidden`, as `Trace.frame` calls them."""
    units: int = field(compare=False)
    file: str = field(compare=False)

    @property
    def key(self) -> str:
        """Its name in a corpus: `lstm/gates/forget`."""
        return f"{self.layer}/{self.name}"

    @property
    def is_state(self) -> bool:
        """Whether it is a state; else it is a gate."""
        return self.name.startswith("states/")


@dataclass(frozen=True)
class Batch:
    """Consecutive steps that are recorded together, and lie in one file of each table.

    `start` is its first step, `steps` how many there are, `texts` those that begin or go on in it,
    `first` the number of the first of them; `from_position` is where the first text is taken up.
    """

    start: int
    steps: int
    first: int
    texts: int
    from_position: int = 0

    @property
    def stop(self) -> int:
        return self.start + self.steps


@dataclass(frozen=True)
class Manifest:
    """What a corpus is. Attributes as the module says; `skipped` are texts without a token."""

    model_digest: str
    model_name: str
    source: Mapping[str, Any]
    dtype: Dtype
    quantities: tuple[Quantity, ...]
    state: State
    batches: tuple[Batch, ...] = ()
    texts: int = 0
    skipped: int = 0
    origin: str = ""
    """What the dashboard calls the model by."""

    @property
    def steps(self) -> int:
        """How many steps the corpus has, recorded or not."""
        return self.batches[-1].stop if self.batches else 0

    @property
    def bytes(self) -> int:
        """What the arrays take when all is recorded."""
        columns = sum(quantity.units for quantity in self.quantities)
        return self.steps * columns * np.dtype(self.dtype).itemsize

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "format": FORMAT,
            "kind": "corpus",
            "model": {"digest": self.model_digest, "name": self.model_name, "origin": self.origin},
            "source": dict(self.source),
            "dtype": self.dtype,
            "state": self.state,
            "texts": self.texts,
            "skipped": self.skipped,
            "steps": self.steps,
            "quantities": [
                {"layer": q.layer, "name": q.name, "units": q.units, "file": q.file}
                for q in self.quantities
            ],
            "batches": [
                [b.start, b.steps, b.first, b.texts, b.from_position] for b in self.batches
            ],
        }

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """What `to_json` gave, of a folder. Raises NotACorpus and CorpusOfOtherVersion."""
        try:
            written = json.loads((folder / "manifest.json").read_bytes())
        except FileNotFoundError as error:
            raise NotACorpus(folder=folder, why="it has no manifest.json") from error
        except (OSError, ValueError, RecursionError) as error:
            why = f"manifest.json cannot be read ({error})"
            raise NotACorpus(folder=folder, why=why) from error
        if not isinstance(written, dict) or written.get("kind") != "corpus":
            raise NotACorpus(folder=folder, why="its manifest.json is of something else")
        if written.get("format") != FORMAT:
            raise CorpusOfOtherVersion(folder=folder, found=written.get("format"), known=FORMAT)
        try:
            model = written["model"]
            return cls(
                model["digest"],
                model["name"],
                dict(written["source"]),
                _dtype(written["dtype"]),
                tuple(Quantity(**of) for of in written["quantities"]),
                written["state"],
                tuple(Batch(*map(int, of)) for of in written["batches"]),
                int(written["texts"]),
                int(written["skipped"]),
                str(model.get("origin", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotACorpus(folder=folder, why=f"its manifest.json lacks {error}") from error


def _dtype(found: str) -> Dtype:
    for known in DTYPES:
        if found == known:
            return known
    raise ValueError(found)


@dataclass(frozen=True)
class Corpus:
    """A recorded corpus, as far as it is recorded. Open one by `Corpus.open(folder)`."""

    folder: Path
    manifest: Manifest
    progress: Mapping[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> Corpus:
        """The corpus of a folder. Raises NotACorpus, CorpusOfOtherVersion."""
        path = Path(folder).expanduser()
        manifest = Manifest.read(path)
        try:
            written = read_json(path / "progress.json")
        except CoreError as error:
            raise NotACorpus(folder=path, why=str(error)) from error
        return cls(path, manifest, written if isinstance(written, dict) else {})

    @property
    def done(self) -> int:
        """How many batches are recorded."""
        return min(int(self.progress.get("batches", 0)), len(self.manifest.batches))

    @property
    def steps(self) -> int:
        """How many steps are recorded: those before this one can be searched."""
        return self.manifest.batches[self.done - 1].stop if self.done else 0

    @property
    def finished(self) -> bool:
        """Whether all of it is recorded."""
        return self.manifest.state == "finished"

    @property
    def errors(self) -> Mapping[str, float]:
        """The largest difference that float16 made, by quantity, as measured while recording."""
        return self.progress.get("errors", {})

    def checked(self) -> Corpus:
        """Itself. Raises NotRecordedYet where no step can be searched."""
        if not self.steps:
            raise NotRecordedYet(folder=self.folder)
        return self

    @cached_property
    def model(self) -> Model:
        """The model that it was recorded with. Raises NotACorpus."""
        try:
            return Model.load(self.folder / "model.npz")
        except (OSError, CoreError) as error:
            raise NotACorpus(folder=self.folder, why=f"model.npz: {error}") from error

    def quantity(self, key: str) -> Quantity:
        """The quantity of that key. Raises NoSuchQuantity."""
        known = {quantity.key: quantity for quantity in self.manifest.quantities}
        if key not in known:
            raise NoSuchQuantity(asked=key, known=", ".join(known))
        return known[key]

    def array(self, key: str) -> NDArray[Any]:
        """The recorded values of a quantity, (steps, units), a memory map that cannot be written.

        Raises NoSuchQuantity, NotRecordedYet, NotACorpus.
        """
        quantity = self.quantity(key)
        self.checked()
        try:
            array = np.load(self.folder / quantity.file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise NotACorpus(folder=self.folder, why=f"{quantity.file}: {error}") from error
        if array.shape != (self.manifest.steps, quantity.units):
            why = f"{quantity.file} has the shape {array.shape}"
            raise NotACorpus(folder=self.folder, why=why)
        return array[: self.steps]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The first step of each text that is recorded, and the step after the last."""
        import pyarrow.parquet as pq

        self.checked()
        lengths = [
            pq.read_table(self.part("texts", number), columns=["length"])["length"].to_numpy()
            for number in range(self.done)
        ]
        starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
        # A text that is recorded in pieces, and not to its end, counts as far as it goes.
        return starts if starts[-1] == self.steps else np.append(starts, self.steps)

    def part(self, table: str, number: int) -> Path:
        """The file of a table that holds the rows of a batch."""
        return self.folder / table / f"{number:05d}.parquet"
